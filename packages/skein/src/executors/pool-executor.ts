/**
 * A pool of workers, and nothing more: it knows of no loop. Any number of threads submit to it. What its
 * workers are, threads or threads with a child process each, is a matter of who extends it.
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
import { inspect } from 'node:util';
import { requireKnown, requireOptions } from '../core/arguments.ts';
import { noteBlocking } from '../core/blocking-calls.ts';
import { QueueFull, RuntimeError, ValueError } from '../core/exceptions.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { functionId } from '../crossing/function-table.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { Kind, POOL, PoolStatus, THREAD, threadAt, ThreadFlag } from '../shared/layout.ts';
import { enterPool, PoolMemory } from '../shared/pool-table.ts';
import { raise, type ThreadAddress, threadsOfPool, wakeAll } from '../shared/thread-table.ts';
import { askKeeper, threadsUp } from '../shared/wake-worker.ts';
import type { PoolMessage } from '../threading/keeper-messages.ts';
import { startThread, thisThreadWithKeeper } from '../threading/start-thread.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import { ExecutorView } from './executor-view.ts';
import { checkSize, type PoolSettings } from './pool-options.ts';
import type { WorkerData } from './pool-worker.ts';
import { MapResults } from './map.ts';
import type { PoolHandle } from './pool-handle.ts';
import type { MapOptions } from './map-options.ts';
import { abandonStreams, type Streamable, StreamValues } from './stream.ts';
import type { JobOptions, SubmitOptions } from './submit-options.ts';
import { Submitter } from './submitter.ts';
import { hasRoom, mostQueued, whenSo } from './pool-waits.ts';
import { noStatistics, type PoolStatistics, poolStatistics } from './pool-statistics.ts';
import { runOnAll } from './run-on-all.ts';
import { noteSubmitted } from './task-events.ts';
import { cancelQueued } from './send-home.ts';
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

/** What a pool is made of. */
export interface PoolKind {
  /** What its workers begin with: a file beside the door. */
  readonly entry: string;
  /** Whether its tasks are run by child processes. */
  readonly inProcesses: boolean;
  /** The error of a pool that is broken. */
  readonly broken: (message: string) => RuntimeError;
}

