/**
 * The jobs of a worker whose child process runs them.
 *
 * The worker's thread claims a job as any other does, and hands its bytes on without reading them; what
 * comes back is put into the job's slot. So all that a pool does before and after stays what it is, and
 * the thread, which runs nothing of the program's, is there when something goes wrong: it passes on that
 * a job shall end, kills the child of one that does not, and fails what a dying child leaves behind.
 *
 * ```
 *   ring ── claim ──▶ worker's thread ── bytes, by a socket ──▶ child process
 *                        │   ▲                                      │
 *              outcome ◀─┘   └──────────── bytes ◀──────────────────┘
 * ```
 *
 * Invariant: a worker and its child live and die together. When the child has ended the worker takes no
 * job any more, and ends; the pool gets another one if it needs it (docs/decisions/0018-processes.md).
 */
import { BrokenProcessPool } from '../core/exceptions.ts';
import type { ArgumentsApart } from '../crossing/arguments-apart.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { decodeError } from '../crossing/decode-error.ts';
import { referenceById } from '../crossing/function-table.ts';
import { bytesOf, pack, type PackedValues, unpack } from '../crossing/packed-values.ts';
import { bytesOfPayload, Part, writePacked } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { LoopHandle } from '../loops/remote-loop.ts';
import { store } from '../shared/atomics.ts';
import { askedOf, STUCK_MS } from '../shared/deadlines.ts';
import {
  Ask,
  CONTROL,
  controlAt,
  Kind,
  Outcome,
  Payload,
  SLOT,
  slotAt,
  THREAD,
  threadAt,
} from '../shared/layout.ts';
import { type ResourceCounts, writeLeft } from '../shared/left-running.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { isAlive, type ThreadAddress } from '../shared/thread-table.ts';
import { WorkCounts } from '../shared/work-counts.ts';
import { AsyncJobs, setAsyncJobsOfThread } from './async-jobs.ts';
import { howItEnded } from './child-end.ts';
import { type Frame, frame, Message } from './child-frames.ts';
import { type ChildEnd, ChildProcess, type ChildSetup } from './child-process.ts';
import type { Jobs, JobsHost } from './jobs.ts';
import { Outcomes } from './outcomes.ts';
import { setCallElsewhere } from './run-on-all.ts';
import { RunningJob } from './running-job.ts';
import { postValue } from './stream-exit.ts';
import { noteBegin } from './submit-stamps.ts';
import { limitFromWord } from './submit-options.ts';
import type { Initializer } from './worker-hooks.ts';
import type { WorkerLife } from './worker-life.ts';

/** What the child is told first. Plain data. */
export interface Hello {
  readonly name: string;
  readonly concurrency: number;
  readonly cwd: string | undefined;
  /** Its function is a number of the worker's. */
  readonly initializer: Initializer | undefined;
}

/** A job in the hands of the child. */
interface SentJob {
  readonly job: RunningJob;
  /** Who asked for it. */
  readonly owner: ThreadAddress;
  /** Whether it may be a stream: then it is to end if that one is gone. */
  isStream: boolean;
  /** The `Ask` that was passed on. */
  asked: number;
}

