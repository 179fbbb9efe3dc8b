import { copyContext, isEmpty } from './context.ts';
import type { ResultOf } from './executor.ts';
import type { Future } from './future.ts';
import { getRunningLoop } from './running-loop.ts';
import type { Sendable } from './sendable.ts';

/**
 * Has the default executor of the running loop call `fn(...args)` in another thread, with the values of
 * the current context: `fn` finds them in the variables of the same names there.
 *
 * Cancellation  drops the result; work that has begun is asked to end
 * Thread        loop thread only
 *
 * @param fn - as for `ThreadPoolExecutor.submit`: an exported function, or one registered with `task()`
 * @throws {RuntimeError} when no loop runs in this thread, or when two context variables with values
 *   have the same name
 * @throws {DataCloneError} when an argument or the value of a context variable cannot cross; it is named
 * @see CPython 3.14 Lib/asyncio/threads.py, to_thread
 */
export function toThread<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: Sendable<A>
): Future<ResultOf<R>> {
  const loop = getRunningLoop();
  const context = copyContext();
  const executor = isEmpty(context) ? null : loop.getDefaultExecutor().with?.({ context });
  return loop.runInExecutor(executor ?? null, fn, ...args);
}
