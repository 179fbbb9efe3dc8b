import { drivePromise } from './async-body.ts';
import { runBody } from './body.ts';
import {
  type Awaitable,
  type Coroutine,
  isAwaitable,
  isCoroutine,
  isThenable,
} from './coroutine.ts';
import {
  checkRunsAsyncFunctions,
  ensureFuture,
  nothingToWaitFor,
  type TaskSource,
} from './ensure-future.ts';
import { CancelledError, TimeoutError } from './exceptions.ts';
import { addObserver, type Future, removeWaiter, setBehind } from './future.ts';
import { Observer } from './observer.ts';
import { Operation } from './operation.ts';
import { getRunningLoop } from './running-loop.ts';
import { timeout } from './timeout.ts';

/**
 * Waits for `x`, which is cancelled when that takes longer than `timeoutMs`.
 *
 * `x` runs in the task that waits. Its cleanup is over before this throws: if the cleanup fails, that
 * is the error; if `x` gives a value although it was cancelled, that is the value. An async function
 * ends where it waits for something of Skein; a promise is left behind.
 *
 * Suspends      where `x` does
 * Cancellation  cancels `x`, and wins over a result that is on its way
 * Thread        loop thread only
 *
 * @param x - whatever a task can be made of
 * @param timeoutMs - milliseconds; 0 and below: what is not done is cancelled, what has not begun does
 *   not begin; null and `Infinity` wait for ever
 * @throws {TimeoutError} when `x` was cancelled because its time was up
 * @see CPython 3.14 Lib/asyncio/tasks.py, wait_for
 */
export function waitFor<T>(x: TaskSource<T>, timeoutMs: number | null): Operation<T> {
  if (typeof timeoutMs === 'number' && timeoutMs <= 0)
    return new Operation(() => doneOrCancelled(x));
  // A generator function that is made anew for each wait would cost more than all the rest.
  return timeout(timeoutMs, (inTime<T>).bind(undefined, x));
}

function* inTime<T>(x: TaskSource<T>): Coroutine<T> {
  return yield* inPlace(x);
}

function* doneOrCancelled<T>(x: TaskSource<T>): Coroutine<T> {
  const future = ensureFuture(x);
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new TimeoutError('it was not done, and there was no time to wait', { cause: error });
  }
}

/** Not by waiting for `future` itself: then a cancellation of this task could not be told from its. */
function* cancelAndWait(future: Future<unknown>): Coroutine<void> {
  const done = getRunningLoop().createFuture<void>();
  const observer = new EndObserver(done);
  addObserver(future, observer);
  setBehind(done, { awaited: () => [future] });
  try {
    future.cancel();
    yield* done;
  } finally {
    removeWaiter(future, observer);
  }
}

/** Has `done` done when another future is. */
class EndObserver extends Observer {
  readonly #done: Future<void>;

  constructor(done: Future<void>) {
    super();
    this.#done = done;
  }

  futureIsDone(): void {
    if (!this.#done.done()) this.#done.setResult();
  }

  awaiters(): Iterable<Future<unknown>> {
    return [this.#done];
  }
}

/** Waits for `x` without making a task of it. */
function inPlace<T>(x: TaskSource<T>): Coroutine<T> | Awaitable<T> {
  if (typeof x === 'function') return runBody('waitFor()', x);
  if (isCoroutine(x) || isAwaitable(x)) return x as Awaitable<T>;
  if (!isThenable(x)) throw nothingToWaitFor(x);
  checkRunsAsyncFunctions(getRunningLoop(), x);
  return drivePromise(x);
}
