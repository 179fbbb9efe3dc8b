import { RuntimeError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { staysHome } from '../core/stays-home.ts';
import { acquired } from './holder.ts';
import { LoopBinding } from './loop-binding.ts';
import { QueuedOperation } from './queued-operation.ts';
import { WaitQueue } from './wait-queue.ts';

/*
 * A lock between the tasks of one loop.
 *
 * `release` does not give the lock away: it wakes the first in line, who takes it when its task runs.
 * Nobody can jump in between, for as long as somebody is in line who is not cancelled, `acquire` goes
 * to the end of it.
 *
 *     free, nobody in line --acquire--> held --release--> free, first woken --its task runs--> held
 *                                                             `--cancelled--> the next one is woken
 *
 * @see CPython 3.14 Lib/asyncio/locks.py, Lock
 */

/** What can be seen of a lock from outside. */
export interface LockStatistics {
  /** Whether somebody holds it. */
  readonly locked: boolean;
  /** How many tasks stand in line and have not been woken. */
  readonly tasksWaiting: number;
}

/**
 * Lets one task at a time into a part of the program. Fair, not reentrant, and it does not know who
 * holds it: any task may release it.
 *
 *     using _ = yield* lock.acquire();      // in an async function: using _ = await lock.acquire()
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 */
export class Lock {
  readonly #state: LockState;

  constructor() {
    this.#state = new LockState(this);
  }

  /**
   * Waits until the lock is free, then takes it. First come, first served.
   *
   * Suspends      only when the lock is taken, or others are in line
   * Cancellation  leaves the line; the lock is not held, nobody else loses a turn
   * Thread        loop thread only
   *
   * @returns what releases the lock at the end of a `using` block
   * @throws {RuntimeError} when tasks of another loop have waited for the lock
   */
  acquire(): Operation<Disposable> {
    return new Acquisition(this.#state);
  }

  /**
   * Frees the lock and wakes the first in line.
   *
   * @throws {RuntimeError} when the lock is free
   */
  release(): void {
    const state = this.#state;
    if (!state.locked) {
      throw new RuntimeError(
        'Lock is not acquired: release() is called once for each acquire(), and not at all after ' +
          '`using _ = yield* lock.acquire()`',
      );
    }
    state.locked = false;
    state.queue.wakeFirst();
  }

  /** Whether somebody holds the lock. */
  locked(): boolean {
    return this.#state.locked;
  }

  statistics(): LockStatistics {
    return { locked: this.#state.locked, tasksWaiting: this.#state.queue.pending };
  }

  toString(): string {
    const { locked, tasksWaiting } = this.statistics();
    const waiting = tasksWaiting === 0 ? '' : ` waiting=${tasksWaiting}`;
    return `<${this.constructor.name} ${locked ? 'locked' : 'unlocked'}${waiting}>`;
  }
}

class LockState {
  locked: boolean = false;
  readonly lock: Lock;
  readonly queue: WaitQueue;

  constructor(lock: Lock) {
    this.lock = lock;
    this.queue = new WaitQueue(new LoopBinding(lock));
  }
}

class Acquisition extends QueuedOperation<Disposable> {
  readonly #state: LockState;

  constructor(state: LockState) {
    super(state.queue);
    this.#state = state;
  }

  protected override attempt(): IteratorReturnResult<Disposable> | null {
    const state = this.#state;
    if (state.locked || state.queue.isContended) return null;
    state.locked = true;
    return acquired(state.lock);
  }

  protected override resume(): IteratorReturnResult<Disposable> {
    this.#state.locked = true;
    return acquired(this.#state.lock);
  }

  protected override abandon(): void {
    if (!this.#state.locked) this.#state.queue.wakeFirst();
  }

  protected override again(): Acquisition {
    return new Acquisition(this.#state);
  }
}

staysHome(Lock, 'a lock', 'it belongs to the tasks of one loop; threads share a `ThreadLock`');
