/**
 * A pool of workers, and nothing more: it knows of no loop. Any number of threads submit to it. What its
 * workers are, threads or threads with a child process each, is a matter of who extends it.
 *
 * An executor object is a handle on a pool in process memory (`pool-handle.ts`). It can be given to other
 * threads, as an argument of a thread or a task, and each gets a handle of its own on the same pool.
 */
import { inspect } from 'node:util';
import { requireKnown, requireOptions } from '../core/arguments.ts';
import { noteBlocking } from '../core/blocking-calls.ts';
import { ValueError } from '../core/exceptions.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { load, store } from '../shared/atomics.ts';
import { POOL } from '../shared/layout.ts';
import { raise, type ThreadAddress, threadsOfPool } from '../shared/thread-table.ts';
import { askKeeper, threadsUp } from '../shared/wake-worker.ts';
import { thisThreadWithKeeper } from '../threading/start-thread.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { ExecutorView } from './executor-view.ts';
import { MapResults } from './map.ts';
import type { MapOptions } from './map-options.ts';
import { type PoolAddress, PoolHandle, type PoolKind } from './pool-handle.ts';
import { checkSize, type PoolSettings } from './pool-options.ts';
import { noStatistics, type PoolStatistics, poolStatistics } from './pool-statistics.ts';
import { whenSo } from './pool-waits.ts';
import { runOnAll } from './run-on-all.ts';
import { type Streamable, StreamValues } from './stream.ts';
import type { SubmitOptions } from './submit-options.ts';
import { forgetExecutor, noteExecutor } from './unclosed-executors.ts';

export interface ShutdownOptions {
  /** Block until all threads of the pool have ended. Default true. */
  readonly wait?: boolean | undefined;
  /** Cancel what no thread has begun. Default false: it is still done. */
  readonly cancelFutures?: boolean | undefined;
}

/** What ThreadPoolExecutor and ProcessPoolExecutor have in common. */
export abstract class PoolExecutor implements Executor, Disposable, AsyncDisposable {
  readonly #thread: ThisThread;
  readonly #pool: PoolHandle;

  /** @internal */
  protected constructor(kind: PoolKind, settings: PoolSettings) {
    this.#thread = thisThread();
    if (this.#thread.isRoot) thisThreadWithKeeper(); // it starts while the program goes on
    this.#pool = new PoolHandle(kind, settings, this.#thread);
    noteExecutor(this, settings.namePrefix, () => this.#pool.isOpen);
    if (settings.size.minWorkers > 0) this.#pool.open();
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
    return this.#pool.submit(fn, args as A, null);
  }

  /**
   * A view of this pool that submits with options; also for `runInExecutor`.
   *
   * @throws {TypeError} when an option is not known, or takes something else
   * @throws {ValueError} when a number makes no sense
   */
  with(options: SubmitOptions): ExecutorView {
    return new ExecutorView(this, this.#pool, options);
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
    return new MapResults(this.#pool, {}, fn, items, options);
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
    return new StreamValues(this.#pool, {}, fn, args);
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
    return this.#pool.ready();
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
    const pool = this.#pool.openForWork();
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
    return whenSo(this.#thread, 'warmUp', areUp, () => this.#pool.refusalIfClosed());
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
    return this.#pool.within(() => runOnAll(this.#thread, this.#pool.openForWork(), fn, args as A));
  }

  /**
   * What the pool does and has done, at this moment; also after `shutdown()`, until 255 other pools were made.
   * Any thread. Costs some 100 µs, and a little more for each task that is queued.
   */
  statistics(): PoolStatistics {
    const { pool } = this.#pool;
    return pool === null ? noStatistics : poolStatistics(this.#thread.memory.words, pool);
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
    const pool = this.#pool.openForWork();
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
    if (wait) this.#pool.checkWait();
    this.#close(cancelFutures);
    if (wait && !this.#pool.isGone)
      noteBlocking('shutdown()', 'write await using, or shut down with { wait: false }');
    if (wait) this.#thread.mailbox.waitFor(() => this.#pool.hasEnded(), Infinity);
  }

  /** @internal The memory in which the pool is, and its threads at this moment. */
  protected workers(): { readonly words: Int32Array; readonly threads: readonly ThreadAddress[] } {
    const { words } = this.#thread.memory;
    const { pool } = this.#pool;
    return { words, threads: pool === null ? [] : threadsOfPool(words, pool.index) };
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
    this.#pool.whenEnded(callback);
  }

  /** @internal Where the pool is found. */
  static addressOf(executor: PoolExecutor): PoolAddress {
    return executor.#pool.address;
  }

  /** @internal Makes an executor without a pool a handle on one that another thread has made. */
  static lead<E extends PoolExecutor>(executor: E, address: PoolAddress): E {
    forgetExecutor(executor); // whoever has made the pool has to shut it down
    executor.#pool.lead(address);
    return executor;
  }

  #close(cancelFutures: boolean): void {
    forgetExecutor(this);
    this.#pool.close(cancelFutures);
  }
}

function noSize(): TypeError {
  return new TypeError(
    'resize() takes options as an object, got undefined; say how many threads there shall be: ' +
      '{ maxWorkers: 8 }',
  );
}
