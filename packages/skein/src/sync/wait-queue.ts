import { Future, setBehind } from '../core/future.ts';
import type { LoopBinding } from './loop-binding.ts';

/*
 * One line of tasks, first come, first served: what every lock, event and queue of this folder waits
 * with.
 *
 * The typical load is a line that is empty, and next to that one or two tasks that hand something to
 * and fro a million times; now and then ten thousand that wait for one event, and are cancelled all
 * together when a timeout strikes. So a waiter is one object, a future that knows its neighbours,
 * and every operation below takes the same time however long the line is.
 *
 *      #first                       #next                                        #last
 *         v                           v                                            v
 *      [woken] <-> [cancelled] <-> [pending] <-> [cancelled] <-> [pending] <-> [pending]
 *
 * A waiter is pending at first, then woken or cancelled. In each of these states it stays in line
 * until its task has run and left: between being woken and running there is an iteration, in which
 * others must see that somebody's turn has come.
 *
 * Invariants
 *   1. The order of the line is the order of `enter`.
 *   2. All waiters before #next are woken or cancelled.
 *   3. #pending and #woken count the waiters in these states; the rest of the line is cancelled.
 *   4. Whoever enters leaves, as the first thing that its task does when it runs again.
 *   5. Who was woken and is cancelled before its task has run has had a turn and cannot use it. Its
 *      owner hands the turn on: with a lock, when nobody holds it; with a semaphore, by giving back
 *      the permit; with a queue, when there is something to get, or room to put; with a condition,
 *      always. Only an event needs nothing, for it wakes everybody. This is why `QueuedOperation`
 *      makes each of them say what happens when a wait is given up.
 *   6. A cancelled waiter stays the first one until its task has run, and a lock that is released
 *      meanwhile wakes nobody: that task does, when it leaves.
 *
 * 6 costs an iteration and could be had without. It is kept because programs are compared with
 * CPython iteration by iteration, and there it is so.
 *
 * Considered and left out: an array, from which a waiter in the middle is taken in linear time. A
 * thousand cancelled waiters would be a million moves.
 *
 * @see CPython 3.14 Lib/asyncio/locks.py; trio's _core/_parking_lot.py for one line under all
 */

/** The place of one task in a line. Done with true: its turn has come. */
export class Waiter extends Future<true> {
  readonly #queue: WaitQueue;
  /** The neighbours in line; only for the queue. */
  older: Waiter | null = null;
  younger: Waiter | null = null;

  constructor(queue: WaitQueue) {
    super(queue.binding.loop());
    this.#queue = queue;
    setBehind(this, queue.binding.owner);
  }

  /** Whether its turn has come. */
  get isWoken(): boolean {
    return this.done() && !this.cancelled();
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#queue.noteCancelled();
    return true;
  }

  protected override describe(): string {
    return `${super.describe()} in line for ${this.#queue.binding}`;
  }
}

export class WaitQueue {
  readonly binding: LoopBinding;
  #first: Waiter | null = null;
  #next: Waiter | null = null;
  #last: Waiter | null = null;
  #pending: number = 0;
  #woken: number = 0;

  /** @param binding - the loop of the primitive; one that has two lines gives both the same */
  constructor(binding: LoopBinding) {
    this.binding = binding;
  }

  /** How many wait for their turn. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether somebody stands in line who is not cancelled, woken ones included. */
  get isContended(): boolean {
    return this.#pending + this.#woken > 0;
  }

  /**
   * Goes to the end of the line.
   *
   * @throws {RuntimeError} when the primitive is bound to another loop
   */
  enter(): Waiter {
    const waiter = new Waiter(this);
    const last = this.#last;
    waiter.older = last;
    if (last === null) this.#first = waiter;
    else last.younger = waiter;
    this.#last = waiter;
    this.#next ??= waiter;
    this.#pending++;
    return waiter;
  }

  /** Leaves the line, in whichever state; a waiter leaves once. */
  leave(waiter: Waiter): void {
    if (!waiter.done()) this.#pending--;
    else if (!waiter.cancelled()) this.#woken--;
    const { older, younger } = waiter;
    if (older === null) this.#first = younger;
    else older.younger = younger;
    if (younger === null) this.#last = older;
    else younger.older = older;
    if (this.#next === waiter) this.#next = younger;
    waiter.older = null;
    waiter.younger = null;
  }

  /** Wakes the first in line, unless it is woken or cancelled already and has not run yet. */
  wakeFirst(): void {
    const first = this.#first;
    if (first !== null && !first.done()) this.#wake(first);
  }

  /**
   * Wakes the first one that is pending.
   *
   * @returns whether there was one
   */
  wakeNext(): boolean {
    let next = this.#next;
    while (next !== null && next.done()) next = next.younger;
    this.#next = next;
    if (next === null) return false;
    this.#next = next.younger;
    this.#wake(next);
    return true;
  }

  /** Wakes everybody who is pending. */
  wakeAll(): void {
    while (this.wakeNext());
  }

  /** Tells the line that a waiter that was pending is cancelled; only for `Waiter`. */
  noteCancelled(): void {
    this.#pending--;
  }

  #wake(waiter: Waiter): void {
    this.#pending--;
    this.#woken++;
    waiter.setResult(true);
  }
}
