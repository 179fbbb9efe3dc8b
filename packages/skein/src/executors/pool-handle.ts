/**
 * A handle on a pool in process memory (`pool-table.ts`): what an executor object has in each thread that
 * was given it. It makes the pool when that is first needed, submits, knows whether the pool still takes work,
 * and shuts it down.
 *
 * A submit writes the call into a slot, puts the slot into the pool's ring, and wakes a worker if one
 * sleeps; the thread that made the pool has no part in it.
 *
 * ```
 *   submit ──▶ slot ──▶ ring of the pool ──▶ worker claims, calls, writes the outcome ──┐
 *     ▲                                                                               │
 *     └── ConcurrentFuture ◀── mailbox of the submitting thread ◀── its inbox ◀───────┘
 * ```
 */
import type { RuntimeError } from '../core/exceptions.ts';
import type { ResultOf } from '../core/executor.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { functionId } from '../crossing/function-table.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { Kind, POOL, PoolStatus, THREAD, threadAt, ThreadFlag } from '../shared/layout.ts';
import { enterPool, PoolMemory } from '../shared/pool-table.ts';
import { wakeAll } from '../shared/thread-table.ts';
import type { PoolMessage } from '../threading/keeper-messages.ts';
import { startThread, thisThreadWithKeeper } from '../threading/start-thread.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import type { PoolSettings } from './pool-options.ts';
import { BROKEN, isFull, isShutDown, joinsItself } from './pool-refusals.ts';
import { hasRoom, mostQueued, whenSo } from './pool-waits.ts';
import type { WorkerData } from './pool-worker.ts';
import { cancelQueued } from './send-home.ts';
import { abandonStreams } from './stream.ts';
import type { JobOptions } from './submit-options.ts';
import { Submitter } from './submitter.ts';
import { noteSubmitted } from './task-events.ts';
import { type Initializer, packInitializer } from './worker-hooks.ts';

/** Where a pool is found from another thread. Plain data. */
export interface PoolAddress {
  readonly index: number;
  readonly ident: number;
}

/** What a pool is made of. */
export interface PoolKind {
  /** What its workers begin with: a file beside the door. */
  readonly entry: string;
  /** Whether its tasks are run by child processes. */
  readonly inProcesses: boolean;
  /** The error of a pool that is broken. */
  readonly broken: (message: string) => RuntimeError;
}

export class PoolHandle {
  readonly #kind: PoolKind;
  readonly #thread: ThisThread;
  readonly #settings: PoolSettings;
  readonly #initializer: Initializer | undefined;
  readonly #teardown: number | undefined;
  #pool: PoolMemory | undefined;
  #ident = 0;
  #submitter: Submitter | undefined;
  #isShutdown = false;

  constructor(kind: PoolKind, settings: PoolSettings, thread: ThisThread) {
    this.#kind = kind;
    this.#settings = settings;
    this.#thread = thread;
    const { initializer, initargs, teardown } = settings;
    this.#initializer = this.within(() => packInitializer(thread, initializer, initargs));
    if (teardown !== undefined) this.#teardown = functionId(thread, teardown);
  }

  /** Whether its tasks are run by child processes. */
  get inProcesses(): boolean {
    return this.#kind.inProcesses;
  }

  /** How many tasks may wait in its queue; `Infinity` = as many as like. */
  get maxQueue(): number {
    return this.#pool?.maxQueue ?? this.#settings.size.maxQueue;
  }

  /** Where it is found; null = it was not made, or has given back its place. */
  get pool(): PoolMemory | null {
    const pool = this.#pool;
    return pool === undefined || pool.ident !== this.#ident ? null : pool;
  }

  get isOpen(): boolean {
    return this.#pool !== undefined && this.#status() === PoolStatus.open;
  }

  /** Whether it is gone: it has no threads and no work, and never will. */
  get isGone(): boolean {
    return this.#pool === undefined || this.#status() === PoolStatus.free;
  }

