import { ofThisCopy } from '../core/copies.ts';
import { ValueError } from '../core/exceptions.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { staysHome } from '../core/stays-home.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { MapResults } from './map.ts';
import type { MapOptions } from './map-options.ts';
import type { PoolExecutor, ShutdownOptions } from './pool-executor.ts';
import type { PoolHandle } from './pool-handle.ts';
import { type Streamable, StreamValues } from './stream.ts';
import { checkOptions, jobOptions, type SubmitOptions } from './submit-options.ts';

/**
 * The same pool, submitted to with options: what `executor.with` returns.
 *
 * ```ts
 * await loop.runInExecutor(pool.with({ timeout: 1000, context: true }), render, page);
 * ```
 */
export class ExecutorView implements Executor, Disposable, AsyncDisposable {
  readonly #executor: PoolExecutor;
  readonly #pool: PoolHandle;
  readonly #options: SubmitOptions;

  /** @internal Views come from `executor.with`. */
  constructor(executor: PoolExecutor, pool: PoolHandle, options: SubmitOptions) {
    this.#executor = executor;
    this.#pool = pool;
    this.#options = checkOptions(options);
  }

  /**
   * As `ThreadPoolExecutor.submit`, with the options of this view.
   *
   * @throws {DataCloneError} also when the value of a context variable cannot cross; it is named
   * @throws {ValueError} also when `retries` and something that is transferred meet
   * @throws {RuntimeError} also when two context variables with values have the same name
   */
  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: Sendable<A>
  ): ConcurrentFuture<ResultOf<R>> {
    return this.#pool.submit(fn, args as A, jobOptions(this.#options));
  }

  /** As `ThreadPoolExecutor.map`; each task, of one element or a chunk of them, has these options. */
  map<T, R>(
    fn: (item: T) => R,
    items: Iterable<T> | AsyncIterable<T>,
    options: MapOptions = {},
  ): MapResults<ResultOf<R>> {
    return new MapResults(this.#pool, this.#options, fn, items, options);
  }

  /**
   * As `ThreadPoolExecutor.stream`, with the options of this view, which hold for the task as a whole.
   *
   * @throws {ValueError} when it has `retries`: the values that have come cannot be taken back
   */
  stream<A extends unknown[], T>(
    fn: (...args: A) => Streamable<T> | PromiseLike<Streamable<T>>,
    ...args: Sendable<A>
  ): StreamValues<T> {
    if ((this.#options.retries ?? 0) > 0) throw cannotRepeat();
    return new StreamValues(this.#pool, this.#options, fn, args);
  }

  /** A view with these options, and with those of this view that are not among them. */
  with(options: SubmitOptions): ExecutorView {
    return new ExecutorView(this.#executor, this.#pool, {
      ...this.#options,
      ...checkOptions(options),
    });
  }

  /** Shuts the pool down, for everybody. */
  shutdown(options?: ShutdownOptions): void {
    this.#executor.shutdown(options);
  }

  [Symbol.dispose](): void {
    this.#executor.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#executor[Symbol.asyncDispose]();
  }
}

function cannotRepeat(): ValueError {
  return new ValueError(
    "the option 'retries' and stream() do not go together: values that were handed out cannot be taken " +
      'back. Start the stream once more when it fails.',
  );
}

ofThisCopy(ExecutorView);
staysHome(
  ExecutorView,
  'a view of an executor',
  'send the executor itself, and call its with() over there',
);
