import type { EventLoop } from './event-loop.ts';
import type { AbortControllerLike } from './abort.ts';

/**
 * What an event loop needs from the outside. The core has no clock, no console and no timers of its
 * own, so that it runs on any engine and, in tests, on a clock that only tests move.
 */
export interface LoopEnvironment {
  /** Milliseconds since some fixed moment, with fractions. Never goes back. */
  now(): number;

  /** Shows an error that nobody else handles. Must not throw. */
  reportError(text: string, error: unknown): void;

  /**
   * Calls `resume` once when the engine has no promise reaction left to run. Present only where the
   * engine can run promise reactions between two callbacks of the loop; without it the loop drives
   * coroutines, but no async functions.
   */
  afterMicrotasks?(resume: () => void): void;

  /**
   * Says whether `loop` has something to tell when its thread ends: then `scheduler.late.reportAtEnd()`
   * is called. Present where the end of a thread can be noticed.
   */
  atEndOfThread?(loop: EventLoop, hasSomethingToTell: boolean): void;

  /** The name of the generator function that made a coroutine, where that can be found out. */
  nameOfCoroutine?(coroutine: object): string | undefined;

  /** Whether a loop that is made now begins in debug mode. */
  readonly debug?: boolean;

  /** Makes a controller for the `signal` of a task. Present where there are AbortSignals. */
  makeAbortController?(): AbortControllerLike;
}
