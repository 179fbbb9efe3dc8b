/**
 * The jobs that a worker has in its hands: it calls their functions, tells them when they shall end, and
 * sends home what comes of them.
 *
 * ```
 *                    ┌─ returns or throws ────────────────────────┐
 *   begin ── call ───┤                                            ├── finish
 *                    └─ gives a promise ── under way ── settles ──┘
 * ```
 *
 * One is on the stack, and below it those that it is nested in; any number are under way.
 */
import { isThenable } from '../core/coroutine.ts';
import { CancelledError, RuntimeError } from '../core/exceptions.ts';
import { runningLoopOrNull } from '../core/running-loop.ts';
import { referenceById } from '../crossing/function-table.ts';
import { Part, readPayload } from '../crossing/payload.ts';
import { findLoaded, resolveFunction } from '../crossing/resolve-function.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { LoopHandle } from '../loops/remote-loop.ts';
import { store } from '../shared/atomics.ts';
import { deadlineFor, endDeadline, setDeadline } from '../shared/deadlines.ts';
import {
  CONTROL,
  controlAt,
  Outcome,
  Payload,
  Phase,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
} from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { WorkCounts } from '../shared/work-counts.ts';
import { AsyncJobs, setAsyncJobsOfThread } from './async-jobs.ts';
import { jobOnStack, runningJob, setAlone, setOnStack } from './current-job.ts';
import { callInOwnContext, callJob, type LoadedFunction, loadedFunction } from './job-calls.ts';
import type { Jobs, JobsHost } from './jobs.ts';
import { overChunk } from './map-chunk.ts';
import { NestedWork } from './nested-work.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { RunningJob } from './running-job.ts';
import { limitFromWord } from './submit-options.ts';
import { noteBegin } from './submit-stamps.ts';
import { noteEnded, noteStarted } from './task-events.ts';
import type { TraceHeaders } from './trace-context.ts';
import { initialize, type Initializer, tearDown } from './worker-hooks.ts';
import type { WorkerLife } from './worker-life.ts';

/** So many workers may be blocked so that tasks with a limit of time have threads for themselves. */
const MOST_APART = 8;

/** What of a payload is no argument as it stands there. */
const NOT_PLAIN =
  Payload.named | Payload.traced | Payload.context | Payload.limited | Payload.chunk;

export class WorkerJobs implements Jobs {
  readonly isElsewhere = false;
  /** Does work of its own tasks for those that wait for it. */
  readonly nested: NestedWork;
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #pool: PoolMemory;
  readonly #entry: number;
  readonly #life: WorkerLife;
  readonly #host: JobsHost;
  readonly #counts: WorkCounts;
  readonly #outcomes: Outcomes;
  readonly #asyncJobs = new AsyncJobs();
  /** By number in the function table. */
  readonly #functions: (LoadedFunction | undefined)[] = [];
  /** Jobs that go on asynchronously. */
  readonly #underWay = new Set<RunningJob>();
  #helpsSoon = false;
  /** Where other jobs are under way beside it, a job alone does not bring the thread down. */
  readonly #giveUp: ((job: RunningJob) => void) | null;

