import type { Expectation } from '../shared/mailbox.ts';

/** Slot of a job that has none: it is held back, or over. */
export const NO_SLOT = -1;

/** A future as the executor that fills it sees it. */
export interface Job extends Expectation {
  done(): boolean;
  /** The job is in a slot now, waiting in a ring; or, with `NO_SLOT`, it is not after all. */
  enqueued(slot: number, queued: number): void;
  /** The job will never be done. */
  fail(error: unknown): void;
  cancel(): boolean;
  /** Its slot while it waits in a queue, else -1. */
  readonly queuedSlot: number;
  /** When it fails it may be sent once more: by `again`, false when the pool does not take it any more. */
  retry(times: number, again: () => boolean): void;
}
