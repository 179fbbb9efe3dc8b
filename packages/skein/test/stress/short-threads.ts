/** Threads that submit and end at once, each in its own way. */
import { sleepSync, type ThreadPoolExecutor } from 'skein';

/** Adds one: the trace that a task was done, though nobody waits for its result. */
export function leaveTrace(done: SharedArrayBuffer): void {
  Atomics.add(new Int32Array(done), 0, 1);
}

export const nap = (ms: number): void => sleepSync(ms);

/** What a thread does: submits `tasks` tasks, and leaves as it is told. */
export function submitAndLeave(
  pool: ThreadPoolExecutor,
  done: SharedArrayBuffer,
  tasks: number,
  way: Way,
): void {
  for (let nth = 0; nth < tasks; nth++) pool.submit(leaveTrace, done);
  if (way === 'exit') process.exit(0);
  if (way === 'throw') throw new Error('left on purpose');
  if (way === 'wait') pool.submit(nap, 1).result();
}

/** By returning, by waiting for a task first, by `process.exit()`, by an error that nobody catches. */
export const WAYS = ['return', 'wait', 'exit', 'throw'] as const;
export type Way = (typeof WAYS)[number];
