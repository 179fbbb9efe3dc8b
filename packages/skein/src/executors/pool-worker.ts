/**
 * A worker of a pool: claims jobs from the ring, runs them, sends the outcomes home, and sleeps
 * when there is nothing to do.
 *
 * It works through plain functions without going back to Node's loop in between. It goes back when
 * a job is asynchronous, and once after a run of jobs, so that promises and callbacks they left
 * behind get their turn. Then, if Node has nothing to wait for in this thread, it blocks in
 * `Atomics.wait` until it is woken, which is several times faster than any event; if something was
 * left behind (a timer, a socket), it waits without blocking, and that goes on.
 *
 * Whatever ends the thread from within (`process.exit()`, an uncaught error) first fails the job in
 * hand with the reason. What ends it from outside leaves the job's slot `running`, and the keeper
 * marks it lost.
 */
import { isThenable } from '../core/coroutine.ts';
import { CancelledError, RuntimeError } from '../core/exceptions.ts';
import { runningLoopOrNull } from '../core/running-loop.ts';
import { referenceById } from '../crossing/function-table.ts';
import { Part, readPayload } from '../crossing/payload.ts';
import { findLoaded, resolveFunction } from '../crossing/resolve-function.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { LoopHandle } from '../loops/remote-loop.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { deadlineFor, endDeadline, setDeadline } from '../shared/deadlines.ts';
import {
  CONTROL,
  controlAt,
  HEADER,
  Outcome,
  Payload,
  Phase,
  POOL,
  PoolStatus,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
} from '../shared/layout.ts';
import { announce, sleep, stayAwake } from '../shared/parking.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import { noteExit, wakeThread } from '../shared/thread-table.ts';
import { isPutOff, mark, unmark, wakeWorker } from '../shared/wake-worker.ts';
import { ownTid } from '../threading/on-cpu.ts';
import { AsyncJobs, setAsyncJobsOfThread } from './async-jobs.ts';
import { jobOnStack, runningJob, setAlone, setOnStack } from './current-job.ts';
import { callInOwnContext, callJob, type LoadedFunction, loadedFunction } from './job-calls.ts';
import { NestedWork } from './nested-work.ts';
import { Outcomes } from './outcomes.ts';
import type { WorkerLife as Limits } from './pool-options.ts';
import { mostQueued } from './pool-waits.ts';
import { RunningJob } from './running-job.ts';
import { initialize, type Initializer, tearDown } from './worker-hooks.ts';
import { WorkerLife } from './worker-life.ts';

/** What a worker finds in `workerData.data`. */
export interface WorkerData {
  readonly pool: number;
  readonly ident: number;
  readonly initializer: Initializer | undefined;
  /** Index in the function table. */
  readonly teardown: number | undefined;
  readonly life: Limits;
}

/**
 * How often a worker looks for work before it goes to sleep: some 20 µs, for that is what waking it
 * costs. Less, and it sleeps while a submitter reads the results of its last batch.
 */
const SPINS = 1500;
const NO_JOB = -1;

export class PoolWorker {
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #pool: PoolMemory;
  readonly #data: WorkerData;
  readonly #running: number;
  readonly #entry: number;
  readonly #parker: number;
  readonly #outcomes: Outcomes;
  readonly #life: WorkerLife;
  readonly #nested: NestedWork;
  readonly #asyncJobs = new AsyncJobs();
  readonly #functions: (LoadedFunction | undefined)[] = [];
  /** Holds the thread while it starts, while a job goes on asynchronously, and while it waits so. */
  readonly #hold = setInterval(() => {}, 0x7fff_ffff);
  /** Jobs that go on asynchronously. */
  readonly #underWay = new Set<RunningJob>();
  #isIdle = false;
  /** When it last ran out of work, in milliseconds of this thread's clock. */
  #idleSince: number;
  #isRunning = false;
  #isInitializing = false;
  /** Whether jobs were run since Node's loop had its turn. */
  #ranJobs = false;
  #turn: NodeJS.Immediate | null = null;
  #isResting = false;
  #listensSoon = false;
  #helpsSoon = false;
  readonly #now = (): number => this.#thread.mailbox.commonNow();
  /** Whether it takes no job any more. */
  #isRetired = false;
  #isEnding = false;
  /** Where other jobs are under way beside it, a job alone does not bring the thread down. */
  readonly #giveUp: ((job: RunningJob) => void) | null;

