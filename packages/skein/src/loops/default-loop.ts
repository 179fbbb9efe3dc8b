import { isMainThread } from 'node:worker_threads';
import { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { repr } from '../core/repr.ts';
import { currentLoopSlot, runningLoopOrNull, setCurrentLoopSlot } from '../core/running-loop.ts';
import { threadName } from '../crossing/this-thread.ts';
import { NodeEventLoop } from './node-event-loop.ts';
import { SelectorEventLoop } from './selector-event-loop.ts';

/*
 * Who gets which loop: the rule of the default loop.
 *
 *     a loop runs in this thread                 that one
 *     setEventLoop(loop) was called here         that one
 *     the main thread, and nothing was called    its NodeEventLoop, made now
 *     everybody else                             an error that names the thread
 *
 * @see CPython 3.11 Lib/asyncio/events.py, BaseDefaultEventLoopPolicy.get_event_loop
 */

/**
 * The loop of this thread: the one that runs, or else the one that was set; on the main thread one is
 * made when it is first asked for.
 *
 * @throws {RuntimeError} on another thread, or after `setEventLoop(null)`
 */
export function getEventLoop(): EventLoop {
  const known = runningLoopOrNull() ?? currentLoopSlot();
  if (known) return known;
  if (known === null || !isMainThread) {
    throw new RuntimeError(
      `There is no current event loop in thread '${threadName()}'. Make one and set it: ` +
        'setEventLoop(newEventLoop())',
    );
  }
  const loop = new NodeEventLoop();
  loop.scheduler.late.mayStayOpen = true;
  setCurrentLoopSlot(loop);
  return loop;
}

/**
 * Makes `loop` the one that `getEventLoop` gives in this thread; null for none.
 *
 * @throws {TypeError} when it is no loop
 */
export function setEventLoop(loop: EventLoop | null): void {
  if (loop !== null && !(loop instanceof EventLoop)) {
    throw new TypeError(`loop must be an instance of EventLoop or null, got ${repr(loop)}`);
  }
  setCurrentLoopSlot(loop);
}

/** Makes a loop that blocks the thread that runs it. Sets it nowhere. */
export function newEventLoop(): SelectorEventLoop {
  return new SelectorEventLoop();
}
