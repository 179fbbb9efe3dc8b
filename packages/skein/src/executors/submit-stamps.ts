/**
 * Notes with a job when it was submitted, so that its worker can count how long it waited and ran.
 *
 * To look at the clock takes a tenth of what it takes to submit a small job. So while a thread submits more
 * than some 50 000 of them per second only one in 16 is timed, and counts for 16; otherwise each is. The first
 * thousand of a thread are timed in any case, so that the numbers of a small program are exact.
 */
import type { ThisThread } from '../crossing/this-thread.ts';
import { CONTROL, controlAt, COUNTS, Payload, SLOT, slotAt } from '../shared/layout.ts';
import type { WorkCounts } from '../shared/work-counts.ts';
import type { RunningJob } from './running-job.ts';

const ALL_OF_FIRST = 1024;
const ONE_IN = 16;
/** Where less time than this passes between two jobs, in milliseconds, not each is timed. */
const SHORT_MS = 0.02;

export class SubmitStamps {
  readonly #words: Int32Array;
  readonly #clock: { commonNow(): number };
  #count = 0;
  /** One in so many is timed. */
  #oneIn = 1;
  #left = 1;
  #last = 0;

  /** @param clock - gives milliseconds of the clock that all threads have in common */
  constructor(words: Int32Array, clock: { commonNow(): number }) {
    this.#words = words;
    this.#clock = clock;
  }

  /** Whether the next job is timed: then there is time for other looks, too. */
  get isDue(): boolean {
    return this.#left <= 1;
  }

  /** The job in this slot is submitted now. */
  stamp(slot: number): void {
    if (--this.#left > 0) return;
    const now = this.#clock.commonNow();
    const ms = Math.floor(now);
    const control = controlAt(slot);
    this.#words[control + CONTROL.submittedMs] = ms;
    this.#words[control + CONTROL.submittedUs] = (now - ms) * 1000;
    this.#words[control + CONTROL.weight] = this.#oneIn;
    const payload = slotAt(slot) + SLOT.payload;
    this.#words[payload] = (this.#words[payload] as number) | Payload.timed;
    const isFast = now - this.#last < SHORT_MS * this.#oneIn;
    this.#oneIn = this.#count++ >= ALL_OF_FIRST && isFast ? ONE_IN : 1;
    this.#left = this.#oneIn;
    this.#last = now;
  }
}

/** The other end: a worker begins a job that was stamped. */
export function noteBegin(thread: ThisThread, counts: WorkCounts, job: RunningJob): void {
  const control = controlAt(job.slot);
  const { words } = thread.memory;
  const begunAt = thread.mailbox.commonNow();
  const weight = words[control + CONTROL.weight] as number;
  job.timing = { begunAt, weight };
  const ms = Math.floor(begunAt);
  const us = (begunAt - ms) * 1000 - (words[control + CONTROL.submittedUs] as number);
  const waited = ((ms - (words[control + CONTROL.submittedMs] as number)) << 0) + us / 1000;
  counts.note(COUNTS.wait, waited, weight);
}
