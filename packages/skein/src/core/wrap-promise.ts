import { isThenable } from './coroutine.ts';
import { PromiseFuture } from './async-body.ts';
import type { Future } from './future.ts';
import { repr } from './repr.ts';
import { loopForNewFuture } from './running-loop.ts';

/**
 * A future of the running loop that ends as a promise of somebody else does: a fetch, a file. An async
 * function that awaits the future instead of the promise stays in reach of its task: it can be
 * cancelled there, and what it awaits afterwards is known to be its own.
 *
 * Cancellation  of the future: the promise goes on, and what becomes of it is nobody's business then
 *
 * ```ts
 * const response = await wrapPromise(fetch(url));
 * ```
 *
 * @throws {TypeError} when the loop blocks its thread, so that no promise could get settled
 */
export function wrapPromise<T>(promise: PromiseLike<T>): Future<T> {
  if (!isThenable(promise)) {
    throw new TypeError(`wrapPromise() takes a promise, got ${repr(promise)}`);
  }
  const loop = loopForNewFuture();
  if (!loop.scheduler.runsAsyncFunctions) {
    throw new TypeError(
      `${loop} cannot wait for ${repr(promise)}: while it blocks its thread, no promise gets settled. ` +
        'Use a NodeEventLoop.',
    );
  }
  return new PromiseFuture<T>(promise, loop);
}
