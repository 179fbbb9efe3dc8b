import { ValueError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { staysHome } from '../core/stays-home.ts';
import { acquired } from './holder.ts';
import { LoopBinding } from './loop-binding.ts';
import { QueuedOperation } from './queued-operation.ts';
import { WaitQueue } from './wait-queue.ts';

/*
 * Permits for the tasks of one loop.
 *
 * `release` gives a permit to the first in line at once, before the task that is woken runs: a permit
 * that is on its way is in nobody's reach.
 *
 *     permits = value + those that were given to woken waiters + those that are held
 *
 * A waiter that is cancelled on its way puts its permit back. Whenever a waiter leaves the line, it
 * gives out what is there: others may have come meanwhile, and had to wait because it was in line.
 *
 * @see CPython 3.14 Lib/asyncio/locks.py, Semaphore
 */

/** What can be seen of a semaphore from outside. */
export interface SemaphoreStatistics {
  /** How many permits are free. */
  readonly value: number;
  /** Whether `acquire()` would wait. */
  readonly locked: boolean;
  /** How many tasks stand in line and have no permit yet. */
  readonly tasksWaiting: number;
}

/**
 * Lets a number of tasks at a time into a part of the program. Fair.
 *
 *     using _ = yield* semaphore.acquire();
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 */
export class Semaphore {
  readonly #state: SemaphoreState;

  /**
   * @param value - how many permits there are at first: a whole number ≥ 0, or `Infinity`
   * @throws {ValueError} when it is something else
   */
  constructor(value: number = 1) {
    const isCount = Number.isInteger(value) || value === Infinity;
    if (!isCount || value < 0) {
      throw new ValueError(
        `Semaphore initial value must be >= 0, got ${repr(value)}; permits are counted in whole numbers`,
      );
    }
    this.#state = new SemaphoreState(this, value);
  }

  /**
   * Takes a permit, and waits for one if it must. First come, first served.
   *
   * Suspends      only when there is no permit, or others are in line
   * Cancellation  leaves the line; no permit is held, nobody else loses a turn
   * Thread        loop thread only
   *
   * @returns what gives the permit back at the end of a `using` block
   * @throws {RuntimeError} when tasks of another loop have waited for the semaphore
   */
  acquire(): Operation<Disposable> {
    return new Acquisition(this.#state);
  }

  /** Gives a permit back, or adds one; the first in line gets it at once. */
  release(): void {
    this.#state.value++;
    this.#state.giveToNext();
  }

  /** Whether `acquire()` would wait. */
  locked(): boolean {
    return this.#state.isLocked;
  }

  statistics(): SemaphoreStatistics {
    const { value, isLocked, queue } = this.#state;
    return { value, locked: isLocked, tasksWaiting: queue.pending };
  }

  toString(): string {
    const { value, locked, tasksWaiting } = this.statistics();
    const state = locked ? 'locked' : `unlocked value=${value}`;
    const waiting = tasksWaiting === 0 ? '' : ` waiting=${tasksWaiting}`;
    return `<${this.constructor.name} ${state}${waiting}>`;
  }
}

/** A semaphore that never has more permits than at first: it finds a `release()` too many. */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /** @param value - how many permits there are at first, and at most */
  constructor(value: number = 1) {
    super(value);
    this.#bound = value;
  }

  /** @throws {ValueError} when all permits are there already */
  override release(): void {
    if (this.statistics().value >= this.#bound) {
      throw new ValueError(
        `BoundedSemaphore released too many times: ${this} has all of its ${this.#bound}; ` +
          'release() is called once for each acquire(), and not at all after `using`',
      );
    }
    super.release();
  }
}

class SemaphoreState {
  value: number;
  readonly semaphore: Semaphore;
  readonly queue: WaitQueue;

  constructor(semaphore: Semaphore, value: number) {
    this.value = value;
    this.semaphore = semaphore;
    this.queue = new WaitQueue(new LoopBinding(semaphore));
  }

  get isLocked(): boolean {
    return this.value === 0 || this.queue.isContended;
  }

  /** Gives a permit to the first in line who has none; false when nobody waits. */
  giveToNext(): boolean {
    if (!this.queue.wakeNext()) return false;
    this.value--;
    return true;
  }

  /** Gives out what is there, as long as somebody waits. */
  giveAll(): void {
    while (this.value > 0 && this.giveToNext());
  }
}

class Acquisition extends QueuedOperation<Disposable> {
  readonly #state: SemaphoreState;

  constructor(state: SemaphoreState) {
    super(state.queue);
    this.#state = state;
  }

  protected override attempt(): IteratorReturnResult<Disposable> | null {
    const state = this.#state;
    if (state.isLocked) return null;
    state.value--;
    return acquired(state.semaphore);
  }

  /** The permit came with the turn. */
  protected override resume(): IteratorReturnResult<Disposable> {
    this.#state.giveAll();
    return acquired(this.#state.semaphore);
  }

  protected override abandon(wasWoken: boolean): void {
    if (wasWoken) this.#state.value++;
    this.#state.giveAll();
  }

  protected override again(): Acquisition {
    return new Acquisition(this.#state);
  }
}

staysHome(
  Semaphore,
  'a semaphore',
  'it belongs to the tasks of one loop; threads share a `ThreadSemaphore`',
);
