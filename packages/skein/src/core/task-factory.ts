import type { Coroutine } from './coroutine.ts';
import type { EventLoop } from './event-loop.ts';
import { Task, type TaskOptions } from './task.ts';

/*
 * How a loop makes its tasks: by `new Task`, or as `loop.setTaskFactory` was told.
 *
 * @see CPython 3.14 Lib/asyncio/tasks.py, create_eager_task_factory
 */

/** Makes a task of a coroutine; `options` are those of `createTask`. */
export type TaskFactory = <T>(
  loop: EventLoop,
  coroutine: Coroutine<T>,
  options: TaskOptions,
) => Task<T>;

/** `Task`, or a class derived from it. */
export type TaskConstructor = new <T>(
  coroutine: Coroutine<T>,
  loop: EventLoop,
  options: TaskOptions,
) => Task<T>;

/** A factory whose tasks, of a class of yours, start eagerly, unless `{ eagerStart: false }` is asked. */
export function createEagerTaskFactory(TaskClass: TaskConstructor): TaskFactory {
  return (loop, coroutine, options) =>
    new TaskClass(coroutine, loop, { eagerStart: true, ...options });
}

/**
 * Has every task of a loop start eagerly: `loop.setTaskFactory(eagerTaskFactory)`. Their first step runs
 * inside of `createTask`, and what ends in that step never goes by the loop. Async functions are left
 * out: they begin in the next iteration.
 *
 * @see CPython 3.14 Lib/asyncio/tasks.py, eager_task_factory
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task);
