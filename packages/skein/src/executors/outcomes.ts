/**
 * How a worker ends a job: it writes what came of it into the job's slot, and sends the slot home.
 */
import { CancelledError } from '../core/exceptions.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { isInChild } from '../crossing/in-child.ts';
import { Part, writePacked, writePayload } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { endAtOnce } from '../crossing/this-thread.ts';
import { finishRunning } from '../shared/deadlines.ts';
import { COUNTS, Outcome, Phase, SLOT, slotAt, slotState } from '../shared/layout.ts';
import type { WorkCounts } from '../shared/work-counts.ts';
import type { RunningJob } from './running-job.ts';
import { sendHome } from './send-home.ts';

export class Outcomes {
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #running: number;
  readonly #done: number;
  readonly #counts: WorkCounts;

  constructor(thread: ThisThread, counts: WorkCounts) {
    const { entry } = thread.address;
    this.#thread = thread;
    this.#counts = counts;
    this.#words = thread.memory.words;
    this.#running = slotState(Phase.running, entry);
    this.#done = slotState(Phase.done, entry);
  }

  /**
   * The function of a job has returned or thrown.
   *
   * @param outcome - `Outcome.value` or `Outcome.error`
   */
  send(job: RunningJob, outcome: number, value: unknown): void {
    const { slot } = job;
    if (job.limits !== null && job.isOverrun) {
      const error =
        outcome === Outcome.error && !isGivingUp(value) ? encodeError(value) : undefined;
      this.#send(slot, Outcome.overrun, error, job);
    } else if (outcome === Outcome.value) {
      this.#send(slot, outcome, value, job);
    } else if (isGivingUp(value) && job.isAsked) {
      this.#send(slot, Outcome.cancelled, undefined, job);
    } else {
      this.#send(slot, outcome, encodeError(value), job);
    }
  }

  /** The thread ends, or cannot do the job; or its process. */
  sendBroken(slot: number, message: string, cause: unknown, isProcess: boolean = false): void {
    const payload = [message, cause === undefined ? undefined : encodeError(cause), isProcess];
    this.#send(slot, Outcome.broken, payload, null);
  }

  /** What came of a job elsewhere; the payload as it came. */
  sendBytes(job: RunningJob, outcome: number, bytes: Uint8Array): void {
    this.#words[slotAt(job.slot) + SLOT.outcome] = outcome;
    writePacked(this.#thread, job.slot, Part.result, { bytes });
    this.#sendHome(job.slot, job);
  }

  /** @param job - null when its function was never called, or has not come to its end */
  #send(slot: number, outcome: number, payload: unknown, job: RunningJob | null): void {
    const at = slotAt(slot);
    try {
      this.#words[at + SLOT.outcome] = outcome;
      writePayload(this.#thread, slot, Part.result, [payload], () => 'the result');
    } catch (error) {
      this.#words[at + SLOT.outcome] = Outcome.error;
      writePayload(this.#thread, slot, Part.result, [encodeError(error)], () => 'the error');
    }
    this.#sendHome(slot, job);
  }

  #sendHome(slot: number, job: RunningJob | null): void {
    if (!finishRunning(this.#words, slot, this.#running, this.#done)) endAtOnce(); // condemned
    this.#count(this.#words[slotAt(slot) + SLOT.outcome] as number, job);
    sendHome(this.#thread, slot);
  }

  /** Before whoever asked hears of it. */
  #count(outcome: number, job: RunningJob | null): void {
    this.#counts.count(outcome);
    if (job === null || job.timing === null) return;
    const { begunAt, weight } = job.timing;
    this.#counts.note(COUNTS.run, this.#thread.mailbox.commonNow() - begunAt, weight);
  }
}

/** The same in a child process: what it writes is read in another one. */
class OutcomesOfChild extends Outcomes {
  override send(job: RunningJob, outcome: number, value: unknown): void {
    acrossTheBorder(() => super.send(job, outcome, value));
  }

  override sendBroken(slot: number, message: string, cause: unknown): void {
    acrossTheBorder(() => super.sendBroken(slot, message, cause, true));
  }
}

export function outcomesOf(thread: ThisThread, counts: WorkCounts): Outcomes {
  return isInChild ? new OutcomesOfChild(thread, counts) : new Outcomes(thread, counts);
}

/** What a function throws that was asked to end: ours, or that of whatever takes a signal. */
function isGivingUp(error: unknown): boolean {
  return (
    error instanceof CancelledError || (error as { name?: unknown } | null)?.name === 'AbortError'
  );
}
