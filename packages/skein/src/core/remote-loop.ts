import type { Sendable } from './sendable.ts';

/**
 * A handle on an event loop that can be given to other threads, as an argument of a thread, a task
 * or a call, at any depth of plain objects and arrays. `loop.remote()` makes it.
 */
export interface RemoteLoop {
  /**
   * Schedules `fn(...args)` in the loop's own thread, and wakes that. First come, first served,
   * together with `callSoon`. Any thread.
   *
   * @param fn - an exported function, or one registered with `task()`
   * @throws {RuntimeError} `ERR_LOOP_CLOSED` when the loop is closed or its thread has ended
   * @throws {FunctionReferenceError} when the function cannot be found from another thread
   * @throws {DataCloneError} when an argument cannot cross
   * @see CPython Lib/asyncio/base_events.py, BaseEventLoop.call_soon_threadsafe
   */
  callSoonThreadsafe<A extends unknown[]>(fn: (...args: A) => unknown, ...args: Sendable<A>): void;

  /** Whether the loop is closed or its thread has ended. */
  isClosed(): boolean;
}