  /** Has a worker call `fn(...args)`. */
  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: JobOptions | null,
  ): ConcurrentFuture<ResultOf<R>> {
    assertNotImporting('submit to a pool');
    const submitter = this.#submitter ?? this.#make();
    const id = this.#numberOf(fn); // may take a while: before the look at the status
    if (this.#isShutdown || this.#status() !== PoolStatus.open) throw this.#refusal();
    this.#checkRoom();
    const future = new ConcurrentFuture<ResultOf<R>>(this.#thread, fn, options);
    if (options?.signal?.aborted === true) return future.aborted();
    submitter.submit(future, id, args, options);
    if (options?.signal) future.follow(options.signal);
    noteSubmitted(future);
    return future;
  }

  #numberOf(fn: Function): number {
    if (!this.#kind.inProcesses) return functionId(this.#thread, fn);
    return acrossTheBorder(() => functionId(this.#thread, fn));
  }

  /** A future that is done when there is room in its queue. */
  ready(): ConcurrentFuture<void> {
    if (!this.#isShutdown) this.open();
    const pool = this.#pool;
    const isReady = (): boolean =>
      pool !== undefined && hasRoom(pool, mostQueued(pool)) && !this.#thread.mailbox.isHolding;
    const future = whenSo(this.#thread, 'ready', isReady, () => this.refusalIfClosed());
    const { nested } = this.#thread;
    if (nested !== undefined && nested.pool === pool?.index && !future.done())
      future.addDoneCallback(nested.waitsForRoom());
    return future;
  }

  /** The pool; it is made if it was not. */
  open(): PoolMemory {
    if (this.#pool === undefined) this.#make();
    return this.#pool as PoolMemory;
  }

  /** @throws {RuntimeError} when it is shut down or broken */
  openForWork(): PoolMemory {
    const pool = this.#isShutdown ? this.#pool : this.open();
    const error = this.refusalIfClosed();
    if (error !== null) throw error;
    return pool as PoolMemory;
  }

  /** @throws what `submit` throws of a pool that takes nothing now: it is shut down or broken, or its queue is full */
  checkOpen(): void {
    this.openForWork();
    this.#checkRoom();
  }

  refusalIfClosed(): RuntimeError | null {
    return this.#isShutdown || this.#status() !== PoolStatus.open ? this.#refusal() : null;
  }

  get address(): PoolAddress {
    return { index: this.open().index, ident: this.#ident };
  }

  /** Without a pool so far: from now on it leads to one that another thread has made. */
  lead({ index, ident }: PoolAddress): void {
    this.#use(new PoolMemory(this.#thread.memory, index), ident);
  }

  /** Writes something for the workers. */
  within<T>(write: () => T): T {
    return this.#kind.inProcesses ? acrossTheBorder(write) : write();
  }

  /** Takes no more work. */
  close(cancelFutures: boolean): void {
    this.#isShutdown = true;
    const pool = this.#pool;
    if (pool === undefined || this.isGone) return;
    const { memory, mailbox } = this.#thread;
    const { words } = memory;
    const shutDown = (): boolean => {
      for (const status of [PoolStatus.open, PoolStatus.broken]) {
        compareExchange(words, pool.at + POOL.status, status, PoolStatus.shutdown);
      }
      store(words, pool.at + POOL.wanted, 1);
      wakeAll(words);
      return true;
    };
    if (cancelFutures) {
      (this.#submitter as Submitter).cancelsHeld = true;
      cancelQueued(this.#thread, pool);
    }
    // What this thread holds back was submitted before: the pool is shut down behind it.
    if (mailbox.isHolding) mailbox.hold(shutDown);
    else shutDown();
  }

  /** Whether it is gone; what would keep it for ever is ended. */
  hasEnded(): boolean {
    if (this.isGone) return true;
    abandonStreams((this.#pool as PoolMemory).index);
    return false;
  }

  /**
   * After `close`: has `callback` called in this thread once the work is done and the threads have ended;
   * at once if they have already.
   */
  whenEnded(callback: () => void): void {
    if (this.isGone) {
      callback();
      return;
    }
    let isTold = false;
    this.#thread.mailbox.watch(() => {
      if (isTold || !this.hasEnded()) return isTold;
      isTold = true;
      this.#thread.mailbox.drain(); // what its threads have sent last
      callback();
      return true;
    });
    this.#thread.awaitMail();
  }

  /** @throws {RuntimeError} when this thread is one of the pool's, and would wait for its own end */
  checkWait(): void {
    const { address, memory } = this.#thread;
    const pool = load(memory.words, threadAt(address.entry) + THREAD.pool) - 1;
    if (this.#pool === undefined || this.isGone || pool !== this.#pool.index) return;
    throw joinsItself();
  }

  /** The pool itself is made when it is first needed: a module that only defines one costs nothing. */
  #make(): Submitter {
    assertNotImporting('start the threads of a pool');
    const thread = thisThreadWithKeeper();
    const { size, life, namePrefix, resourceLimits, forWorkers } = this.#settings;
    const pool = enterPool(thread.memory, size);
    const submitter = this.#use(pool, pool.ident);
    const data: WorkerData & object = {
      pool: pool.index,
      ident: pool.ident,
      initializer: this.#initializer,
      teardown: this.#teardown,
      life,
      ...forWorkers,
    };
    const entry = besideTheDoor(this.#kind.entry);
    const started = thread.isRoot ? 1 : 0;
    store(thread.memory.words, pool.at + POOL.workers, started);
    thread.tellKeeper({
      type: 'pool',
      pool: pool.index,
      ident: pool.ident,
      started,
      namePrefix,
      entry,
      data,
      resourceLimits,
    } satisfies PoolMessage);
    // The keeper starts workers as they are needed; the first is on its way before the keeper is.
    if (started === 1) {
      const flags = ThreadFlag.worker | ThreadFlag.daemon;
      const name = `${namePrefix}_0`;
      startThread({ name, daemon: true, flags, pool: pool.index, entry, data, resourceLimits });
    }
    if (this.#isShutdown) this.close(false);
    return submitter;
  }

  #use(pool: PoolMemory, ident: number): Submitter {
    this.#pool = pool;
    this.#ident = ident;
    const takesJobs = (): boolean => {
      const status = this.#status();
      return status === PoolStatus.open || status === PoolStatus.shutdown;
    };
    const kind = this.#kind.inProcesses ? Kind.processJob : Kind.job;
    const refusal = (): Error => this.#refusal();
    return (this.#submitter = new Submitter(this.#thread, pool, kind, takesJobs, refusal));
  }

  /** The pool's status; `free` when the place in the table has another pool by now. */
  #status(): number {
    const pool = this.#pool as PoolMemory;
    return pool.ident === this.#ident ? pool.status : PoolStatus.free;
  }

  /** @throws {QueueFull} when as many tasks wait as may */
  #checkRoom(): void {
    const pool = this.#pool as PoolMemory;
    const { maxQueue } = pool;
    if (maxQueue === Infinity) return;
    const { isHolding } = this.#thread.mailbox; // there is no place where so many could wait
    if (isHolding || !hasRoom(pool, maxQueue)) throw isFull(maxQueue, isHolding);
  }

  #refusal(): RuntimeError {
    const isBroken = !this.#isShutdown && this.#status() === PoolStatus.broken;
    return isBroken ? this.#kind.broken(BROKEN) : isShutDown();
  }
}