/** What ThreadPoolExecutor and ProcessPoolExecutor have in common. */
export abstract class PoolExecutor implements Executor, Disposable, AsyncDisposable {
  readonly #kind: PoolKind;
  readonly #thread: ThisThread;
  readonly #settings: PoolSettings;
  readonly #initializer: Initializer | undefined;
  readonly #teardown: number | undefined;
  /** What views, maps and streams submit to. */
  readonly #asPool: PoolHandle = {
    inProcesses: () => this.#kind.inProcesses,
    submit: (fn, args, options) => this.#submit(fn, args, options),
    checkOpen: () => {
      this.#opened();
      this.#checkRoom();
    },
    maxQueue: () => this.#pool?.maxQueue ?? this.#settings.size.maxQueue,
    ready: () => this.ready(),
  };
  #pool: PoolMemory | undefined;
  #ident = 0;
  #submitter: Submitter | undefined;
  #isShutdown = false;

  /** @internal */
  protected constructor(kind: PoolKind, settings: PoolSettings) {
    this.#kind = kind;
    this.#settings = settings;
    this.#thread = thisThread();
    if (this.#thread.isRoot) thisThreadWithKeeper(); // it starts while the program goes on
    const { namePrefix, initializer, initargs, teardown } = settings;
    this.#initializer = this.#within(() => packInitializer(this.#thread, initializer, initargs));
    if (teardown !== undefined) this.#teardown = functionId(this.#thread, teardown);
    noteExecutor(this, namePrefix, () => this.#isOpenPool());
    if (this.#settings.size.minWorkers > 0) this.#open();
  }

  /**
   * Has a thread of the pool call `fn(...args)`. Returns at once. First come, first served.
   *
   * @param fn - an exported function of a module, plain, async or a generator function, or one
   *   registered with `task()`
   * @param args - whatever the structured clone algorithm carries, executors, `loop.remote()`, and what
   *   describes itself (`shareKey`); copied before this returns, or moved (`transfer`). The compiler
   *   refuses functions, symbols, promises and WeakMaps. A pool of processes refuses what only threads
   *   can have in common: executors, loops, `SharedArrayBuffer`s, and what only a port carries
   * @throws {RuntimeError} `ERR_EXECUTOR_SHUTDOWN` after `shutdown()`; `ERR_MAIN_GUARD` while a
   *   worker imports the module that makes the call
   * @throws {BrokenExecutor} when the pool's initializer has failed
   * @throws {QueueFull} when `maxQueue` tasks wait already
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
    return new ExecutorView(this, this.#asPool, options);
  }

  #submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: JobOptions | null,
  ): ConcurrentFuture<ResultOf<R>> {
    assertNotImporting('submit to a pool');
    const submitter = this.#submitter ?? this.#open();
    const id = this.#within(() => functionId(this.#thread, fn)); // may take a while: before the look at the status
    if (this.#isShutdown || this.#status() !== PoolStatus.open) throw this.#refusal();
    this.#checkRoom();
    const future = new ConcurrentFuture<ResultOf<R>>(this.#thread, fn, options);
    if (options?.signal?.aborted === true) return future.aborted();
    submitter.submit(future, id, args, options);
    if (options?.signal) future.follow(options.signal);
    noteSubmitted(future, options?.name ?? fn.name);
    return future;
  }

  /**
   * Calls `fn` for each element of an iterable, asynchronous or not, in the threads of the pool, and gives
   * the results: `for await (const x of pool.map(fn, items))`, or `for` where blocking is allowed.
   *
   * Submits everything at once, as CPython does, unless `bufferSize` or the pool's `maxQueue` says how much;
   * when the queue is full it waits for room. When a task fails, or the source, the loop throws its error
   * after the results before it; leaving the loop cancels what is left.
   *
   * @param fn - as for `submit`; takes one element
   * @throws {ValueError|TypeError} when an option or the source makes no sense
   * @throws what `submit` throws, but `QueueFull`; and in the loop, when it is thrown after the call of `map`
   * @throws in the loop: {TimeoutError} after `timeout`
   * @see CPython Lib/concurrent/futures/_base.py, Executor.map
   */
  map<T, R>(
    fn: (item: T) => R,
    items: Iterable<T> | AsyncIterable<T>,
    options: MapOptions = {},
  ): MapResults<ResultOf<R>> {
    return new MapResults(this.#asPool, {}, fn, items, options);
  }

  /**
   * Has a thread of the pool run a generator, and gives what it yields: `for await (const x of
   * pool.stream(fn, …))`, or `for` where blocking is allowed. At most 64 values (`with({ bufferSize })`) are on
   * their way or wait to be asked for; then the generator waits. Leaving the loop ends it: its
   * `finally` blocks run.
   *
   * A generator that waits for something is an `async function*`; in one that is not, `yield*` of a future
   * would be a value.
   *
   * @param fn - as for `submit`; gives anything that can be iterated, or a promise of it
   * @throws what `submit` throws
   * @throws in the loop: what the generator throws, after the values before; {DataCloneError} when a value
   *   cannot cross
   */
  stream<A extends unknown[], T>(
    fn: (...args: A) => Streamable<T> | PromiseLike<Streamable<T>>,
    ...args: Sendable<A>
  ): StreamValues<T> {
    return new StreamValues(this.#asPool, {}, fn, args);
  }

  /**
   * Waits until the queue has room: until fewer than `maxQueue` tasks wait in it, and without `maxQueue`
   * until there are fewer than 4 096. `await pool.ready()`, `yield* pool.ready()`, or, to block,
   * `pool.ready().result()`.
   *
   * ```ts
   * for await (const page of pages) {
   *   await pool.ready();
   *   void pool.submit(index, page);
   * }
   * ```
   *
   * @throws in the future that it returns: {RuntimeError} `ERR_EXECUTOR_SHUTDOWN`, {BrokenExecutor}
   */
  ready(): ConcurrentFuture<void> {
    if (this.#pool === undefined && !this.#isShutdown) this.#open();
    const pool = this.#pool;
    const isReady = (): boolean =>
      pool !== undefined && hasRoom(pool, mostQueued(pool)) && !this.#thread.mailbox.isHolding;
    const future = whenSo(this.#thread, 'ready', isReady, () => this.#refusalIfClosed());
    const { nested } = this.#thread;
    if (nested !== undefined && nested.pool === pool?.index && !future.done())
      future.addDoneCallback(nested.waitsForRoom());
    return future;
  }

  /**
   * Starts threads before there is work for them. The future is done when they have come up, and their
   * initializer is through.
   *
   * @param workers - how many there shall be, ≥ 0, at most `maxWorkers`. Default: `maxWorkers`
   * @throws {ValueError} when the pool cannot have so many
   * @throws in the future that it returns: {BrokenExecutor} when the initializer fails
   */
  warmUp(workers?: number): ConcurrentFuture<void> {
    const pool = this.#opened();
    const { words } = this.#thread.memory;
    const most = load(words, pool.at + POOL.maxWorkers);
    const wanted = workers ?? most;
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > most) {
      throw new ValueError(
        `warmUp() takes a whole number from 0 to maxWorkers, which is ${most}, got ${inspect(wanted)}. ` +
          'For more threads call resize({ maxWorkers }) before.',
      );
    }
    const areUp = (): boolean => {
      if (threadsUp(words, pool) >= Math.min(wanted, load(words, pool.at + POOL.maxWorkers)))
        return true;
      if (raise(words, pool.at + POOL.warmUp, wanted)) askKeeper(words, pool);
      return false;
    };
    return whenSo(this.#thread, 'warmUp', areUp, () => this.#refusalIfClosed());
  }

  /**
   * Calls `fn(...args)` once in each thread that has come up, beside its tasks: where one computes, when
   * that is over. What threads that start later shall do is a matter of the `initializer`.
   *
   * @param fn - as for `submit`
   * @returns a future of the results, one for each thread, in no order; it fails when a call fails or its
   *   thread ends, with that error, or with an `AggregateError` of several
   */
  runOnAll<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: Sendable<A>
  ): ConcurrentFuture<ResultOf<R>[]> {
    assertNotImporting('call in all threads of a pool');
    return this.#within(() => runOnAll(this.#thread, this.#opened(), fn, args as A));
  }

  /**
   * What the pool does and has done, at this moment; also after `shutdown()`, until 255 other pools were made.
   * Any thread. Costs some 100 µs, and a little more for each task that is queued.
   */
  statistics(): PoolStatistics {
    if (this.#pool === undefined || this.#pool.ident !== this.#ident) return noStatistics;
    return poolStatistics(this.#thread.memory.words, this.#pool);
  }

  /**
   * Changes how many threads the pool has, at the least and at the most. Threads that are too many end
   * when they have done their tasks, those that are missing start: at once up to `minWorkers`, the
   * others when there is work for them.
   *
   * @throws {TypeError} when it is not said how many, or an option is not known
   * @throws {ValueError} when a number makes no sense
   * @throws {RuntimeError} `ERR_EXECUTOR_SHUTDOWN` after `shutdown()`
   */
  resize(size: { readonly minWorkers?: number; readonly maxWorkers?: number }): void {
    if (size === undefined) throw noSize();
    requireOptions(size, 'resize', '{ maxWorkers: 8 }');
    requireKnown(size, 'resize', ['minWorkers', 'maxWorkers']);
    const pool = this.#opened();
    const { words } = this.#thread.memory;
    const { at } = pool;
    const { maxWorkers = load(words, at + POOL.maxWorkers) } = size;
    const { minWorkers = Math.min(load(words, at + POOL.minWorkers), maxWorkers) } = size;
    checkSize(minWorkers, maxWorkers);
    store(words, at + POOL.minWorkers, minWorkers);
    store(words, at + POOL.maxWorkers, maxWorkers);
    askKeeper(words, pool);
  }

  /**
   * Takes no more work. What was submitted is still done, unless it is cancelled here.
   *
   * @throws {TypeError} when an option is not known
   * @throws {RuntimeError} `ERR_THREAD_JOINS_ITSELF` when a thread of the pool would wait for its
   *   own end
   * @see CPython Lib/concurrent/futures/thread.py, ThreadPoolExecutor.shutdown
   */
  shutdown(options: ShutdownOptions = {}): void {
    requireOptions(options, 'shutdown', '{ wait: false }');
    requireKnown(options, 'shutdown', ['wait', 'cancelFutures']);
    const { wait = true, cancelFutures = false } = options;
    if (wait) this.#checkWait();
    this.#close(cancelFutures);
    if (wait && !this.#isGone())
      noteBlocking('shutdown()', 'write await using, or shut down with { wait: false }');
    if (wait) this.#thread.mailbox.waitFor(() => this.#hasEnded(), Infinity);
  }

  /** @internal The memory in which the pool is, and its threads at this moment. */
  protected workers(): { readonly words: Int32Array; readonly threads: readonly ThreadAddress[] } {
    const { words } = this.#thread.memory;
    if (this.#pool === undefined || this.#isGone()) return { words, threads: [] };
    return { words, threads: threadsOfPool(words, this.#pool.index) };
  }

  /** Ends all workers of the pool at once, wherever they are. */
  abstract terminateWorkers(): void;

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
    let isTold = false;
    this.#thread.mailbox.watch(() => {
      if (isTold || !this.#hasEnded()) return isTold;
      isTold = true;
      this.#thread.mailbox.drain(); // what its threads have sent last
      callback();
      return true;
    });
    this.#thread.awaitMail();
  }

  /** @internal Where the pool is found. */
  static addressOf(executor: PoolExecutor): PoolAddress {
    if (executor.#pool === undefined) executor.#open();
    const { index } = executor.#pool as PoolMemory;
    return { index, ident: executor.#ident };
  }

  /** @internal Makes an executor without a pool a handle on one that another thread has made. */
  static lead<E extends PoolExecutor>(executor: E, { index, ident }: PoolAddress): E {
    forgetExecutor(executor); // whoever has made the pool has to shut it down
    executor.#use(new PoolMemory(executor.#thread.memory, index), ident);
    return executor;
  }

  /** Writes something for the workers. */
  #within<T>(write: () => T): T {
    return this.#kind.inProcesses ? acrossTheBorder(write) : write();
  }

  /** The pool itself is made when it is first needed: a module that only defines one costs nothing. */
  #open(): Submitter {
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
    if (this.#isShutdown) this.#close(false);
    return submitter;
  }

  /** @throws {RuntimeError} when the pool is shut down or broken */
  #opened(): PoolMemory {
    if (this.#pool === undefined && !this.#isShutdown) this.#open();
    const error = this.#refusalIfClosed();
    if (error !== null) throw error;
    return this.#pool as PoolMemory;
  }

  #refusalIfClosed(): RuntimeError | null {
    return this.#isShutdown || this.#status() !== PoolStatus.open ? this.#refusal() : null;
  }

  /** @throws {QueueFull} when as many tasks wait as may */
  #checkRoom(): void {
    const pool = this.#pool as PoolMemory;
    const { maxQueue } = pool;
    if (maxQueue === Infinity) return;
    const isHolding = this.#thread.mailbox.isHolding; // there is no place where so many could wait
    if (!isHolding && hasRoom(pool, maxQueue)) return;
    const why = isHolding
      ? `as many tasks wait as it has places for (maxQueue is ${maxQueue})`
      : `${maxQueue} tasks wait in it (maxQueue)`;
    throw new QueueFull(
      `The queue of the pool is full: ${why}. Wait for room by await pool.ready() before you submit, ` +
        'or submit less at a time.',
    );
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

  #refusal(): RuntimeError {
    if (!this.#isShutdown && this.#status() === PoolStatus.broken) {
      return this.#kind.broken(
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
    if (this.#pool === undefined || this.#isGone() || pool !== this.#pool.index) return;
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
      cancelQueued(this.#thread, pool);
    }
    // What this thread holds back was submitted before: the pool is shut down behind it.
    if (mailbox.isHolding) mailbox.hold(shutDown);
    else shutDown();
  }

  #isOpenPool(): boolean {
    return this.#pool !== undefined && this.#status() === PoolStatus.open;
  }

  /** Whether it is gone; what would keep it for ever is ended. */
  #hasEnded(): boolean {
    if (this.#isGone()) return true;
    abandonStreams((this.#pool as PoolMemory).index);
    return false;
  }

  /** Whether the pool has given back its place: it has no threads and no work, and never will. */
  #isGone(): boolean {
    return this.#pool === undefined || this.#status() === PoolStatus.free;
  }
}

function noSize(): TypeError {
  return new TypeError(
    'resize() takes options as an object, got undefined; say how many threads there shall be: ' +
      '{ maxWorkers: 8 }',
  );
}