  constructor(thread: ThisThread, data: WorkerData) {
    const { entry } = thread.address;
    this.#thread = thread;
    this.#entry = entry;
    this.#words = thread.memory.words;
    this.#data = data;
    this.#pool = new PoolMemory(thread.memory, data.pool);
    this.#running = slotState(Phase.running, entry);
    this.#outcomes = new Outcomes(thread);
    this.#life = new WorkerLife(thread, this.#pool, data.life);
    this.#parker = threadAt(entry) + THREAD.parker;
    this.#giveUp = this.#pool.concurrency > 1 ? (job) => this.#goOnWithout(job) : null;
    store(this.#words, threadAt(entry) + THREAD.tid, ownTid());
    this.#nested = new NestedWork(thread, this.#pool, this.#running, {
      canRunHere: (slot) => this.#canRunHere(slot),
      runHere: (slot) => this.#runHere(slot),
      noted: () => this.#noteParent(),
    });
    thread.nested = this.#nested;
    thread.mailbox.help = () => this.#nested.help(true);
    thread.mailbox.afterSelect = () => this.#nested.goOn();
    setAsyncJobsOfThread(this.#asyncJobs);
    const { index } = LoopHandle.addressOf(this.#asyncJobs.remote);
    store(this.#words, threadAt(entry) + THREAD.loop, index + 1);
    this.#idleSince = thread.mailbox.now();
    thread.mailbox.afterDrain.push(() => this.#tellJobs());
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('exit', (code) => this.#leave(code));
  }

  /** Calls the initializer, then works until the pool is shut down. */
  async start(): Promise<void> {
    const { initializer } = this.#data;
    if (initializer !== undefined) {
      this.#isInitializing = true;
      try {
        await initialize(this.#thread, initializer);
      } catch (error) {
        this.#break(error);
        process.exit(1);
      }
      this.#isInitializing = false;
    }
    this.#work();
  }

  /** Works until there is nothing to do, or the jobs in hand have to be waited for. */
  #work(): void {
    this.#hold.unref();
    if (this.#isResting) this.#endRest();
    if (this.#turn !== null) this.#endTurn();
    for (;;) {
      if (this.#isRetired || this.#life.isSurplus()) return this.#retire();
      if (this.#underWay.size >= this.#pool.concurrency) return this.#waitForJobs();
      const slot = this.#pool.queue.claim(this.#running, this.#now);
      if (slot !== NO_JOB) {
        this.#beBusy();
        this.#tellOfRoom();
        this.#ranJobs = true;
        this.#begin(slot);
      } else if (!this.#rest()) {
        return; // comes back when Node's loop has turned
      }
    }
  }

  /** Takes no job any more, and ends when those that are under way have ended. */
  #retire(): void {
    this.#isRetired = true;
    if (this.#underWay.size > 0) return this.#waitForJobs();
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { teardown } = this.#data;
    if (teardown === undefined) process.exit(0);
    this.#hold.ref();
    void tearDown(this.#thread, teardown).then(() => process.exit(0));
  }

  /** Comes back when one of them is done. */
  #waitForJobs(): void {
    this.#hold.ref(); // also when they wait for what does not keep a thread alive
    if (this.#listensSoon) return;
    this.#listensSoon = true;
    setImmediate(() => {
      this.#listensSoon = false;
      if (this.#underWay.size > 0) this.#thread.mailbox.listen(); // one of them may be asked to end
    });
  }

  /** A task of this thread has submitted a job to its own pool. */
  #noteParent(): void {
    const parent = runningJob();
    if (parent !== null) parent.isParent = true;
    this.#helpSoon();
  }

  /** In Node's next turn: if all that is under way here may wait for it, one of the own jobs is begun. */
  #helpSoon(): void {
    if (this.#helpsSoon || !this.#nested.hasJobs) return;
    this.#helpsSoon = true;
    setImmediate(() => {
      this.#helpsSoon = false;
      if (this.#underWay.size < this.#pool.concurrency) return; // it looks into the queue anyway
      for (const { isParent } of this.#underWay) if (!isParent) return;
      const slot = this.#nested.claim();
      if (slot >= 0) this.#begin(slot);
      this.#helpSoon();
    });
  }

  /** Whether the function of a job is loaded here and does not wait for Node. */
  #canRunHere(slot: number): boolean {
    const id = this.#words[slotAt(slot) + SLOT.fn] as number;
    const loaded = this.#functions[id] ?? this.#find(id);
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

  #begin(slot: number): void {
    const id = this.#words[slotAt(slot) + SLOT.fn] as number;
    const loaded = this.#functions[id];
    if (loaded === undefined) void this.#findAndCall(slot, id);
    else this.#call(new RunningJob(this.#words, slot, loaded.fn), loaded);
  }

  async #findAndCall(slot: number, id: number): Promise<void> {
    const onItsWay = new RunningJob(this.#words, slot, unknownFunction);
    this.#underWay.add(onItsWay);
    try {
      const loaded = loadedFunction(await resolveFunction(referenceById(this.#thread, id)));
      this.#functions[id] = loaded;
      this.#underWay.delete(onItsWay);
      this.#call(new RunningJob(this.#words, slot, loaded.fn), loaded);
      this.#work();
    } catch (error) {
      this.#finishLater(onItsWay, Outcome.error, error);
    }
  }

  /** Calls the function of a job; when it goes on asynchronously, its end comes back to `#work`. */
  #call(job: RunningJob, loaded: LoadedFunction): void {
    const outer = setOnStack(job);
    let result: unknown;
    try {
      result = this.#callAlone(job, loaded, outer !== null);
    } catch (error) {
      setOnStack(outer);
      this.#finish(job, Outcome.error, error);
      return;
    }
    setOnStack(outer);
    if (typeof result !== 'object' || !isThenable(result)) {
      this.#finish(job, Outcome.value, result);
      return;
    }
    this.#underWay.add(job);
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
    const isPlain = (bits & (Payload.named | Payload.context | Payload.limited)) === 0;
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
    if ((bits & Payload.named) !== 0) job.givenName = args.shift() as string;
    if ((bits & Payload.context) !== 0) {
      const names = args.shift() as readonly string[];
      variables = new Map(names.map((each, index) => [each, args[index]]));
      args = args.slice(names.length);
    }
    if ((bits & Payload.limited) !== 0) this.#limit(job);
    return callInOwnContext(job, loaded, args, variables, hasCompany, this.#asyncJobs);
  }

  #limit(job: RunningJob): void {
    const { slot } = job;
    const timeout = this.#words[controlAt(slot) + CONTROL.timeout] as number;
    const graceMs = this.#words[controlAt(slot) + CONTROL.grace] as number;
    const { mailbox } = this.#thread;
    const endsAt = timeout === 0 ? Infinity : mailbox.now() + timeout;
    job.limits = { endsAt, graceMs, onGraceOver: this.#giveUp };
    if (timeout === 0) return;
    const end = mailbox.commonNow() + timeout + graceMs;
    setDeadline(this.#words, slot, this.#entry, deadlineFor(this.#pool.concurrency, end));
  }

  /** A job goes on after its grace. Its future hears that it is over, and the thread lives for the others. */
  #goOnWithout(job: RunningJob): void {
    this.#isRetired = true;
    this.#finishLater(
      job,
      Outcome.error,
      new CancelledError('it did not end when it was asked to'),
    );
  }

  #finishLater(job: RunningJob, outcome: number, value: unknown): void {
    this.#finish(job, outcome, value);
    this.#helpSoon();
    this.#work();
  }

  /** Sends the outcome of a job home. */
  #finish(job: RunningJob, outcome: number, value: unknown): void {
    this.#underWay.delete(job);
    if (job.isOver) return; // failed already: the thread is on its way out
    const { mailbox } = this.#thread;
    this.#outcomes.send(job, outcome, value);
    this.#end(job);
    if (this.#life.countTask()) this.#isRetired = true;
    mailbox.drain();
  }

  /** Submitters hold work back, or wait: they try again when the queue is half empty. */
  #tellOfRoom(): void {
    const { mailbox } = this.#thread;
    if (mailbox.isRoomWanted && this.#pool.queue.size <= mostQueued(this.#pool) - 1)
      mailbox.tellOfRoom();
  }

  #end(job: RunningJob): void {
    job.end();
    if (job.limits !== null) endDeadline(this.#words, this.#entry, this.#slotsUnderWay());
  }

  *#slotsUnderWay(): Generator<number> {
    for (const { slot, isOver } of this.#jobsInHand()) if (!isOver) yield slot;
  }

  /** Those that go on asynchronously, and the one on the stack; one below that is done before it. */
  #jobsInHand(): RunningJob[] {
    const onStack = jobOnStack();
    return onStack === null ? [...this.#underWay] : [...this.#underWay, onStack];
  }

  /** Somebody may have asked a job to end. */
  #tellJobs(): void {
    const { mailbox } = this.#thread;
    if (jobOnStack()?.tell() === true) mailbox.hasNews = true;
    if (this.#underWay.size === 0) return;
    for (const job of this.#underWay) if (job.tell()) mailbox.hasNews = true;
  }

  /** Waits for work; false when Node's loop has to turn first, which then comes back to `#work`. */
  #rest(): boolean {
    this.#beIdle();
    if (this.#pool.status !== PoolStatus.open && !this.#pool.queue.hasWork) {
      this.#retire();
      return false;
    }
    if (this.#ranJobs) {
      this.#ranJobs = false;
      this.#idleSince = this.#thread.mailbox.now();
      if (this.#life.isTooLarge()) this.#isRetired = true;
      this.#letNodeTurn();
      return false;
    }
    for (let spin = 0; spin < SPINS; spin++) if (this.#pool.queue.hasWork) return true;
    if (this.#underWay.size > 0 || process.getActiveResourcesInfo().length > 0) {
      this.#restAlongside();
      return false;
    }
    this.#thread.mailbox.rest();
    mark(this.#words, this.#pool, POOL.asleep, this.#entry);
    announce(this.#words, this.#parker);
    const isWanted = this.#pool.queue.hasWork || this.#pool.status !== PoolStatus.open;
    if (isWanted || this.#thread.mailbox.hasMail) stayAwake(this.#words, this.#parker);
    else sleep(this.#words, this.#parker, this.#mayIdle());
    this.#thread.mailbox.duty?.();
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    this.#thread.mailbox.drain();
    if (this.#mayIdle() <= 0) this.#leaveIfNotNeeded();
    return true;
  }

  /** For how many milliseconds it may go on to have nothing to do. */
  #mayIdle(): number {
    if (this.#life.idleTimeout === Infinity) return Infinity;
    return this.#idleSince + this.#life.idleTimeout - this.#thread.mailbox.now();
  }

  /** Whoever pushes while this one leaves either does not see it any more, or is seen by the last look. */
  #leaveIfNotNeeded(): void {
    this.#idleSince = this.#thread.mailbox.now();
    if (!this.#life.mayLeave()) return;
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    this.#isIdle = false;
    if (this.#pool.queue.hasWork) this.#life.stay();
    else this.#isRetired = true;
  }

  #letNodeTurn(): void {
    mark(this.#words, this.#pool, POOL.turning, this.#entry);
    this.#turn = setImmediate(() => this.#work());
    if (this.#underWay.size > 0) this.#hold.ref();
  }

  #endTurn(): void {
    clearImmediate(this.#turn as NodeJS.Immediate);
    this.#turn = null;
    unmark(this.#words, this.#pool, POOL.turning, this.#entry);
  }

  /** Something was left behind here, or goes on: wait for work meanwhile. */
  #restAlongside(): void {
    const { mailbox } = this.#thread;
    this.#hold.ref();
    this.#isResting = true;
    mark(this.#words, this.#pool, POOL.turning, this.#entry);
    mark(this.#words, this.#pool, POOL.asleep, this.#entry);
    mailbox.lookAround = () => {
      if (!this.#pool.queue.hasWork && this.#pool.status === PoolStatus.open) return;
      this.#endRest();
      this.#letNodeTurn();
    };
    mailbox.listen();
  }

  #endRest(): void {
    this.#isResting = false;
    this.#thread.mailbox.lookAround = undefined;
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    unmark(this.#words, this.#pool, POOL.turning, this.#entry);
  }

  #beIdle(): void {
    if (this.#isIdle) return;
    this.#isIdle = true;
    mark(this.#words, this.#pool, POOL.idle, this.#entry);
    this.#hasStarted();
    const root = this.#thread.root.address.entry;
    if (load(this.#words, HEADER.leaving) === 1) wakeThread(this.#words, root);
  }

  #beBusy(): void {
    this.#hasStarted();
    if (!this.#isIdle) return;
    this.#isIdle = false;
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    const { memory } = this.#thread;
    if (this.#pool.queue.hasWork && !isPutOff(memory, this.#pool)) wakeWorker(memory, this.#pool);
  }

  /** Until it has claimed or looked in vain, a worker is on its way to the work that is queued. */
  #hasStarted(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#thread.hasStarted();
    this.#thread.mailbox.tellOfRoom(); // somebody may wait for threads to come up
  }

  /** The initializer has failed: no task of this pool can be done (CPython's rule 74). */
  #break(cause: unknown): void {
    this.#isInitializing = false;
    console.error('Exception in initializer:', cause);
    compareExchange(this.#words, this.#pool.at + POOL.status, PoolStatus.open, PoolStatus.broken);
    for (;;) {
      const slot = this.#pool.queue.claimAny(this.#running);
      if (slot === NO_JOB) break;
      this.#outcomes.sendBroken(
        slot,
        'A thread initializer failed, the thread pool is not usable anymore',
        cause,
      );
    }
  }

  #crash(error: unknown): void {
    if (this.#isInitializing) this.#break(error);
    else if (
      !this.#breakJobs('An error was thrown in the thread outside of the task itself', error)
    )
      console.error(`Exception in thread ${this.#thread.name}:`, error);
    process.exit(1);
  }

  #leave(code: number): void {
    noteExit(this.#words, this.#thread.address, code);
    const message = `process.exit(${code})`;
    if (this.#isInitializing) this.#break(new RuntimeError(`It ended its thread by ${message}`));
    this.#breakJobs(`The task ended its thread by ${message}`, undefined);
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    unmark(this.#words, this.#pool, POOL.turning, this.#entry);
  }

  /** The thread ends with these jobs in its hands; false when there are none. */
  #breakJobs(message: string, cause: unknown): boolean {
    const jobs = this.#jobsInHand();
    for (const job of jobs) {
      if (job.isOver) continue;
      job.end();
      this.#outcomes.sendBroken(job.slot, message, cause);
    }
    return jobs.length > 0;
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
