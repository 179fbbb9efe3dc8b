import { requireLoop } from './arguments.ts';
import type { EventLoop } from './event-loop.ts';
import { getRunningLoop, runningLoopOrNull } from './running-loop.ts';
import type { Task } from './task.ts';

/**
 * The task whose step runs now, or null in a plain callback.
 *
 * @param loop - the loop to look at; by default the one that runs
 * @throws {RuntimeError} when no loop is given and none runs
 */
export function currentTask(loop: EventLoop = getRunningLoop()): Task<unknown> | null {
  requireLoop(loop);
  return loop.scheduler.currentTask;
}

/**
 * The tasks of a loop that are not done, oldest first.
 *
 * @param loop - by default the one that runs
 * @throws {RuntimeError} when no loop is given and none runs
 */
export function allTasks(loop: EventLoop | null = runningLoopOrNull()): Set<Task<unknown>> {
  const asked = loop ?? getRunningLoop();
  requireLoop(asked);
  return new Set(asked.scheduler.tasks);
}
