/**
 * A pool of threads, and nothing more: it knows of no loop. Any number of threads submit to it.
 *
 * An executor object is a handle on a pool in process memory (`pool-table.ts`). It can be given to
 * other threads, as an argument of a thread or a task, and each gets a handle of its own on the
 * same pool. A submit writes the call into a slot, puts the slot into the pool's ring, and wakes a
 * worker if one sleeps; the thread that made the pool has no part in it.
 *
 * ```
 *   submit ──▶ slot ──▶ ring of the pool ──▶ worker claims, calls, writes the outcome ──┐
 *     ▲                                                                               │
 *     └── ConcurrentFuture ◀── mailbox of the submitting thread ◀── its inbox ◀───────┘
 * ```
 */
import { requireOptions } from '../core/arguments.ts';
import { noteBlocking } from '../core/blocking-calls.ts';
import { BrokenThreadPool, RuntimeError } from '../core/exceptions.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { functionId } from '../crossing/function-table.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import {
  Outcome,
  Phase,
  POOL,
  PoolStatus,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
  ThreadFlag,
} from '../shared/layout.ts';
import { enterPool, PoolMemory } from '../shared/pool-table.ts';
import { type ThreadAddress, usedEntries, wakeAll } from '../shared/thread-table.ts';
import { askKeeper } from '../shared/wake-worker.ts';
import type { PoolMessage } from '../threading/keeper-messages.ts';
import { startThread, terminateThreads, thisThreadWithKeeper } from '../threading/start-thread.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import { ExecutorView } from './executor-view.ts';
import {
  checkPoolOptions,
  checkSize,
  type PoolSettings,
  type ThreadPoolExecutorOptions,
} from './pool-options.ts';
import type { WorkerData } from './pool-worker.ts';
import type { JobOptions, SubmitOptions } from './submit-options.ts';
import { Submitter } from './submitter.ts';
import { forgetExecutor, noteExecutor } from './unclosed-executors.ts';
import { type Initializer, packInitializer } from './worker-hooks.ts';

export interface ShutdownOptions {
  /** Block until all threads of the pool have ended. Default true. */
  readonly wait?: boolean | undefined;
  /** Cancel what no thread has begun. Default false: it is still done. */
  readonly cancelFutures?: boolean | undefined;
}

/** Where a pool is found from another thread. Plain data. */
export interface PoolAddress {
  readonly index: number;
  readonly ident: number;
}

let count = 0;

