import { callerFrames, recordsOrigins } from './origins.ts';
import { runningLoopOrNull } from './running-loop.ts';

/*
 * Calls that block the thread while a loop runs in it: `future.result()`, `thread.join()`,
 * `sleepSync()`. They stop everything that the loop does. In debug mode each place that makes such a
 * call is reported once; without it, the call costs a look at a variable.
 */

const known = new Set<string>();

/**
 * The caller is about to block.
 *
 * @param call - what was called
 * @param cure - what to write instead
 */
export function noteBlocking(call: string, cure: string): void {
  if (!recordsOrigins) return;
  const loop = runningLoopOrNull();
  if (loop === null || !loop.scheduler.debug) return;
  const frames = callerFrames();
  const place = frames[0] ?? '';
  if (known.has(place)) return;
  known.add(place);
  const { currentTask } = loop.scheduler;
  const where = currentTask === null ? '' : `, in ${currentTask}`;
  loop.scheduler.warn(
    `${call} blocks the running event loop ${loop}${where}; ${cure}\n${frames.join('\n')}`,
  );
}
