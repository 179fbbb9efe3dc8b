/**
 * The way of a job into a pool: into a slot, and the slot into the pool's ring. When there is no
 * room for it the job stays in the memory of this thread, with its arguments in the form in which
 * they cross, behind those that stay already, and goes on when there is.
 */
import { availableParallelism } from 'node:os';
import { ValueError } from '../core/exceptions.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { findMoves } from '../crossing/moves.ts';
import { pack, type PackedValues } from '../crossing/packed-values.ts';
import { dropPacked, Part, takePacked, writePacked, writePayload } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { add, compareExchange, store } from '../shared/atomics.ts';
import type { Held } from '../shared/held-back.ts';
import {
  CONTROL,
  controlAt,
  Kind,
  momentOf,
  Payload,
  Phase,
  POOL,
  PoolStatus,
  SLOT,
  slotAt,
} from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { wakeOrPutOff, wakePutOff } from '../shared/wake-worker.ts';
import { type Job, NO_SLOT } from './job.ts';
import { SubmitStamps } from './submit-stamps.ts';
import { type JobOptions, limitToWord, traced } from './submit-options.ts';
import { isTracingKnown, traceOfCaller } from './trace-context.ts';

/** How many workers of a pool are woken while the thread that submits is at work: it has a core, too. */
const MOST_AWAKE = Math.max(1, availableParallelism() - 1);

export class Submitter {
  /** Jobs that stay here are cancelled instead of submitted. */
  cancelsHeld = false;
  readonly #thread: ThisThread;
  readonly #pool: PoolMemory;
  /** `Kind.job`, or `Kind.processJob`. */
  readonly #kind: number;
  /** Whether the pool still takes jobs that were submitted before it was shut down. */
  readonly #takesJobs: () => boolean;
  /** What a job is told that the pool does not take any more. */
  readonly #refusal: () => Error;
  readonly #stamps: SubmitStamps;
  /** Whether this thread comes back to it when it rests. */
  #hasPutOff = false;
  readonly #atRest = (): void => {
    this.#hasPutOff = false;
    wakePutOff(this.#thread.memory, this.#pool);
  };

  constructor(
    thread: ThisThread,
    pool: PoolMemory,
    kind: number,
    takesJobs: () => boolean,
    refusal: () => Error,
  ) {
    this.#thread = thread;
    this.#pool = pool;
    this.#kind = kind;
    this.#takesJobs = takesJobs;
    this.#refusal = refusal;
    this.#stamps = new SubmitStamps(thread.memory.words, thread.mailbox);
  }

