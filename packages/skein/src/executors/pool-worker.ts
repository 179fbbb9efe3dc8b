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
import { RuntimeError } from '../core/exceptions.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import {
  EndReason,
  HEADER,
  Phase,
  POOL,
  PoolStatus,
  slotState,
  THREAD,
  threadAt,
} from '../shared/layout.ts';
import { type ResourceCounts, writeLeft } from '../shared/left-running.ts';
import { announce, sleep, stayAwake } from '../shared/parking.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import { retire } from '../shared/retire.ts';
import { noteExit, wakeThread } from '../shared/thread-table.ts';
import { askKeeper, isPutOff, mark, unmark, wakeWorker } from '../shared/wake-worker.ts';
import { ownTid } from '../threading/on-cpu.ts';
import type { Jobs, JobsHost } from './jobs.ts';
import { LeftWatch } from './left-watch.ts';
import type { WorkerLife as Limits } from './pool-options.ts';
import { mostQueued } from './pool-waits.ts';
import type { Initializer } from './worker-hooks.ts';
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

/** Makes what runs the jobs of a worker. */
export type MakeJobs = (
  thread: ThisThread,
  pool: PoolMemory,
  life: WorkerLife,
  host: JobsHost,
) => Jobs;

/**
 * How often a worker looks for work before it goes to sleep: some 20 µs, for that is what waking it
 * costs. Less, and it sleeps while a submitter reads the results of its last batch.
 */
const SPINS = 1500;
const NO_JOB = -1;
const always = (): boolean => true;

export class PoolWorker {
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #pool: PoolMemory;
  readonly #data: WorkerData;
  readonly #running: number;
  readonly #entry: number;
  readonly #parker: number;
  readonly #life: WorkerLife;
  readonly #jobs: Jobs;
  /** Null where tasks run elsewhere. */
  readonly #left: LeftWatch | null;
  /** Holds the thread while it starts, while a job goes on asynchronously, and while it waits so. */
  readonly #hold = setInterval(() => {}, 0x7fff_ffff);
  #isIdle = false;
  /** `PoolQueue.claims` when it has told last of places that became free. */
  #claims = 0;
  /** When it last ran out of work, in milliseconds of this thread's clock. */
  #idleSince: number;
  #isRunning = false;
  #isInitializing = false;
  /** Whether jobs were run since Node's loop had its turn. */
  #ranJobs = false;
  #turn: NodeJS.Immediate | null = null;
  #isResting = false;
  /** While it rests. */
  #idleTimer: NodeJS.Timeout | undefined;
  #listensSoon = false;
  readonly #now = (): number => this.#thread.mailbox.commonNow();
  /** Whether it takes no job any more. */
  #isRetired = false;
  #isEnding = false;

