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

  /** Makes a controller for the `signal` of a task. Present where there are AbortSignals. */
  makeAbortController?(): AbortControllerLike;
}