/** Somebody waits for something of the child. */
interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class ChildJobs implements Jobs {
  readonly isElsewhere = true;
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #concurrency: number;
  readonly #life: WorkerLife;
  readonly #host: JobsHost;
  readonly #setup: ChildSetup;
  readonly #counts: WorkCounts;
  readonly #outcomes: Outcomes;
  /** By slot. */
  readonly #jobs = new Map<number, SentJob>();
  /** Functions that the child knows, by number. */
  readonly #known = new Set<number>();
  readonly #calls = new Map<number, Waiter>();
  #lastCall = 0;
  #child: ChildProcess | null = null;
  /** Whoever waits for the child to come up, while it does. */
  #starting: Waiter | null = null;
  readonly #isUp: Promise<unknown>;
  #hasEnded = false;
  #onEnd: (() => void) | null = null;
  /** Whether a function goes on in the child that nobody waits for. */
  #hasStray = false;
  /** Whether it was ended since a job did not end. */
  #isKilled = false;
  #heapKiB = 0;
  /** Values of streams for which there is no slot yet. */
  #held = 0;

  constructor(
    thread: ThisThread,
    pool: PoolMemory,
    life: WorkerLife,
    host: JobsHost,
    setup: ChildSetup,
  ) {
    this.#thread = thread;
    this.#words = thread.memory.words;
    this.#concurrency = pool.concurrency;
    this.#life = life;
    this.#host = host;
    this.#setup = setup;
    this.#counts = new WorkCounts(this.#words, thread.address.entry);
    this.#outcomes = new Outcomes(thread, this.#counts);
    life.heapUsed = () => this.#heapKiB * 1024;
    this.#isUp = new Promise((resolve, reject) => (this.#starting = { resolve, reject }));
    thread.mailbox.afterDrain.push(() => {
      for (const sent of this.#jobs.values()) this.#look(sent);
    });
    thread.mailbox.handle(Kind.taken, (slot) => {
      const at = slotAt(slot);
      const serial = this.#words[at + SLOT.detail2] as number;
      this.#send(Message.taken, serial, [this.#words[at + SLOT.outcome] as number]);
    });
    const asyncJobs = new AsyncJobs(); // in its loop `runOnAll` comes in
    setAsyncJobsOfThread(asyncJobs);
    setCallElsewhere((id, apart) => this.#call(id, apart));
    const { index } = LoopHandle.addressOf(asyncJobs.remote);
    store(this.#words, threadAt(thread.address.entry) + THREAD.loop, index + 1);
  }

  get underWay(): number {
    return this.#jobs.size;
  }

  /** Starts the child, and has it call the initializer. */
  prepare(initializer: Initializer | undefined): Promise<void> {
    const { address, name } = this.#thread;
    try {
      this.#child = new ChildProcess(this.#words, address.entry, this.#setup, {
        received: (each) => this.#receive(each),
        ended: (end) => this.#endWith(end),
      });
    } catch (error) {
      this.#endWith({ code: null, signal: null, error: error as Error });
    }
    if (initializer !== undefined) this.#introduce(initializer.fn);
    const { cwd } = this.#setup;
    const hello: Hello = { name, concurrency: this.#concurrency, cwd, initializer };
    this.#send(Message.hello, 0, [], bytesOf(pack([hello], () => 'the setup')));
    return this.#isUp as Promise<void>;
  }

  begin(slot: number): void {
    const at = slotAt(slot);
    const fn = this.#words[at + SLOT.fn] as number;
    const bits = this.#words[at + SLOT.payload] as number;
    const control = controlAt(slot);
    const isLimited = (bits & Payload.limited) !== 0;
    const timeout = isLimited ? (this.#words[control + CONTROL.timeout] as number) : 0;
    const graceMs = isLimited ? (this.#words[control + CONTROL.grace] as number) : 0;
    const sent: SentJob = {
      job: new RunningJob(this.#words, slot, noFunction),
      owner: {
        entry: this.#words[at + SLOT.owner] as number,
        ident: this.#words[at + SLOT.ownerIdent] as number,
      },
      isStream: false,
      asked: Ask.none,
    };
    if ((bits & Payload.timed) !== 0) noteBegin(this.#thread, this.#counts, sent.job);
    this.#jobs.set(slot, sent);
    this.#introduce(fn);
    const bytes = bytesOfPayload(this.#thread, slot, Part.args);
    this.#send(
      Message.job,
      slot,
      [fn, bits & ~(Payload.carried | Payload.timed), timeout, graceMs],
      bytes,
    );
    if (isLimited) this.#limit(sent.job, Infinity);
    this.#look(sent);
  }

  /** Passes on that a job was asked to end. Of its time the child knows by itself. */
  #look(sent: SentJob): void {
    const { job } = sent;
    job.tell();
    const isWanted = !sent.isStream || isAlive(this.#words, sent.owner);
    const asked = isWanted ? askedOf(this.#words, job.slot) : Ask.cancel;
    if (asked === sent.asked) return;
    sent.asked = asked;
    this.#send(Message.ask, job.slot, [asked]);
  }

  /** The child gives up by itself a job that goes on beside others, if it comes to that. */
  #limit(job: RunningJob, endsAt: number): void {
    const grace = limitFromWord(this.#words[controlAt(job.slot) + CONTROL.grace] as number);
    const graceMs = this.#concurrency > 1 ? grace + STUCK_MS : grace;
    job.limits = { endsAt, graceMs, onGraceOver: () => this.#killFor(job) };
  }

  /** The function of a limited job is called now; until then its module may have been loaded. */
  #begun(slot: number): void {
    const job = this.#jobs.get(slot)?.job;
    const timeout = this.#words[controlAt(slot) + CONTROL.timeout] as number;
    if (job === undefined || timeout === 0) return;
    this.#limit(job, this.#thread.mailbox.now() + timeout);
    job.watchTime();
  }

  /** The job goes on after its grace: its child is ended, and its future hears at once. */
  #killFor(job: RunningJob): void {
    this.#host.retire();
    this.#isKilled = true;
    this.#child?.kill();
    this.#finish(job.slot, job.isOverrun ? Outcome.killed : Outcome.cancelled, nothing);
  }

  #receive({ type, key, numbers, bytes }: Frame): void {
    switch (type) {
      case Message.up:
        this.#starting?.resolve(undefined);
        this.#starting = null;
        return;
      case Message.failed:
        this.#starting?.reject(errorIn(bytes));
        this.#starting = null;
        return;
      case Message.begun:
        return this.#begun(key);
      case Message.outcome: {
        const [outcome, heapKiB, isLast] = numbers as [number, number, number];
        this.#heapKiB = heapKiB;
        if (isLast === 1) {
          this.#hasStray = true;
          this.#host.retire();
        }
        if (this.#held === 0) return this.#finish(key, outcome, bytes);
        this.#thread.mailbox.hold(() => {
          if (this.#held > 0) return false; // values of a stream come before its end
          this.#finish(key, outcome, bytes);
          return true;
        });
        return;
      }
      case Message.value: {
        const [entry, ident] = numbers as [number, number];
        return this.#handOn({ entry, ident }, key, bytes);
      }
      case Message.reply: {
        const waiter = this.#calls.get(key);
        this.#calls.delete(key);
        try {
          if (numbers[0] !== Outcome.value) throw errorIn(bytes);
          waiter?.resolve(unpack({ bytes })[0]);
        } catch (error) {
          waiter?.reject(error);
        }
        return;
      }
      case Message.left:
        writeLeft(this.#words, this.#thread.address.entry, unpack({ bytes })[0] as ResourceCounts);
    }
  }

  /** A value of a stream, for the thread that asked. */
  #handOn(to: ThreadAddress, serial: number, bytes: Uint8Array): void {
    const { mailbox } = this.#thread;
    for (const sent of this.#jobs.values()) {
      if (sent.owner.ident === to.ident) sent.isStream = true;
    }
    const post = (): boolean => {
      try {
        return postValue(this.#thread, to, serial, (slot) =>
          writePacked(this.#thread, slot, Part.args, { bytes }),
        );
      } catch {
        return true; // whoever asked is gone, and the job is asked to end
      }
    };
    if (this.#held === 0 && post()) return;
    this.#held++;
    mailbox.hold(() => {
      const isSent = post();
      if (isSent) this.#held--;
      return isSent;
    });
  }

  /** A job is over, unless it was before: what came of it goes home. */
  #finish(slot: number, outcome: number, bytes: Uint8Array): void {
    const job = this.#jobs.get(slot)?.job;
    if (job === undefined) return;
    this.#jobs.delete(slot);
    if (outcome === Outcome.broken) this.#host.retire(); // by its last words
    // The child's clock may not have said so yet.
    const isLate = job.isOverrun && outcome !== Outcome.killed && outcome !== Outcome.broken;
    const hasError = outcome === Outcome.error || outcome === Outcome.overrun;
    if (!isLate) this.#outcomes.sendBytes(job, outcome, bytes);
    else this.#outcomes.sendBytes(job, Outcome.overrun, hasError ? bytes : nothing);
    job.end();
    if (this.#life.countTask()) this.#host.retire();
    this.#thread.mailbox.drain();
    this.#host.goOn();
  }

  #endWith(end: ChildEnd): void {
    this.#hasEnded = true;
    this.#host.retire();
    const what = this.#isKilled ? killedForAnother : howItEnded(end);
    this.breakAll(what, undefined);
    const error = new BrokenProcessPool(`A worker of the pool has no process: ${what}`);
    if (this.#starting !== null) return this.#starting.reject(error);
    for (const waiter of this.#calls.values()) waiter.reject(error);
    this.#calls.clear();
    this.#onEnd?.();
    this.#host.goOn();
  }

  breakQueued(slot: number, cause: unknown): void {
    const what = 'the initializer failed in a process of the pool, which is not usable anymore.';
    this.#outcomes.sendBroken(slot, what, cause, true);
  }

  breakAll(message: string, cause: unknown): boolean {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { job } of jobs) {
      job.end();
      this.#outcomes.sendBroken(job.slot, message, cause, true);
    }
    return jobs.length > 0;
  }

  /** Has the child call the teardown, and waits until it has ended. */
  close(teardown: number | undefined): Promise<void> | null {
    if (this.#hasEnded) return null;
    if (teardown !== undefined) this.#introduce(teardown);
    this.#send(Message.end, 0, [teardown === undefined ? 0 : teardown + 1]);
    if (this.#hasStray) setTimeout(() => this.#child?.kill(), STUCK_MS);
    return new Promise((resolve) => (this.#onEnd = resolve));
  }

  /** A call in the child beside its jobs. */
  async #call(id: number, apart: ArgumentsApart): Promise<unknown> {
    await this.#isUp;
    return new Promise((resolve, reject) => {
      this.#introduce(id);
      const packed = acrossTheBorder(() => packedOf(apart));
      this.#calls.set(++this.#lastCall, { resolve, reject });
      this.#send(Message.call, this.#lastCall, [id], bytesOf(packed));
    });
  }

  /** The child has to know a function before its number is used. */
  #introduce(id: number): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    this.#send(Message.fn, id, [], Buffer.from(JSON.stringify(referenceById(this.#thread, id))));
  }

  #send(type: number, key: number, numbers: readonly number[], bytes?: Uint8Array): void {
    this.#child?.send(frame(type, key, numbers, bytes));
  }
}

/** In the thread a job has no function; what it is called is known where it was submitted. */
const noFunction = Object.defineProperty(() => {}, 'name', { value: '' });

const killedForAnother =
  'its process was ended, since a task beside it did not end when it was asked to. The pool has ' +
  'replaced the process.';

const nothing = bytesOf(pack([undefined], () => ''));

/** Arguments that are moved have come as they are. */
function packedOf(apart: ArgumentsApart): PackedValues {
  return 'packed' in apart ? apart.packed : pack(apart.values, (index) => `argument ${index + 1}`);
}

function errorIn(bytes: Uint8Array): unknown {
  return decodeError(unpack({ bytes })[0]);
}