/** @see CPython Lib/concurrent/futures/thread.py, ThreadPoolExecutor */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- initargs follow the initializer
export class ThreadPoolExecutor<I extends unknown[] = unknown[]>
  implements Executor, Disposable, AsyncDisposable
{
  readonly #thread: ThisThread;
  readonly #settings: PoolSettings;
  readonly #namePrefix: string;
  readonly #initializer: Initializer | undefined;
  readonly #teardown: number | undefined;
  #pool: PoolMemory | undefined;
  #ident = 0;
  #submitter: Submitter | undefined;
  #isShutdown = false;

  /**
   * @throws {ValueError} when a number makes no sense
   * @throws {TypeError} when the options are no object, or one is not known, or `initargs` is no array
   * @throws {FunctionReferenceError} when the initializer cannot be found from another thread
   */
  constructor(options: ThreadPoolExecutorOptions<I> = {} as ThreadPoolExecutorOptions<I>) {
    this.#settings = checkPoolOptions(options);
    this.#thread = thisThread();
    if (this.#thread.isRoot) thisThreadWithKeeper(); // it starts while the program goes on
    this.#namePrefix = options.threadNamePrefix ?? `ThreadPoolExecutor-${count++}`;
    this.#initializer = packInitializer(this.#thread, options.initializer, options.initargs);
    const { teardown } = options;
    if (teardown !== undefined) this.#teardown = functionId(this.#thread, teardown);
    noteExecutor(this, this.#namePrefix, () => this.#isOpenPool());
    if (this.#settings.size.minWorkers > 0) this.#open();
  }

  /**
   * Has a thread of the pool call `fn(...args)`. Returns at once. First come, first served.
   *
   * @param fn - an exported function of a module, plain, async or a generator function, or one
   *   registered with `task()`
   * @param args - whatever the structured clone algorithm carries, executors, `loop.remote()`, and what
   *   describes itself (`shareKey`); copied before this returns, or moved (`transfer`). The compiler
   *   refuses functions, symbols, promises and WeakMaps
   * @throws {RuntimeError} `ERR_EXECUTOR_SHUTDOWN` after `shutdown()`; `ERR_MAIN_GUARD` while a
   *   worker imports the module that makes the call
   * @throws {BrokenThreadPool} when the pool's initializer has failed
   * @throws {FunctionReferenceError} when `fn` cannot be found from another thread: a closure, or
   *   not exported
   * @throws {DataCloneError} when an argument cannot cross or cannot be moved; it names the
   *   argument and the place
   */
  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: Sendable<A>
  ): ConcurrentFuture<ResultOf<R>> {
    return this.#submit(fn, args as A, null);
  }

  /**
   * A view of this pool that submits with options; also for `runInExecutor`.
   *
   * @throws {TypeError} when an option is not known, or takes something else
   * @throws {ValueError} when a number makes no sense
   */
  with(options: SubmitOptions): ExecutorView {
    return new ExecutorView(this, this.#submit.bind(this), options);
  }

  #submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: JobOptions | null,
  ): ConcurrentFuture<ResultOf<R>> {
    assertNotImporting('submit to a pool');
    const submitter = this.#submitter ?? this.#open();
    const id = functionId(this.#thread, fn); // may take a while: before the look at the status
    if (this.#isShutdown || this.#status() !== PoolStatus.open) throw this.#refusal();
    const future = new ConcurrentFuture<ResultOf<R>>(this.#thread, fn, options);
    if (options?.signal?.aborted === true) return future.aborted();
    submitter.submit(future, id, args, options);
    return future;
  }

  /**
   * Changes how many threads the pool has, at the least and at the most. Threads that are too many end
   * when they have done their tasks, those that are missing start: at once up to `minWorkers`, the
   * others when there is work for them.
   *
   * @throws {ValueError} when a number makes no sense
   * @throws {RuntimeError} `ERR_EXECUTOR_SHUTDOWN` after `shutdown()`
   */
  resize(size: { readonly minWorkers?: number; readonly maxWorkers?: number }): void {
    requireOptions(size, 'resize', '{ maxWorkers: 8 }');
    if (this.#pool === undefined) this.#open();
    if (this.#isShutdown || this.#status() !== PoolStatus.open) throw this.#refusal();
    const { words } = this.#thread.memory;
    const { at } = this.#pool as PoolMemory;
    const { maxWorkers = load(words, at + POOL.maxWorkers) } = size;
    const { minWorkers = Math.min(load(words, at + POOL.minWorkers), maxWorkers) } = size;
    checkSize(minWorkers, maxWorkers);
    store(words, at + POOL.minWorkers, minWorkers);
    store(words, at + POOL.maxWorkers, maxWorkers);
    askKeeper(words, this.#pool as PoolMemory);
  }

  /**
   * Takes no more work. What was submitted is still done, unless it is cancelled here.
   *
   * @throws {RuntimeError} `ERR_THREAD_JOINS_ITSELF` when a thread of the pool would wait for its
   *   own end
   * @see CPython Lib/concurrent/futures/thread.py, ThreadPoolExecutor.shutdown
   */
  shutdown(options: ShutdownOptions = {}): void {
    requireOptions(options, 'shutdown', '{ wait: false }');
    const { wait = true, cancelFutures = false } = options;
    if (wait) this.#checkWait();
    this.#close(cancelFutures);
    if (wait && !this.#isGone())
      noteBlocking('shutdown()', 'write await using, or shut down with { wait: false }');
    if (wait) this.#thread.mailbox.waitFor(() => this.#isGone(), Infinity);
  }

  /**
   * Ends all threads of the pool at once, wherever they are. Their tasks fail with
   * `BrokenThreadPool`; queued tasks are done by new threads.
   *
   * Differs from Python's `ProcessPoolExecutor.terminate_workers`, which shuts the pool down too.
   */
  terminateWorkers(): void {
    if (this.#pool === undefined) return;
    const { words } = this.#thread.memory;
    const addresses: ThreadAddress[] = [];
    for (let entry = 0; entry < usedEntries(words); entry++) {
      const at = threadAt(entry);
      if (load(words, at + THREAD.pool) !== this.#pool.index + 1) continue;
      addresses.push({ entry, ident: load(words, at + THREAD.ident) });
    }
    terminateThreads(addresses);
  }

  /** `shutdown()`: blocks until the work is done and the threads have ended. */
  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** `shutdown()` without blocking. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(false);
    await new Promise<void>((resolve) => this.whenEnded(resolve));
  }

  /**
   * After `shutdown`: has `callback` called in this thread once the work is done and the threads have
   * ended; at once if they have already.
   *
   * @internal
   */
  whenEnded(callback: () => void): void {
    if (this.#isGone()) {
      callback();
      return;
    }
    this.#thread.mailbox.watch(() => {
      if (!this.#isGone()) return false;
      callback();
      return true;
    });
    this.#thread.awaitMail();
  }

  /** @internal Where the pool is found. */
  static addressOf(executor: ThreadPoolExecutor): PoolAddress {
    if (executor.#pool === undefined) executor.#open();
    const { index } = executor.#pool as PoolMemory;
    return { index, ident: executor.#ident };
  }

  /** @internal A handle of this thread on a pool that another thread has made. */
  static at({ index, ident }: PoolAddress): ThreadPoolExecutor {
    const executor = new ThreadPoolExecutor({ threadNamePrefix: '' });
    forgetExecutor(executor); // whoever has made the pool has to shut it down
    executor.#use(new PoolMemory(executor.#thread.memory, index), ident);
    return executor;
  }

  /** The pool itself is made when it is first needed: a module that only defines one costs nothing. */
  #open(): Submitter {
    const thread = thisThreadWithKeeper();
    const { size, life, resourceLimits } = this.#settings;
    const pool = enterPool(thread.memory, size);
    const submitter = this.#use(pool, pool.ident);
    const data: WorkerData = {
      pool: pool.index,
      ident: pool.ident,
      initializer: this.#initializer,
      teardown: this.#teardown,
      life,
    };
    const entry = besideTheDoor('pool-worker-main.js');
    const started = thread.isRoot ? 1 : 0;
    store(thread.memory.words, pool.at + POOL.workers, started);
    thread.tellKeeper({
      type: 'pool',
      pool: pool.index,
      ident: pool.ident,
      started,
      namePrefix: this.#namePrefix,
      entry,
      data,
      resourceLimits,
    } satisfies PoolMessage);
    // The keeper starts workers as they are needed; the first is on its way before the keeper is.
    if (started === 1) {
      const flags = ThreadFlag.worker | ThreadFlag.daemon;
      const name = `${this.#namePrefix}_0`;
      startThread({ name, daemon: true, flags, pool: pool.index, entry, data, resourceLimits });
    }
    if (this.#isShutdown) this.#close(false);
    return submitter;
  }

  #use(pool: PoolMemory, ident: number): Submitter {
    this.#pool = pool;
    this.#ident = ident;
    const takesJobs = (): boolean => {
      const status = this.#status();
      return status === PoolStatus.open || status === PoolStatus.shutdown;
    };
    return (this.#submitter = new Submitter(this.#thread, pool, takesJobs, () => this.#refusal()));
  }

  /** The pool's status; `free` when the place in the table has another pool by now. */
  #status(): number {
    const pool = this.#pool as PoolMemory;
    return pool.ident === this.#ident ? pool.status : PoolStatus.free;
  }

  #refusal(): RuntimeError {
    if (!this.#isShutdown && this.#status() === PoolStatus.broken) {
      return new BrokenThreadPool(
        'The pool is broken: its initializer failed in a thread, or its threads could not be ' +
          'started, and it takes no more work. The error was printed to stderr; make a new pool ' +
          'when its cause is mended.',
      );
    }
    return new RuntimeError(
      'cannot schedule new futures after shutdown: shutdown() was called on this pool. ' +
        'Submit before that, or make a new pool.',
      'ERR_EXECUTOR_SHUTDOWN',
    );
  }

  #checkWait(): void {
    const { address, memory } = this.#thread;
    const pool = load(memory.words, threadAt(address.entry) + THREAD.pool) - 1;
    if (this.#pool === undefined || pool !== this.#pool.index) return;
    throw new RuntimeError(
      'cannot join current thread: shutdown() was called by a task of the pool itself, which would ' +
        'wait for its own end. Call shutdown({ wait: false }) there.',
      'ERR_THREAD_JOINS_ITSELF',
    );
  }

  #close(cancelFutures: boolean): void {
    this.#isShutdown = true;
    forgetExecutor(this);
    const pool = this.#pool;
    if (pool === undefined || this.#isGone()) return;
    const { words } = this.#thread.memory;
    const { mailbox } = this.#thread;
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
      this.#cancelQueued(pool);
    }
    // What this thread holds back was submitted before: the pool is shut down behind it.
    if (mailbox.isHolding) mailbox.hold(shutDown);
    else shutDown();
  }

  /** Claims what is in the ring, as a worker would, and sends it home as cancelled. */
  #cancelQueued(pool: PoolMemory): void {
    const { words } = this.#thread.memory;
    const { entry } = this.#thread.address;
    const running = slotState(Phase.running, entry);
    const done = slotState(Phase.done, entry);
    for (;;) {
      const slot = pool.ring.claim(pool.queued, running);
      if (slot < 0) return;
      const at = slotAt(slot);
      words[at + SLOT.outcome] = Outcome.cancelled;
      store(words, at + SLOT.state, done);
      if (this.#thread.mailbox.deliver(slot)) continue;
      const isOurs = compareExchange(words, at + SLOT.state, done, running) === done;
      if (isOurs) this.#thread.mailbox.discard(slot); // its owner is gone
    }
  }

  #isOpenPool(): boolean {
    return this.#pool !== undefined && this.#status() === PoolStatus.open;
  }

  /** Whether the pool has given back its place: it has no threads and no work, and never will. */
  #isGone(): boolean {
    return this.#pool === undefined || this.#status() === PoolStatus.free;
  }
}

shareClass(
  ThreadPoolExecutor,
  'skein.thread-pool',
  (executor) => ThreadPoolExecutor.addressOf(executor),
  (address) => ThreadPoolExecutor.at(address),
);
