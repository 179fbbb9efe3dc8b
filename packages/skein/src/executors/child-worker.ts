/**
 * A child process of a pool: it runs the jobs that its worker sends.
 *
 * It runs them as a thread of a pool does, by the same code, in a memory of its own that nobody else sees:
 * a job that comes is put into a slot there, as one that was claimed, and what is written into the slot when
 * it ends is sent. So a job has control words here, by which it can be asked to end.
 */
import { getHeapStatistics } from 'node:v8';
import { RuntimeError } from '../core/exceptions.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { foreignId, noteForeign } from '../crossing/function-table.ts';
import { bytesOf, pack, unpack } from '../crossing/packed-values.ts';
import { bytesOfPayload, Part, writePacked } from '../crossing/payload.ts';
import { foundInChild, type ThisThread } from '../crossing/this-thread.ts';
import { store } from '../shared/atomics.ts';
import { ask } from '../shared/deadlines.ts';
import {
  CONTROL,
  controlAt,
  Kind,
  Outcome,
  Payload,
  Phase,
  SLOT,
  slotAt,
  slotState,
} from '../shared/layout.ts';
import type { ResourceCounts } from '../shared/left-running.ts';
import { enterPool } from '../shared/pool-table.ts';
import { type Frame, frame, Message } from './child-frames.ts';
import type { Hello } from './child-jobs.ts';
import { ParentChannel } from './parent-channel.ts';
import { countsOf, LeftWatch } from './left-watch.ts';
import { callInWorker } from './run-on-all.ts';
import { setLookOutside } from './running-job.ts';
import { setStreamExit } from './stream-exit.ts';
import { noteTaken } from './stream-source.ts';
import { WorkerJobs } from './worker-jobs.ts';
import { WorkerLife } from './worker-life.ts';

/** How many slots are kept for jobs, at the most. */
const MOST_SPARE = 256;

/** A child ends no job by itself that is alone: its worker does, and the whole child with it. */
const NEVER_MS = 2 ** 30;

