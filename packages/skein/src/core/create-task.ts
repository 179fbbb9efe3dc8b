import type { TaskSource } from './ensure-future.ts';
import { loopForNewFuture } from './running-loop.ts';
import type { Task, TaskOptions } from './task.ts';

/**
 * Makes a task of the running loop: `getRunningLoop().createTask(x, options)`. Its first step is in the
 * next iteration.
 *
 * @param x - a coroutine, or a function that makes one; where promises work also an async function
 * @throws {RuntimeError} when no loop runs in this thread
 * @throws {TypeError} when `x` is nothing to wait for
 * @see CPython 3.14 Lib/asyncio/tasks.py, create_task
 */
export function createTask<T>(x: TaskSource<T>, options?: TaskOptions): Task<T> {
  return loopForNewFuture().createTask(x, options);
}