  constructor(thread: ThisThread, pool: PoolMemory, life: WorkerLife, host: JobsHost) {
    const { entry } = thread.address;
    this.#thread = thread;
    this.#entry = entry;
    this.#words = thread.memory.words;
    this.#pool = pool;
    this.#life = life;
    this.#host = host;
    this.#counts = new WorkCounts(thread.memory.words, entry);
    this.#outcomes = outcomesOf(thread, this.#counts);
    this.#giveUp = pool.concurrency > 1 ? (job) => this.#goOnWithout(job) : null;
    this.nested = new NestedWork(thread, pool, slotState(Phase.running, entry), {
      canRunHere: (slot) => this.#canRunHere(slot),
      runHere: (slot) => this.#runHere(slot),
      canRunBeside: (slot) => !this.#isApart(slot),
      hasParent: () => {
        const parent = runningJob();
        if (parent !== null) parent.isParent = true;
      },
      helpSoon: () => this.#helpSoon(),
    });
    thread.nested = this.nested;
    thread.mailbox.help = () => this.nested.help(true);
    thread.mailbox.afterSelect = () => this.nested.goOn();
    thread.mailbox.afterDrain.push(() => this.#tell());
    setAsyncJobsOfThread(this.#asyncJobs);
    const { index } = LoopHandle.addressOf(this.#asyncJobs.remote);
    store(this.#words, threadAt(entry) + THREAD.loop, index + 1);
  }

  /** Calls the initializer of the pool here. */
  prepare(initializer: Initializer | undefined): Promise<void> | null {
    return initializer === undefined ? null : initialize(this.#thread, initializer);
  }

  /** Calls the teardown of the pool here. */
  close(teardown: number | undefined): Promise<void> | null {
    return teardown === undefined ? null : tearDown(this.#thread, teardown);
  }

  /** How many go on asynchronously. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Does a job that this worker has claimed; what it cannot do at once goes on asynchronously. */
  begin(slot: number): void {
    const id = this.#words[slotAt(slot) + SLOT.fn] as number;
    const loaded = this.#functions[id];
    if (loaded === undefined) void this.#findAndCall(slot, id);
    else this.#call(new RunningJob(this.#words, slot, loaded.fn), loaded);
  }

  /** Its time begins when its function is called; but it may be asked to end before. */
  async #findAndCall(slot: number, id: number): Promise<void> {
    const job = new RunningJob(this.#words, slot, unknownFunction);
    this.#underWay.add(job);
    try {
      const loaded = loadedFunction(await resolveFunction(referenceById(this.#thread, id)));
      this.#functions[id] = loaded;
      if (job.isOver) return;
      job.throwIfCancelled();
      this.#underWay.delete(job);
      this.#host.comeBack();
      job.fn = loaded.fn;
      this.#call(job, loaded);
      this.#host.goOn();
    } catch (error) {
      this.#finishLater(job, Outcome.error, error);
    }
  }

  /** Calls the function of a job; when it goes on asynchronously, its end comes back to the host. */
  #call(job: RunningJob, loaded: LoadedFunction): void {
    const outer = setOnStack(job);
    job.below = outer;
    let result: unknown;
    let isPromise: boolean;
    try {
      result = this.#callAlone(job, loaded, outer !== null);
      isPromise = typeof result === 'object' && isThenable(result); // it may have a getter that throws
    } catch (error) {
      setOnStack(outer);
      this.#finish(job, Outcome.error, error);
      return;
    }
    setOnStack(outer);
    if (!isPromise) {
      this.#finish(job, Outcome.value, result);
      return;
    }
    this.#underWay.add(job);
    if (job.limits !== null) job.watchTime();
    // A promise settles once; what else has a `then` may do as it likes.
    Promise.resolve(result).then(
      (value) => this.#finishLater(job, Outcome.value, value),
      (error: unknown) => this.#finishLater(job, Outcome.error, error),
    );
  }

  /** Takes what the job brings out of its slot, and calls its function: alone, or beside others. */
  #callAlone(job: RunningJob, loaded: LoadedFunction, isNested: boolean): unknown {
    const { slot } = job;
    const bits = this.#words[slotAt(slot) + SLOT.payload] as number;
    const args = readPayload(this.#thread, slot, Part.args);
    if ((bits & Payload.timed) !== 0) noteBegin(this.#thread, this.#counts, job);
    if ((bits & Payload.named) !== 0) job.givenName = args.shift() as string;
    noteStarted(job);
    const isPlain = (bits & NOT_PLAIN) === 0;
    const hasCompany = isNested || this.#pool.concurrency > 1 || this.#underWay.size > 0;
    if (!hasCompany) setAlone(job);
    if (isPlain && !hasCompany && runningLoopOrNull() === null) {
      return callJob(job, loaded, args, this.#asyncJobs);
    }
    return this.#callWithOptions(job, loaded, args, bits, hasCompany);
  }

  #callWithOptions(
    job: RunningJob,
    loaded: LoadedFunction,
    payload: unknown[],
    bits: number,
    hasCompany: boolean,
  ): unknown {
    let args = payload;
    let variables: ReadonlyMap<string, unknown> | null = null;
    if ((bits & Payload.traced) !== 0) job.trace = args.shift() as TraceHeaders;
    if ((bits & Payload.context) !== 0) {
      const names = args.shift() as readonly string[];
      variables = new Map(names.map((each, index) => [each, args[index]]));
      args = args.slice(names.length);
    }
    if ((bits & Payload.limited) !== 0) this.#limit(job);
    const isChunk = (bits & Payload.chunk) !== 0;
    const called = isChunk ? overChunk(job, loaded) : loaded;
    const all = isChunk ? [args] : args;
    return callInOwnContext(job, called, all, variables, hasCompany, this.#asyncJobs);
  }

  /** From now on its time runs. */
  #limit(job: RunningJob): void {
    const { slot } = job;
    const timeout = this.#words[controlAt(slot) + CONTROL.timeout] as number;
    const graceMs = limitFromWord(this.#words[controlAt(slot) + CONTROL.grace] as number);
    const { mailbox } = this.#thread;
    const endsAt = timeout === 0 ? Infinity : mailbox.now() + timeout;
    const hasEnd = graceMs !== Infinity;
    job.limits = { endsAt, graceMs, onGraceOver: hasEnd ? this.#giveUp : null };
    this.#host.beginsLimited?.(slot);
    if (timeout === 0 || !hasEnd) return;
    const end = mailbox.commonNow() + timeout + graceMs;
    setDeadline(this.#words, slot, this.#entry, deadlineFor(this.#pool.concurrency, end));
  }

  /** A job goes on after its grace. Its future hears that it is over, and the thread lives for the others. */
  #goOnWithout(job: RunningJob): void {
    this.#host.retire();
    this.#finishLater(
      job,
      Outcome.error,
      new CancelledError('it did not end when it was asked to'),
    );
  }

  #finishLater(job: RunningJob, outcome: number, value: unknown): void {
    this.#finish(job, outcome, value);
    this.#helpSoon();
    this.#host.goOn();
  }

  /** Sends the outcome of a job home. */
  #finish(job: RunningJob, outcome: number, value: unknown): void {
    this.#underWay.delete(job);
    if (job.isOver) return; // failed already: the thread is on its way out
    const { mailbox } = this.#thread;
    noteEnded(job, outcome === Outcome.error, value);
    this.#outcomes.send(job, outcome, value);
    this.#end(job);
    if (this.#life.countTask()) this.#host.retire();
    mailbox.drain();
  }

  /** The thread ends with these jobs in its hands; false when there are none. */
  breakAll(message: string, cause: unknown): boolean {
    const jobs = this.#jobsInHand();
    for (const job of jobs) {
      if (job.isOver) continue;
      job.end();
      this.#outcomes.sendBroken(job.slot, message, cause);
    }
    return jobs.length > 0;
  }

  breakQueued(slot: number, cause: unknown): void {
    const message = 'A thread initializer failed, the thread pool is not usable anymore';
    this.#outcomes.sendBroken(slot, message, cause);
  }

  /** In Node's next turn: if all that is under way here may wait for it, one of the own jobs is begun. */
  #helpSoon(): void {
    if (this.#helpsSoon || !this.nested.isWanted) return;
    this.#helpsSoon = true;
    setImmediate(() => {
      this.#helpsSoon = false;
      this.nested.unstick();
      const takesMore = this.#underWay.size < this.#pool.concurrency && !this.#host.isRetired();
      if (takesMore) return; // it looks into the queue anyway
      for (const { isParent } of this.#underWay) if (!isParent) return;
      const slot = this.nested.claim();
      if (slot < 0) return; // comes again with the next job, or when one has ended
      this.begin(slot);
      this.#helpSoon();
    });
  }

  /**
   * Whether a job shall have a thread for itself, and not that of those who wait for it: it has a limit of time,
   * and perhaps does not heed it. Where that would take too many threads it is done like others.
   */
  #isApart(slot: number): boolean {
    const bits = this.#words[slotAt(slot) + SLOT.payload] as number;
    return (bits & Payload.limited) !== 0 && this.#pool.blocked < MOST_APART;
  }

  /** Whether the function of a job is loaded here and does not wait for Node. */
  #canRunHere(slot: number): boolean {
    const id = this.#words[slotAt(slot) + SLOT.fn] as number;
    const loaded = this.#functions[id] ?? this.#find(id);
    if (this.#isApart(slot)) return false;
    return loaded !== undefined && !loaded.isAsync;
  }

  #find(id: number): LoadedFunction | undefined {
    const found = findLoaded(referenceById(this.#thread, id));
    if (found !== undefined) this.#functions[id] = loadedFunction(found);
    return this.#functions[id];
  }

  /** Does a job on top of the one that blocks this thread. */
  #runHere(slot: number): void {
    const loaded = this.#functions[this.#words[slotAt(slot) + SLOT.fn] as number] as LoadedFunction;
    const job = new RunningJob(this.#words, slot, loaded.fn);
    this.#call(job, loaded);
    if (job.isOver) return;
    // It would wait for Node, which this thread does not come to before the job is done.
    this.#finish(job, Outcome.error, promiseInNestedTask(job.name));
  }

  #end(job: RunningJob): void {
    job.end();
    if (job.limits !== null) endDeadline(this.#words, this.#entry, this.#slotsUnderWay());
  }

  #slotsUnderWay(): number[] {
    return this.#jobsInHand()
      .filter(({ isOver }) => !isOver)
      .map(({ slot }) => slot);
  }

  /** Those that go on asynchronously, and those on the stack, of which each waits for the one above it. */
  #jobsInHand(): RunningJob[] {
    const jobs = [...this.#underWay];
    for (let job = jobOnStack(); job !== null; job = job.below) jobs.push(job);
    return jobs;
  }

  /** Somebody may have asked a job to end. */
  #tell(): void {
    const { mailbox } = this.#thread;
    this.nested.unstick(); // what one of them waited for has come, perhaps
    for (let job = jobOnStack(); job !== null; job = job.below) {
      if (job.tell()) mailbox.hasNews = true;
    }
    if (this.#underWay.size === 0) return;
    for (const job of this.#underWay) if (job.tell()) mailbox.hasNews = true;
  }
}

/** Stands for one that is being looked for. */
const unknownFunction = Object.defineProperty(() => {}, 'name', { value: '' });

function promiseInNestedTask(name: string): RuntimeError {
  return new RuntimeError(
    `'${name}' was called by the thread that waits for it, since no other one had begun it, and has ` +
      'returned a promise, which cannot settle while that thread waits. Declare it async: then another ' +
      'thread is found for it. Or let the function that submits it be async, and await.',
    'ERR_NESTED_PROMISE',
  );
}