export class ChildWorker {
  readonly #channel = new ParentChannel((each) => this.#receive(each));
  /** Slots here, by those of the worker. */
  readonly #slots = new Map<number, number>();
  /** Kept for the jobs that may come: what a task submits to pools of its own may take all others. */
  readonly #spare: number[] = [];
  #thread: ThisThread | null = null;
  #jobs: WorkerJobs | null = null;
  #concurrency = 1;
  #isInitializing = false;
  /** Of Skein's are the socket to the worker, and where this process prints. */
  readonly #left = new LeftWatch(
    (counts) => this.#send(Message.left, 0, [], bytesOf(pack([counts], () => 'what is left'))),
    socketsOf(countsOf(process.getActiveResourcesInfo())),
  );
  /** Whether a job goes on here that was given up. */
  #hasStray = false;

  /** Begins to listen to the worker. */
  open(): void {
    setLookOutside(this.#channel.look);
    setStreamExit({
      send: ({ to, serial }, value, place) => {
        const packed = acrossTheBorder(() => pack([value], place));
        this.#send(Message.value, serial, [to.entry, to.ident], bytesOf(packed));
        return true;
      },
      isWanted: () => true, // else the worker asks the job to end
      watch: () => {},
    });
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('exit', (code) => this.#leave(code));
  }

  #receive({ type, key, numbers, bytes }: Frame): void {
    const [first = 0] = numbers;
    switch (type) {
      case Message.hello:
        return void this.#begin(unpack({ bytes })[0] as Hello);
      case Message.fn:
        return void noteForeign(key, JSON.parse(Buffer.from(bytes).toString()) as never);
      case Message.job:
        return this.#beginJob(key, numbers, bytes);
      case Message.ask:
        return this.#ask(key, first);
      case Message.taken:
        return noteTaken(key, first);
      case Message.call:
        return void this.#call(key, foreignId(first), bytes);
      case Message.end:
        return void this.#end(first);
    }
  }

  async #begin({ name, concurrency, cwd, initializer }: Hello): Promise<void> {
    const thread = foundInChild(name);
    const size = { minWorkers: 0, maxWorkers: 1, maxQueue: Infinity, ageing: NEVER_MS };
    const pool = enterPool(thread.memory, { ...size, concurrencyPerWorker: concurrency });
    const forEver = { idleTimeout: Infinity, maxTasks: Infinity, maxHeap: Infinity };
    this.#thread = thread;
    this.#concurrency = concurrency;
    this.#jobs = new WorkerJobs(thread, pool, new WorkerLife(thread, pool, forEver), {
      goOn: () => {},
      retire: () => (this.#hasStray = true),
      isRetired: () => this.#hasStray,
      comeBack: () => {},
      beginsLimited: (slot) => this.#tellBegun(slot),
    });
    const spare = Math.min(concurrency, MOST_SPARE);
    for (let i = 0; i < spare; i++) this.#spare.push(thread.mailbox.slots.take());
    this.#isInitializing = true;
    try {
      if (cwd !== undefined) process.chdir(cwd);
      const own = initializer && { ...initializer, fn: foreignId(initializer.fn) };
      await this.#jobs.prepare(own);
    } catch (error) {
      this.#fail(error);
      process.exit(1);
    }
    this.#isInitializing = false;
    this.#send(Message.up, 0);
    this.#watchWhatIsLeft();
  }

  #watchWhatIsLeft(): void {
    if (this.#slots.size > 0) return;
    this.#left.watch(
      () => this.#slots.size === 0,
      () => {},
    );
  }

  #beginJob(key: number, numbers: readonly number[], bytes: Uint8Array): void {
    const [fn, bits, timeout, grace] = numbers as [number, number, number, number];
    const { mailbox, memory, address } = this.#thread as ThisThread;
    const { words } = memory;
    const slot = this.#spare.pop() ?? mailbox.slots.take();
    if (slot < 0) throw new RuntimeError('There is no slot for a task: too many are under way.');
    const at = slotAt(slot);
    words[at + SLOT.owner] = address.entry;
    words[at + SLOT.ownerIdent] = address.ident;
    words[at + SLOT.kind] = Kind.job;
    words[at + SLOT.fn] = foreignId(fn);
    writePacked(this.#thread as ThisThread, slot, Part.args, { bytes });
    words[at + SLOT.payload] = (words[at + SLOT.payload] as number) | bits;
    if ((bits & Payload.limited) !== 0) {
      words[controlAt(slot) + CONTROL.timeout] = timeout;
      words[controlAt(slot) + CONTROL.grace] = this.#concurrency > 1 ? grace : NEVER_MS - timeout;
    }
    this.#slots.set(key, slot);
    mailbox.expect(slot, { settle: () => this.#settle(key, slot) });
    store(words, at + SLOT.state, slotState(Phase.running, address.entry));
    (this.#jobs as WorkerJobs).begin(slot);
  }

  #tellBegun(slot: number): void {
    for (const [key, own] of this.#slots) if (own === slot) this.#send(Message.begun, key);
  }

  /** Its outcome is in the slot. */
  #settle(key: number, slot: number): void {
    const thread = this.#thread as ThisThread;
    const outcome = thread.memory.words[slotAt(slot) + SLOT.outcome] as number;
    const heapKiB = getHeapStatistics().used_heap_size >>> 10;
    const numbers = [outcome, heapKiB, this.#hasStray ? 1 : 0];
    const bytes = bytesOfPayload(thread, slot, Part.result);
    this.#send(Message.outcome, key, numbers, bytes);
    this.#slots.delete(key);
    thread.mailbox.release(slot);
    if (this.#spare.length < MOST_SPARE) this.#spare.push(thread.mailbox.slots.take()); // that one, at least
    this.#watchWhatIsLeft();
  }

  #ask(key: number, what: number): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    const { mailbox, memory } = this.#thread as ThisThread;
    ask(memory.words, slot, what);
    mailbox.listen(); // there the jobs that wait are told
  }

  async #call(key: number, fn: number, bytes: Uint8Array): Promise<void> {
    try {
      const value = await callInWorker(fn, { packed: { bytes } });
      this.#reply(Message.reply, key, Outcome.value, value);
    } catch (error) {
      this.#reply(Message.reply, key, Outcome.error, encodeError(error));
    }
  }

  #fail(error: unknown): void {
    this.#isInitializing = false;
    this.#reply(Message.failed, 0, Outcome.error, encodeError(error));
  }

  #reply(type: number, key: number, outcome: number, value: unknown): void {
    const packed = acrossTheBorder(() => pack([value], () => 'the result'));
    this.#send(type, key, [outcome], bytesOf(packed));
  }

  #send(type: number, key: number, numbers?: readonly number[], bytes?: Uint8Array): void {
    this.#channel.send(frame(type, key, numbers, bytes));
  }

  async #end(teardown: number): Promise<void> {
    await this.#jobs?.close(teardown === 0 ? undefined : foreignId(teardown - 1));
    process.exit(0);
  }

  #crash(error: unknown): void {
    if (this.#isInitializing) this.#fail(error);
    else if (!this.#breakAll('an error was thrown in its process outside of the task.', error))
      console.error(`Exception in process ${this.#thread?.name}:`, error);
    process.exit(1);
  }

  #leave(code: number): void {
    const message = `it ended its process by process.exit(${code}).`;
    if (this.#isInitializing) this.#fail(new RuntimeError(message));
    this.#breakAll(message, undefined);
  }

  #breakAll(message: string, cause: unknown): boolean {
    const hadJobs = this.#jobs?.breakAll(message, cause) === true;
    this.#thread?.mailbox.drain();
    return hadJobs;
  }
}

/** Of those that are active, before anything else runs here. */
function socketsOf({ PipeWrap = 0, TTYWrap = 0 }: ResourceCounts): ResourceCounts {
  return { PipeWrap, TTYWrap };
}