  constructor(thread: ThisThread, data: WorkerData, makeJobs: MakeJobs) {
    const { entry } = thread.address;
    this.#thread = thread;
    this.#entry = entry;
    this.#words = thread.memory.words;
    this.#data = data;
    this.#pool = new PoolMemory(thread.memory, data.pool);
    this.#running = slotState(Phase.running, entry);
    this.#life = new WorkerLife(thread, this.#pool, data.life);
    this.#jobs = makeJobs(thread, this.#pool, this.#life, {
      goOn: () => {
        this.#idleSince = this.#thread.mailbox.now();
        this.#work();
      },
      retire: () => this.#takeNoMore(),
      isRetired: () => this.#isRetired,
      comeBack: () => this.#comeBack(),
    });
    const note = (counts: ResourceCounts): void => writeLeft(this.#words, entry, counts);
    this.#left = this.#jobs.isElsewhere ? null : new LeftWatch(note, { Timeout: 1 }); // the hold
    this.#parker = threadAt(entry) + THREAD.parker;
    store(this.#words, threadAt(entry) + THREAD.tid, ownTid());
    this.#idleSince = thread.mailbox.now();
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('exit', (code) => this.#leave(code));
  }

  /** Calls the initializer, then works until the pool is shut down. */
  async start(): Promise<void> {
    const { initializer } = this.#data;
    const prepared = this.#jobs.prepare(initializer);
    if (prepared !== null) {
      this.#isInitializing = initializer !== undefined;
      try {
        await prepared;
      } catch (error) {
        if (this.#isInitializing) this.#break(error);
        else if (!this.#wasEnded) console.error(`Exception in thread ${this.#thread.name}:`, error);
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
      if (this.#jobs.underWay >= this.#pool.concurrency) return this.#waitForJobs();
      const slot = this.#pool.queue.claim(this.#running, this.#now);
      if (slot !== NO_JOB) {
        this.#beBusy();
        this.#tellOfRoom();
        this.#ranJobs = true;
        this.#jobs.begin(slot);
      } else {
        this.#tellOfPassed();
        if (!this.#rest()) return; // comes back when Node's loop has turned
      }
    }
  }

  /** Node has turned, and calls a function of a job: this is no rest any more. */
  #comeBack(): void {
    if (this.#isResting) this.#endRest();
    if (this.#turn !== null) this.#endTurn();
    this.#beBusy();
  }

  #takeNoMore(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#isIdle = false;
    retire(this.#words, this.#pool, this.#entry);
  }

  /** Takes no job any more, and ends when those that are under way have ended. */
  #retire(): void {
    this.#takeNoMore();
    if (this.#jobs.underWay > 0) return this.#waitForJobs();
    if (this.#isEnding) return;
    this.#isEnding = true;
    const closed = this.#jobs.close(this.#data.teardown);
    if (closed === null) process.exit(0);
    this.#hold.ref();
    void closed.then(() => process.exit(0));
  }

  /** Comes back when one of them is done. */
  #waitForJobs(): void {
    this.#hold.ref(); // also when they wait for what does not keep a thread alive
    if (this.#listensSoon) return;
    this.#listensSoon = true;
    setImmediate(() => {
      this.#listensSoon = false;
      if (this.#jobs.underWay > 0) this.#thread.mailbox.listen(); // one of them may be asked to end
    });
  }

  /** Submitters hold work back, or wait: they try again when the queue is half empty. */
  #tellOfRoom(): void {
    const { mailbox } = this.#thread;
    if (mailbox.isRoomWanted && this.#pool.queue.size <= mostQueued(this.#pool) - 1)
      mailbox.tellOfRoom();
  }

  /**
   * The same where no job was found, but places of those perhaps that were cancelled or done out of turn. Once
   * only: who is told wakes, and looks, and so do all workers that have nothing to do.
   */
  #tellOfPassed(): void {
    if (!this.#thread.mailbox.isRoomWanted) return;
    const { claims } = this.#pool.queue;
    if (claims === this.#claims) return;
    this.#claims = claims;
    this.#thread.mailbox.tellOfRoom();
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
      if (this.#life.isTooLarge()) this.#takeNoMore();
      this.#letNodeTurn();
      return false;
    }
    for (let spin = 0; spin < SPINS; spin++) if (this.#pool.queue.hasWork) return true;
    if (this.#jobs.underWay > 0 || this.#left?.look() !== false) {
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
    if (!this.#life.leaves()) return;
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    this.#isIdle = false;
    if (this.#pool.queue.hasWork) this.#life.stay();
    else this.#takeNoMore();
  }

  #letNodeTurn(): void {
    mark(this.#words, this.#pool, POOL.turning, this.#entry);
    this.#turn = setImmediate(() => this.#work());
    if (this.#jobs.underWay > 0) this.#hold.ref();
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
      const isOpen = this.#pool.status === PoolStatus.open;
      if (isOpen && !this.#pool.queue.hasWork && !this.#leavesRest()) return;
      this.#restAgain();
    };
    this.#lookWhenIdle();
    if (this.#jobs.underWay === 0) this.#left?.watch(always, () => this.#restAgain());
    mailbox.listen();
  }

  /** What was left behind is over: it can block. */
  #restAgain(): void {
    this.#endRest();
    this.#letNodeTurn();
  }

  /** Whether the pool needs it no more. */
  #leavesRest(): boolean {
    if (this.#life.isSurplus()) this.#takeNoMore();
    else if (this.#jobs.underWay === 0 && this.#mayIdle() <= 0) this.#leaveIfNotNeeded();
    return this.#isRetired;
  }

  /** It hears of everything but that time passes. */
  #lookWhenIdle(): void {
    const left = this.#mayIdle();
    if (left === Infinity || this.#jobs.underWay > 0) return;
    this.#idleTimer = setTimeout(
      () => {
        this.#thread.mailbox.lookAround?.();
        if (this.#isResting) this.#lookWhenIdle();
      },
      Math.min(Math.max(1, Math.ceil(left)), 0x7fff_ffff),
    ).unref(); // there is the hold
  }

  #endRest(): void {
    this.#isResting = false;
    clearTimeout(this.#idleTimer);
    this.#left?.stop();
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
    if (load(this.#words, this.#pool.at + POOL.warmUp) > 0) askKeeper(this.#words, this.#pool);
  }

  /** The initializer has failed: no task of this pool can be done (CPython's rule 74). */
  #break(cause: unknown): void {
    this.#isInitializing = false;
    if (this.#wasEnded) return;
    console.error('Exception in initializer:', cause);
    compareExchange(this.#words, this.#pool.at + POOL.status, PoolStatus.open, PoolStatus.broken);
    for (;;) {
      const slot = this.#pool.queue.claimAny(this.#running);
      if (slot === NO_JOB) break;
      this.#jobs.breakQueued(slot, cause);
    }
  }

  /** Whether somebody has ended it from outside: that is no failure of its own. */
  get #wasEnded(): boolean {
    return load(this.#words, threadAt(this.#entry) + THREAD.endReason) === EndReason.terminated;
  }

  #crash(error: unknown): void {
    if (this.#isInitializing) this.#break(error);
    else if (
      !this.#jobs.breakAll('An error was thrown in the thread outside of the task itself', error)
    )
      console.error(`Exception in thread ${this.#thread.name}:`, error);
    process.exit(1);
  }

  #leave(code: number): void {
    noteExit(this.#words, this.#thread.address, code);
    const message = `process.exit(${code})`;
    if (this.#isInitializing) this.#break(new RuntimeError(`It ended its thread by ${message}`));
    this.#jobs.breakAll(`The task ended its thread by ${message}`, undefined);
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    unmark(this.#words, this.#pool, POOL.turning, this.#entry);
  }
}
