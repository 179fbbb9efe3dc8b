import type { Coroutine } from '../core/coroutine.ts';
import type { EventLoop } from '../core/event-loop.ts';
import type { Future } from '../core/future.ts';
import { Operation } from '../core/operation.ts';
import type { Runnable } from '../core/ready-queue.ts';
import { getRunningLoop } from '../core/running-loop.ts';

/*
 * Who waits until all others wait has one entry in the ready queue of the loop, however many they
 * are. When it is run and the queue is empty behind it, nobody else is ready: all of them are woken.
 * Otherwise it goes to the end of the queue again. A pass costs one entry, and a loop with somebody
 * who always yields never becomes quiet.
 *
 * Where Node turns the loop, reactions of promises may be on their way although nothing is ready. A
 * quiet queue is there looked at once more after a whole turn of Node's.
 */

/**
 * Waits until every other task of the loop waits for something that will not come by itself at once:
 * a future, a lock, a moment. For tests that must begin when a task has arrived somewhere.
 *
 * Suspends      always
 * Cancellation  the wait is over, the others are not disturbed
 * Thread        loop thread only
 *
 * @see trio.testing.wait_all_tasks_blocked
 */
export function waitAllTasksBlocked(): Operation<void> {
  return new Operation(function* (): Coroutine<void> {
    const loop = getRunningLoop();
    const future = loop.createFuture<void>();
    quietOf(loop).add(future);
    yield* future;
  });
}

const quiets = new WeakMap<EventLoop, Quiet>();

function quietOf(loop: EventLoop): Quiet {
  let quiet = quiets.get(loop);
  if (quiet === undefined) {
    quiet = new Quiet(loop);
    quiets.set(loop, quiet);
  }
  return quiet;
}

class Quiet implements Runnable {
  readonly #loop: EventLoop;
  #waiters: Future<void>[] = [];
  #isLooking: boolean = false;
  /** Whether a turn of Node's has passed since the queue was quiet. */
  #hasSettled: boolean = false;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  add(waiter: Future<void>): void {
    this.#waiters.push(waiter);
    this.#hasSettled = false;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#loop.scheduler.enqueue(this);
  }

  run(): void {
    const { scheduler } = this.#loop;
    if (scheduler.readyLength > 0) {
      this.#hasSettled = false;
      scheduler.enqueue(this);
    } else if (scheduler.runsAsyncFunctions && !this.#hasSettled) {
      this.#hasSettled = true;
      setImmediate(() => {
        if (!this.#loop.isClosed()) scheduler.enqueue(this);
      });
    } else {
      this.#isLooking = false;
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const waiter of waiters) if (!waiter.done()) waiter.setResult();
    }
  }
}
