import type { EventLoop } from '../core/event-loop.ts';

/*
 * A loop that Node turns is often never closed: the program just ends. What failed in it, and was
 * looked at by nobody, is reported then.
 */

const open = new Set<EventLoop>();

/** Has the failures of `loop` reported when the process, or this thread, ends. */
export function reportAtExit(loop: EventLoop): void {
  if (open.size === 0) process.on('exit', reportAll);
  open.add(loop);
}

/** For a loop that is closed: it has reported. */
export function forgetAtExit(loop: EventLoop): void {
  open.delete(loop);
  if (open.size === 0) process.off('exit', reportAll);
}

function reportAll(): void {
  for (const loop of open) loop.scheduler.unseenFailures.report();
}
