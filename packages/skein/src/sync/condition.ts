import { requireNumber } from '../core/arguments.ts';
import type { Coroutine } from '../core/coroutine.ts';
import { CancelledError, RuntimeError } from '../core/exceptions.ts';
import { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { staysHome } from '../core/stays-home.ts';
import { Lock } from './lock.ts';
import { LoopBinding } from './loop-binding.ts';
import { WaitQueue } from './wait-queue.ts';

/*
 * A lock, and a line of those who gave it up until something has changed.
 *
 *     holds the lock --wait()--> in line, lock free --notify()--> in the line of the lock --> holds it
 *
 * A wait always ends with the lock held, also when it is cancelled: the code around it is in a block
 * that releases the lock. So cancellations that arrive while the lock is taken back are put off, and
 * the last one is thrown then. And since a task that was notified may end with an error, which
 * nobody can tell from one that was not, every wait that fails notifies another one: a waiter may
 * find nothing changed, which is why `waitFor` looks again.
 *
 * @see CPython 3.14 Lib/asyncio/locks.py, Condition
 */

/** What can be seen of a condition from outside. */
export interface ConditionStatistics {
  /** Whether somebody holds the lock. */
  readonly locked: boolean;
  /** How many tasks wait to be notified. */
  readonly tasksWaiting: number;
  /** How many tasks stand in line for the lock. */
  readonly tasksWaitingForLock: number;
}

/**
 * Lets tasks wait until another one says that something has changed.
 *
 *     using _ = yield* condition.acquire();
 *     yield* condition.waitFor(() => items.length > 0);
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 */
export class Condition {
  readonly #lock: Lock;
  readonly #binding: LoopBinding = new LoopBinding(this);
  readonly #queue: WaitQueue = new WaitQueue(this.#binding);

  /** @param lock - by default one of its own; several conditions can share one */
  constructor(lock: Lock = new Lock()) {
    if (!(lock instanceof Lock)) {
      throw new TypeError(`Condition takes a Lock, or nothing, got ${repr(lock)}`);
    }
    this.#lock = lock;
  }

  /**
   * Takes the lock, as `Lock.acquire`.
   *
   * Suspends      only when the lock is taken, or others are in line
   * Cancellation  leaves the line; the lock is not held, nobody else loses a turn
   * Thread        loop thread only
   *
   * @returns what releases the lock at the end of a `using` block
   */
  acquire(): Operation<Disposable> {
    return this.#lock.acquire();
  }

  /** Releases the lock, as `Lock.release`. */
  release(): void {
    this.#lock.release();
  }

  /** Whether somebody holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Releases the lock, waits until notified, and takes the lock again. It may be woken for nothing:
   * look again, or use `waitFor`.
   *
   * Suspends      always
   * Cancellation  takes the lock again first, however often it is cancelled meanwhile; then throws
   *               the last cancellation, and somebody else is notified
   * Thread        loop thread only
   *
   * @throws {RuntimeError} when nobody holds the lock, or tasks of another loop have waited
   */
  wait(): Operation<true> {
    return new Operation(() => this.#wait());
  }

  /**
   * Waits until `predicate` gives something that is true, and gives that. The lock is held whenever
   * it is called.
   *
   * Suspends      only when `predicate` gives something false
   * Cancellation  as `wait`
   * Thread        loop thread only
   */
  waitFor<T>(predicate: () => T): Operation<T> {
    if (typeof predicate !== 'function') {
      throw new TypeError(
        `waitFor() takes a function that says whether to go on, got ${repr(predicate)}`,
      );
    }
    return new Operation(() => this.#waitFor(predicate));
  }

  /**
   * Wakes tasks that wait, in their order; each goes on when it gets the lock.
   *
   * @param n - how many at most
   * @throws {RuntimeError} when nobody holds the lock
   */
  notify(n: number = 1): void {
    if (!this.locked()) throw this.#notAcquired('notify');
    requireNumber(n, 'notify() takes how many tasks it shall wake');
    for (let i = 0; i < n && this.#queue.wakeNext(); i++);
  }

  /**
   * Wakes all tasks that wait.
   *
   * @throws {RuntimeError} when nobody holds the lock
   */
  notifyAll(): void {
    this.notify(Infinity);
  }

  statistics(): ConditionStatistics {
    const { locked, tasksWaiting: tasksWaitingForLock } = this.#lock.statistics();
    return { locked, tasksWaiting: this.#queue.pending, tasksWaitingForLock };
  }

  toString(): string {
    const { locked, tasksWaiting } = this.statistics();
    const waiting = tasksWaiting === 0 ? '' : ` waiting=${tasksWaiting}`;
    return `<${this.constructor.name} ${locked ? 'locked' : 'unlocked'}${waiting}>`;
  }

  *#wait(): Coroutine<true> {
    if (!this.locked()) throw this.#notAcquired('wait');
    this.#binding.loop(); // refuses another loop before the lock is given up
    this.release();
    try {
      const waiter = this.#queue.enter();
      try {
        return yield* waiter;
      } finally {
        this.#queue.leave(waiter);
        yield* this.#takeLockAgain();
      }
    } catch (error) {
      this.#queue.wakeNext();
      throw error;
    }
  }

  *#takeLockAgain(): Coroutine<void> {
    let cancellation: CancelledError | null = null;
    for (;;) {
      try {
        yield* this.acquire();
        break;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancellation = error;
      }
    }
    if (cancellation !== null) throw cancellation;
  }

  *#waitFor<T>(predicate: () => T): Coroutine<T> {
    let result = predicate();
    while (!result) {
      yield* this.wait();
      result = predicate();
    }
    return result;
  }

  #notAcquired(asked: string): RuntimeError {
    return new RuntimeError(
      `cannot ${asked} on un-acquired lock: ${this}; call ${asked}() after yield* acquire()`,
    );
  }
}

staysHome(
  Condition,
  'a condition',
  'it belongs to the tasks of one loop; threads share a `ThreadLock` and a `ThreadEvent`',
);
