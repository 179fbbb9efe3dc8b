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
import { compareExchange } from '../shared/atomics.ts';
import { finishRunning } from '../shared/deadlines.ts';
import { Outcome, Phase, SLOT, slotAt, slotState } from '../shared/layout.ts';
import type { RunningJob } from './running-job.ts';

export class Outcomes {
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #running: number;
  readonly #done: number;

  constructor(thread: ThisThread) {
    const { entry } = thread.address;
    this.#thread = thread;
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
      this.#send(slot, Outcome.overrun, error);
    } else if (outcome === Outcome.value) {
      this.#send(slot, outcome, value);
    } else if (isGivingUp(value) && job.isAsked) {
      this.#send(slot, Outcome.cancelled, undefined);
    } else {
      this.#send(slot, outcome, encodeError(value));
    }
  }

  /** The thread ends, or cannot do the job; or its process. */
  sendBroken(slot: number, message: string, cause: unknown, isProcess: boolean = false): void {
    const payload = [message, cause === undefined ? undefined : encodeError(cause), isProcess];
    this.#send(slot, Outcome.broken, payload);
  }

  /** What came of a job elsewhere; the payload as it came. */
  sendBytes(slot: number, outcome: number, bytes: Uint8Array): void {
    this.#words[slotAt(slot) + SLOT.outcome] = outcome;
    writePacked(this.#thread, slot, Part.result, { bytes });
    this.#sendHome(slot);
  }

  #send(slot: number, outcome: number, payload: unknown): void {
    const at = slotAt(slot);
    try {
      this.#words[at + SLOT.outcome] = outcome;
      writePayload(this.#thread, slot, Part.result, [payload], () => 'the result');
    } catch (error) {
      this.#words[at + SLOT.outcome] = Outcome.error;
      writePayload(this.#thread, slot, Part.result, [encodeError(error)], () => 'the error');
    }
    this.#sendHome(slot);
  }

  #sendHome(slot: number): void {
    if (!finishRunning(this.#words, slot, this.#running, this.#done)) endAtOnce(); // condemned
    if (this.#thread.mailbox.deliver(slot)) return;
    // The thread that asked is gone: the outcome is nobody's.
    const state = slotAt(slot) + SLOT.state;
    if (compareExchange(this.#words, state, this.#done, this.#running) !== this.#done) return;
    this.#thread.mailbox.discard(slot);
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

export function outcomesOf(thread: ThisThread): Outcomes {
  return isInChild ? new OutcomesOfChild(thread) : new Outcomes(thread);
}

/** What a function throws that was asked to end: ours, or that of whatever takes a signal. */
function isGivingUp(error: unknown): boolean {
  return (
    error instanceof CancelledError || (error as { name?: unknown } | null)?.name === 'AbortError'
  );
}
