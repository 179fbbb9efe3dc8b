import type { LoopEnvironment } from '../core/environment.ts';

/*
 * What Node gives to a loop: its clock, its stderr, and a way to let promise reactions run.
 *
 * Node runs promise reactions when a callback of its own loop has returned, and again after each
 * callback of its next-tick queue. A callback that a reaction puts into that queue therefore runs
 * when all reactions have run that were there, with all that these have set off.
 */

/** For a loop that blocks its thread: no promise reaction runs before it returns. */
export const blockingEnvironment: LoopEnvironment = {
  now: () => performance.now(),
  reportError,
  makeAbortController: () => new AbortController(),
};

/** For a loop that Node turns. */
export const nodeEnvironment: LoopEnvironment = {
  now: () => performance.now(),
  reportError,
  afterMicrotasks(resume: () => void): void {
    queueMicrotask(() => process.nextTick(resume));
  },
  makeAbortController: () => new AbortController(),
};

function reportError(text: string, error: unknown): void {
  if (error === undefined) console.error(text);
  else console.error(`${text}\n`, error);
}
