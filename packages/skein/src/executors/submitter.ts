/**
 * The way of a job into a pool: into a slot, and the slot into the pool's ring. When there is no
 * room for it the job stays in the memory of this thread, with its arguments in the form in which
 * they cross, behind those that stay already, and goes on when there is.
 */
import { availableParallelism } from 'node:os';
import type { CarriedValues } from '../core/carried-context.ts';
import { pack, type PackedValues } from '../crossing/packed-values.ts';
import { Part, writePacked, writePayload } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { compareExchange, store } from '../shared/atomics.ts';
import { Kind, Payload, Phase, PoolStatus, SLOT, slotAt } from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { wakeOrPutOff, wakePutOff } from '../shared/wake-worker.ts';
import { type Job, NO_SLOT } from './concurrent-future.ts';

/** How many workers of a pool are woken while the thread that submits is at work: it has a core, too. */
const MOST_AWAKE = Math.max(1, availableParallelism() - 1);

export class Submitter {
  /** Jobs that stay here are cancelled instead of submitted. */
  cancelsHeld = false;
  readonly #thread: ThisThread;
  readonly #pool: PoolMemory;
  /** Whether the pool still takes jobs that were submitted before it was shut down. */
  readonly #takesJobs: () => boolean;
  /** What a job is told that the pool does not take any more. */
  readonly #refusal: () => Error;
  /** Whether this thread comes back to it when it rests. */
  #hasPutOff = false;
  readonly #atRest = (): void => {
    this.#hasPutOff = false;
    wakePutOff(this.#thread.memory, this.#pool);
  };

  constructor(
    thread: ThisThread,
    pool: PoolMemory,
    takesJobs: () => boolean,
    refusal: () => Error,
  ) {
    this.#thread = thread;
    this.#pool = pool;
    this.#takesJobs = takesJobs;
    this.#refusal = refusal;
  }

  /**
   * Sends a job on its way.
   *
   * @param fn - index in the function table
   * @param context - what the task is to find in its context; null for nothing
   * @throws {DataCloneError} when an argument cannot cross
   */
  submit(job: Job, fn: number, args: readonly unknown[], context: CarriedValues | null): void {
    const { mailbox } = this.#thread;
    const names = context?.names;
    const all = context === null ? args : [context.names, ...context.values, ...args];
    if (mailbox.isHolding || !this.#enqueue(job, fn, all, names))
      this.#holdBack(job, fn, all, names);
    this.#thread.awaitMail();
  }

  /** Writes the job into a slot and the slot into the ring; false when there is no room. */
  #enqueue(
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    names: readonly string[] | undefined,
  ): boolean {
    const { mailbox, memory, address } = this.#thread;
    const pool = this.#pool;
    const slot = mailbox.slots.take();
    if (slot < 0) return false;
    const { words } = memory;
    const at = slotAt(slot);
    words[at + SLOT.owner] = address.entry;
    words[at + SLOT.ownerIdent] = address.ident;
    words[at + SLOT.kind] = Kind.job;
    words[at + SLOT.fn] = fn;
    try {
      if (isList(args)) writePayload(this.#thread, slot, Part.args, args, placeNames(names));
      else writePacked(this.#thread, slot, Part.args, args);
    } catch (error) {
      mailbox.release(slot);
      throw error;
    }
    if (names !== undefined) (words[at + SLOT.payload] as number) |= Payload.context;
    mailbox.expect(slot, job);
    job.enqueued(slot, pool.queued);
    store(words, at + SLOT.state, pool.queued);
    if (!pool.ring.push(slot)) {
      // Nobody saw it: it was queued, but in no ring. Except a worker that met an old entry of
      // this slot, and then it is under way.
      if (!this.#takeBack(slot)) return true;
      job.enqueued(NO_SLOT, 0); // this slot will be another job's
      return false;
    }
    // Closed while the job was on its way into it: perhaps nobody looks any more.
    if (pool.status !== PoolStatus.open && !this.#takesJobs() && this.#takeBack(slot)) {
      job.fail(this.#refusal());
    }
    this.#wakeWorker();
    return true;
  }

  /** Now; or, when enough are awake, for this thread takes a core itself, when it rests. */
  #wakeWorker(): void {
    const { memory, mailbox } = this.#thread;
    if (wakeOrPutOff(memory, this.#pool, MOST_AWAKE) || this.#hasPutOff) return;
    this.#hasPutOff = true;
    mailbox.beforeRest(this.#atRest);
  }

  /** Takes a queued slot out of use; false when a worker has it. */
  #takeBack(slot: number): boolean {
    const { queued } = this.#pool;
    const at = slotAt(slot) + SLOT.state;
    if (compareExchange(this.#thread.memory.words, at, queued, Phase.writing) !== queued) {
      return false;
    }
    this.#thread.mailbox.release(slot);
    return true;
  }

  #holdBack(
    job: Job,
    fn: number,
    args: readonly unknown[],
    names: readonly string[] | undefined,
  ): void {
    const packed = pack(args, placeNames(names));
    this.#thread.mailbox.hold(() => {
      if (this.cancelsHeld) job.cancel();
      if (job.done()) return true; // cancelled
      try {
        if (this.#takesJobs()) return this.#enqueue(job, fn, packed, names);
        job.fail(this.#refusal());
      } catch (error) {
        job.fail(error);
      }
      return true;
    });
  }
}

/** `Array.isArray` that knows readonly arrays. */
const isList = (x: readonly unknown[] | PackedValues): x is readonly unknown[] => Array.isArray(x);

const argumentName = (index: number): string => `argument ${index + 1}`;

/** How errors call the values that cross: the names of context variables, their values, arguments. */
function placeNames(names: readonly string[] | undefined): (index: number) => string {
  if (names === undefined) return argumentName;
  return (index) =>
    index <= names.length
      ? `context variable '${names[index - 1]}'`
      : argumentName(index - 1 - names.length);
}
