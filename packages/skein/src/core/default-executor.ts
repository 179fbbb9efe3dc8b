import { assertOfThisCopy } from './copies.ts';
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
    assertOfThisCopy('The executor', executor);
    this.#executor = executor;
  }

  /** Takes no work from now on; the future is done when there is none left, or time is up. */
  shutDown(loop: EventLoop, timeoutMs: number | null): Future<void> {
    this.#isShutDown = true;
    const executor = this.#executor;
    if (executor !== null) return loop.createTask(shutDownInTask(loop, executor, timeoutMs));
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

function* shutDownInTask(
  loop: EventLoop,
  executor: Executor,
  timeoutMs: number | null,
): Coroutine<void> {
  if (executor.whenEnded !== undefined) {
    executor.shutdown({ wait: false });
    yield* untilEnded(loop, (ended) => executor.whenEnded?.(ended), timeoutMs);
    return;
  }
  const ended = loop.scheduler.runsAsyncFunctions ? executor[Symbol.asyncDispose]?.() : undefined;
  if (ended === undefined) executor.shutdown({ wait: true });
  else yield* drivePromise(ended);
}

function* untilEnded(
  loop: EventLoop,
  whenEnded: (callback: () => void) => void,
  timeoutMs: number | null,
): Coroutine<void> {
  const done = loop.createFuture<'ended' | 'late'>();
  const end = (how: 'ended' | 'late'): void => {
    if (!done.done() && !loop.isClosed()) done.setResult(how);
  };
  whenEnded(() => end('ended'));
  const isLimited = timeoutMs !== null && timeoutMs !== Infinity;
  const timer = isLimited ? loop.callLater(timeoutMs, end, 'late') : null;
  try {
    if ((yield* done) === 'ended') return;
  } finally {
    timer?.cancel();
  }
  loop.callExceptionHandler({
    message:
      `The executor did not finish joining its threads within ${timeoutMs} ms; what they run goes on, ` +
      'and nobody waits for it',
  });
}
