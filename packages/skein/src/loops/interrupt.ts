import { isMainThread } from 'node:worker_threads';
import { CancelledError, KeyboardInterrupt } from '../core/exceptions.ts';
import type { Task } from '../core/task.ts';
import type { NodeEventLoop } from './node-event-loop.ts';

/*
 * Ctrl-C while a program is run by a loop that Node turns.
 *
 * The first one cancels the main task, so that every `finally` of the program runs; `run()` then fails
 * with a `KeyboardInterrupt` instead of the `CancelledError`, if nobody else had cancelled the task.
 * The second one does not wait: it ends the run. Whoever has a handler of their own for SIGINT
 * keeps it, and nothing is done here.
 *
 * A loop that blocks its thread cannot do this: Node calls no handler while the thread is blocked, and
 * one that were installed would only keep Ctrl-C from ending the process.
 *
 * @see CPython 3.14 Lib/asyncio/runners.py, Runner._on_sigint
 */
export async function runUntilInterrupted<T>(loop: NodeEventLoop, task: Task<T>): Promise<T> {
  if (!isMainThread || process.listenerCount('SIGINT') > 0) return loop.runUntilComplete(task);
  let interrupts = 0;
  const onInterrupt = (): void => {
    interrupts++;
    if (interrupts === 1 && !task.done()) task.cancel();
    else loop.failRun(new KeyboardInterrupt());
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await loop.runUntilComplete(task);
  } catch (error) {
    const isOurs = interrupts > 0 && error instanceof CancelledError && task.uncancel() === 0;
    throw isOurs ? new KeyboardInterrupt(undefined, { cause: error }) : error;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
