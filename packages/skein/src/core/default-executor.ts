import type { Coroutine } from './coroutine.ts';
import { drivePromise } from './async-body.ts';
import type { EventLoop } from './event-loop.ts';
import { RuntimeError } from './exceptions.ts';
import { type Executor, makeDefaultExecutor } from './executor.ts';
import type { Future } from './future.ts';
import { repr } from './repr.ts';

/** The executor that a loop uses when none is named: made at its first use, gone with the loop. */
export class DefaultExecutor {
  #executor: Executor | null = null;
  #isShutDown: boolean = false;

  /** @throws {RuntimeError} after `shutDown` */
  get(): Executor {
    if (this.#isShutDown) {
      throw new RuntimeError(
        'Executor shutdown has been called; give runInExecutor() an executor of your own',
      );
    }
    return (this.#executor ??= makeDefaultExecutor());
  }

  set(executor: Executor): void {
    if (typeof (executor as Partial<Executor> | null)?.submit !== 'function') {
      throw new TypeError(`executor must be an Executor, got ${repr(executor)}`);
    }
    this.#executor = executor;
  }

  /** Takes no work from now on; the future is done when there is none left. */
  shutDown(loop: EventLoop): Future<void> {
    this.#isShutDown = true;
    const executor = this.#executor;
    if (executor !== null) return loop.createTask(shutDownInTask(loop, executor));
    const done = loop.createFuture<void>();
    done.setResult();
    return done;
  }

  /** Lets go of the executor: what is queued in it still runs, nobody waits for it. */
  abandon(): void {
    this.#isShutDown = true;
    this.#executor?.shutdown({ wait: false });
    this.#executor = null;
  }
}

function* shutDownInTask(loop: EventLoop, executor: Executor): Coroutine<void> {
  const ended = loop.scheduler.runsAsyncFunctions ? executor[Symbol.asyncDispose]?.() : undefined;
  if (ended === undefined) executor.shutdown({ wait: true });
  else yield* drivePromise(ended);
}
