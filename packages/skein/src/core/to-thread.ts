import type { ResultOf } from './executor.ts';
import type { Future } from './future.ts';
import { getRunningLoop } from './running-loop.ts';

/**
 * Has the default executor of the running loop call `fn(...args)` in another thread.
 *
 * Cancellation  drops the result; work that has begun goes on
 * Thread        loop thread only
 *
 * @param fn - as for `ThreadPoolExecutor.submit`: an exported function, or one registered with `task()`
 * @throws {RuntimeError} when no loop runs in this thread
 * @see CPython 3.14 Lib/asyncio/threads.py, to_thread
 */
export function toThread<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Future<ResultOf<R>> {
  return getRunningLoop().runInExecutor(null, fn, ...args);
}