  /**
   * Sends a job on its way.
   *
   * @param fn - index in the function table
   * @throws {DataCloneError} when an argument cannot cross
   */
  submit(job: Job, fn: number, args: readonly unknown[], given: JobOptions | null): void {
    const options = this.#stamps.isDue || isTracingKnown() ? inTraceOfCaller(given) : given;
    if (this.#kind === Kind.job) this.#submit(job, fn, args, options);
    else acrossTheBorder(() => this.#submit(job, fn, args, options));
  }

  #submit(job: Job, fn: number, args: readonly unknown[], options: JobOptions | null): void {
    const all = options === null ? args : payloadOf(args, options);
    const places = placesIn(options);
    const moves = findMoves(all, options?.transfer ?? nothing, places);
    if (moves !== null) {
      if (options !== null && options.retries > 0) throw goneAfterFirst(options.retries);
      this.#send(job, fn, pack(all, places, moves), options);
    } else if (options !== null && options.retries > 0) {
      const packed = pack(all, places, null);
      job.retry(options.retries, () => this.#takesJobs() && this.#send(job, fn, packed, options));
      this.#send(job, fn, packed, options);
    } else {
      this.#send(job, fn, all, options);
    }
  }

  #send(
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    options: JobOptions | null,
  ): true {
    if (this.#thread.mailbox.isHolding || !this.#enqueue(job, fn, args, options))
      this.#holdBack(job, fn, args, options);
    const { nested } = this.#thread;
    if (nested?.pool === this.#pool.index) nested.hasParent();
    this.#thread.awaitMail();
    return true;
  }

  /** Writes the job into a slot and the slot into the ring; false when there is no room. */
  #enqueue(
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    options: JobOptions | null,
  ): boolean {
    const { mailbox, memory, address } = this.#thread;
    const pool = this.#pool;
    const slot = mailbox.slots.take();
    if (slot < 0) return false;
    const { words } = memory;
    const at = slotAt(slot);
    words[at + SLOT.owner] = address.entry;
    words[at + SLOT.ownerIdent] = address.ident;
    words[at + SLOT.kind] = this.#kind;
    words[at + SLOT.fn] = fn;
    try {
      if (isList(args)) writePayload(this.#thread, slot, Part.args, args, placesIn(options));
      else writePacked(this.#thread, slot, Part.args, args);
    } catch (error) {
      mailbox.release(slot);
      throw error;
    }
    const priority = options?.priority ?? 0;
    if (options !== null) writeOptions(words, slot, options);
    this.#stamps.stamp(slot);
    if (priority !== 0 || pool.queue.hasLevels) {
      store(words, controlAt(slot) + CONTROL.queuedAt, momentOf(mailbox.commonNow()));
    }
    mailbox.expect(slot, job);
    job.enqueued(slot, pool.queued);
    store(words, at + SLOT.state, pool.queued);
    if (!pool.queue.push(slot, priority)) {
      // Nobody saw it: it was queued, but in no ring. Except a worker that met an old entry of
      // this slot, and then it is under way.
      if (!this.#takeBack(slot, args)) return true;
      job.enqueued(NO_SLOT, 0); // this slot will be another job's
      return false;
    }
    // Closed while the job was on its way into it: perhaps nobody looks any more.
    if (pool.status !== PoolStatus.open && !this.#takesJobs() && this.#takeBack(slot)) {
      job.fail(this.#refusal());
    }
    this.#wakeWorker();
    if (this.#thread.nested?.pool === pool.index) this.#thread.nested.submitted(job);
    return true;
  }

  /** Now; or, when enough are awake, for this thread takes a core itself, when it rests. */
  #wakeWorker(): void {
    const { memory, mailbox } = this.#thread;
    if (wakeOrPutOff(memory, this.#pool, MOST_AWAKE) || this.#hasPutOff) return;
    this.#hasPutOff = true;
    mailbox.beforeRest(this.#atRest);
  }

  /** Takes a queued slot out of use, and out of it what is written again; false when a worker has it. */
  #takeBack(slot: number, again?: readonly unknown[] | PackedValues): boolean {
    const { queued } = this.#pool;
    const at = slotAt(slot) + SLOT.state;
    if (compareExchange(this.#thread.memory.words, at, queued, Phase.writing) !== queued) {
      return false;
    }
    if (again !== undefined && !isList(again)) takePacked(this.#thread, slot, again);
    this.#thread.mailbox.release(slot);
    return true;
  }

  #holdBack(
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    options: JobOptions | null,
  ): void {
    // What nobody can change meanwhile needs no copy.
    const kept = isList(args) && !args.every(isPrimitive) ? pack(args, placesIn(options)) : args;
    this.#thread.mailbox.hold(new HeldJob(this, job, fn, kept, options));
  }

  /** @internal Tries to send a job that was held back; false when there is still no room. */
  resume(
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    options: JobOptions | null,
  ): boolean {
    if (this.cancelsHeld) job.cancel();
    if (job.done()) {
      add(this.#thread.memory.words, this.#pool.at + POOL.cancelled, 1);
    } else {
      try {
        if (this.#takesJobs()) return this.#enqueue(job, fn, args, options);
        job.fail(this.#refusal());
      } catch (error) {
        job.fail(error);
      }
    }
    if (!isList(args)) dropPacked(this.#thread, args);
    return true;
  }
}

/** A job for which there was no room: in fewer bytes than a closure. */
class HeldJob implements Held {
  readonly #submitter: Submitter;
  readonly #job: Job;
  readonly #fn: number;
  readonly #args: readonly unknown[] | PackedValues;
  readonly #options: JobOptions | null;

  constructor(
    submitter: Submitter,
    job: Job,
    fn: number,
    args: readonly unknown[] | PackedValues,
    options: JobOptions | null,
  ) {
    this.#submitter = submitter;
    this.#job = job;
    this.#fn = fn;
    this.#args = args;
    this.#options = options;
  }

  goOn(): boolean {
    return this.#submitter.resume(this.#job, this.#fn, this.#args, this.#options);
  }
}

const nothing: readonly unknown[] = [];

const isPrimitive = (x: unknown): boolean =>
  x === null || (typeof x !== 'object' && typeof x !== 'function' && typeof x !== 'symbol');

function inTraceOfCaller(options: JobOptions | null): JobOptions | null {
  const trace = traceOfCaller();
  return trace === null ? options : traced(options, trace);
}

function goneAfterFirst(retries: number): ValueError {
  return new ValueError(
    `the option 'retries' (${retries}) and arguments that are transferred do not go together: the first ` +
      'attempt takes them away. Leave one of the two out, or use a SharedArrayBuffer.',
  );
}

/** `Array.isArray` that knows readonly arrays. */
const isList = (x: readonly unknown[] | PackedValues): x is readonly unknown[] => Array.isArray(x);

/** What crosses: the name of the job, its trace, the names and values of context variables, the arguments. */
function payloadOf(args: readonly unknown[], options: JobOptions): readonly unknown[] {
  const { context } = options;
  const variables = context === null ? [] : [context.names, ...context.values];
  return [...headOf(options), ...variables, ...args];
}

const headOf = ({ name, trace }: JobOptions): readonly unknown[] =>
  [name, trace].filter((each) => each !== null);

function writeOptions(words: Int32Array, slot: number, options: JobOptions): void {
  let bits = words[slotAt(slot) + SLOT.payload] as number;
  if (options.context !== null) bits |= Payload.context;
  if (options.name !== null) bits |= Payload.named;
  if (options.trace !== null) bits |= Payload.traced;
  if (options.timeout > 0 || options.signal !== null) {
    bits |= Payload.limited;
    words[controlAt(slot) + CONTROL.timeout] = options.timeout;
    words[controlAt(slot) + CONTROL.grace] = limitToWord(options.grace);
  }
  if (options.chunkFrom >= 0) bits |= Payload.chunk;
  words[slotAt(slot) + SLOT.payload] = bits;
}

const argumentName = (index: number): string => `argument ${index + 1}`;

/** How errors call the values that cross. */
function placesIn(options: JobOptions | null): (index: number) => string {
  if (options === null) return argumentName;
  const names = options.context?.names;
  const { chunkFrom } = options;
  const nameOf = chunkFrom < 0 ? argumentName : (i: number) => `element ${chunkFrom + i}`;
  const first = headOf(options).length;
  const variables = names === undefined ? 0 : names.length + 1;
  return (index) => {
    const place = index - first;
    if (place < 0) return 'the name or the trace of the task';
    if (place >= variables) return nameOf(place - variables);
    return place === 0
      ? 'the names of context variables'
      : `context variable '${names?.[place - 1]}'`;
  };
}
