import type { QueuedJob, ThisThread } from '../crossing/this-thread.ts';

/** What a thread can wait for. */
export interface Awaited extends QueuedJob {
  /** Index of the pool that has taken it. */
  readonly pool: number;
}

/**
 * Blocks the thread until something is so that comes of a job. A worker does work of its own tasks
 * meanwhile (`nested-work.ts`).
 *
 * @param timeoutMs - milliseconds; `Infinity` waits for ever
 * @returns false when the time ran out first
 */
export function blockUntil(
  thread: ThisThread,
  job: Awaited,
  isSo: () => boolean,
  timeoutMs: number,
): boolean {
  const { mailbox, nested } = thread;
  if (nested === undefined) return mailbox.waitFor(isSo, timeoutMs);
  if (job.queuedSlot >= 0 && job.pool === nested.pool) nested.submitted(job);
  try {
    return mailbox.waitFor(isSo, timeoutMs, () => nested.help(timeoutMs === Infinity));
  } finally {
    nested.goOn();
  }
}
