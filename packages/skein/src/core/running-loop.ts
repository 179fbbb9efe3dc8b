import type { EventLoop } from './event-loop.ts';
import { thisCopy } from './copies.ts';
import { RuntimeError } from './exceptions.ts';

/*
 * The two slots that every thread has.
 *
 *   running slot   the loop that runs in this thread now; set by a run for as long as it lasts
 *   current slot   the loop that was given to `setEventLoop` here
 *
 * They are plain module variables: each thread loads its own instance of this module, so they are
 * as local to the thread as anything in JavaScript is.
 *
 * @see CPython 3.14 Lib/asyncio/events.py, _RunningLoop and _Local
 */

let running: EventLoop | null = null;
/** Undefined as long as nobody called `setEventLoop` in this thread. */
let current: EventLoop | null | undefined;

/** The loop that runs in this thread, or null. */
export function runningLoopOrNull(): EventLoop | null {
  return running;
}

/**
 * The loop that runs in this thread.
 *
 * @throws {RuntimeError} when none does
 */
export function getRunningLoop(): EventLoop {
  if (running === null) {
    throw new RuntimeError(
      'no running event loop: call this from a coroutine or a callback that a loop runs, or use ' +
        'the methods of a loop object, which work at any time (a loop of another copy of skein than ' +
        `${thisCopy} does not count)`,
    );
  }
  return running;
}

/** Fills the running slot and returns what was in it; only for what turns a loop. */
export function setRunningLoop(loop: EventLoop | null): EventLoop | null {
  const before = running;
  running = loop;
  return before;
}

/** What `setEventLoop` was given in this thread: undefined when it was never called. */
export function currentLoopSlot(): EventLoop | null | undefined {
  return current;
}

/** Fills the current slot; `setEventLoop` does this after its checks. */
export function setCurrentLoopSlot(loop: EventLoop | null): void {
  current = loop;
}

/** The loop for a future of which nobody said to which loop it belongs. */
export function loopForNewFuture(): EventLoop {
  return running ?? current ?? getRunningLoop();
}
