import type { LoopEnvironment } from '../core/environment.ts';
import { recordOrigins } from '../core/origins.ts';
import { nameOfCoroutine } from '../crossing/coroutine-name.ts';
import { atEndOfThread } from './end-of-thread.ts';

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
  atEndOfThread,
  nameOfCoroutine,
  get debug() {
    return isDebugAskedFor();
  },
};

/** For a loop that Node turns. */
export const nodeEnvironment: LoopEnvironment = {
  now: () => performance.now(),
  reportError,
  afterMicrotasks(resume: () => void): void {
    queueMicrotask(() => process.nextTick(resume));
  },
  makeAbortController: () => new AbortController(),
  atEndOfThread,
  nameOfCoroutine,
  get debug() {
    return isDebugAskedFor();
  },
};

// So that what is made before the first loop knows it too.
if (isDebugAskedFor()) recordOrigins();

/** Whether the program was started with `SKEINDEBUG=1`. Threads have the environment of the process. */
function isDebugAskedFor(): boolean {
  const asked = process.env['SKEINDEBUG'];
  return asked !== undefined && asked !== '' && asked !== '0';
}

function reportError(text: string, error: unknown): void {
  if (error === undefined) console.error(text);
  else console.error(`${text}\n`, error);
}
