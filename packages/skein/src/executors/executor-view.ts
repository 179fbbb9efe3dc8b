import { ofThisCopy } from '../core/copies.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { staysHome } from '../core/stays-home.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { type MapOptions, MapResults, type Submit } from './map.ts';
import { checkOptions, type JobOptions, jobOptions, type SubmitOptions } from './submit-options.ts';
import type { PoolExecutor, ShutdownOptions } from './pool-executor.ts';

/** Submits to the pool behind a view. */
export type SubmitJob = <A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: JobOptions | null,
) => ConcurrentFuture<ResultOf<R>>;

/**
 * The same pool, submitted to with options: what `executor.with` returns.
 *
 * ```ts
 * await loop.runInExecutor(pool.with({ timeout: 1000, context: true }), render, page);
 * ```
 */
export class ExecutorView implements Executor, Disposable, AsyncDisposable {
  readonly #executor: PoolExecutor;
  readonly #submit: SubmitJob;
  readonly #options: SubmitOptions;

  /** @internal Views come from `executor.with`. */
  constructor(executor: PoolExecutor, submit: SubmitJob, options: SubmitOptions) {
    this.#executor = executor;
    this.#submit = submit;
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
    return this.#submit(fn, args as A, jobOptions(this.#options));
  }

  /** As `ThreadPoolExecutor.map`; each task, of one element or a chunk of them, has these options. */
  map<T, R>(
    fn: (item: T) => R,
    items: Iterable<T> | AsyncIterable<T>,
    options: MapOptions = {},
  ): MapResults<ResultOf<R>> {
    const own = this.#options;
    const submit: Submit = (task, args, name) =>
      this.#submit(task, args, jobOptions({ ...own, name: own.name ?? name }));
    return new MapResults(submit, fn, items, options, this.#executor.inProcesses);
  }

  /** A view with these options, and with those of this view that are not among them. */
  with(options: SubmitOptions): ExecutorView {
    return new ExecutorView(this.#executor, this.#submit, {
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

ofThisCopy(ExecutorView);
staysHome(
  ExecutorView,
  'a view of an executor',
  'send the executor itself, and call its with() over there',
);
