import { RuntimeError } from '../core/exceptions.ts';
import type { QueuedJob, ThisThread } from '../crossing/this-thread.ts';

/** What a thread can wait for. */
export interface Awaited extends QueuedJob {
  /** Index of the pool that has taken it. */
  readonly pool: number;
  /** Entry of the thread that runs it, or that has to turn for it; else -1. */
  readonly runner: number;
  readonly name: string;
}

/**
 * Blocks the thread until something is so that comes of a job. A worker does work of its own tasks
 * meanwhile (`nested-work.ts`).
 *
 * @param timeoutMs - milliseconds; `Infinity` waits for ever
 * @returns false when the time ran out first
 * @throws {RuntimeError} `ERR_WAITS_FOR_ITSELF` when it could only come of this very thread, which would stand
 *   still
 */
export function blockUntil(
  thread: ThisThread,
  job: Awaited,
  isSo: () => boolean,
  timeoutMs: number,
): boolean {
  const { mailbox, nested } = thread;
  if (nested === undefined) return mailbox.waitFor(isSo, timeoutMs);
  mailbox.drain();
  if (timeoutMs > 0 && job.runner === thread.address.entry && !isSo()) throw waitsForItself(job);
  if (job.queuedSlot >= 0 && job.pool === nested.pool) {
    nested.submitted(job);
    nested.hasParent();
  }
  try {
    return mailbox.waitFor(isSo, timeoutMs, () => nested.help(timeoutMs === Infinity));
  } finally {
    nested.goOn();
  }
}

function waitsForItself({ name }: Awaited): RuntimeError {
  const task = name === '' ? 'The task' : `'${name}'`;
  return new RuntimeError(
    `${task} goes on in this very thread, which cannot block for it: it would wait for itself. Let the function ` +
      'that waits be async, and write await, or for await.',
    'ERR_WAITS_FOR_ITSELF',
  );
}
