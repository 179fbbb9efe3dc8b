import { ofThisCopy } from '../core/copies.ts';
import { ValueError } from '../core/exceptions.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import type { Sendable } from '../core/sendable.ts';
import { staysHome } from '../core/stays-home.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { type MapOptions, MapResults, type Submit } from './map.ts';
import { STREAM_BUFFER, type Streamable, StreamValues } from './stream.ts';
import { checkOptions, type JobOptions, jobOptions, type SubmitOptions } from './submit-options.ts';
import type { ShutdownOptions, ThreadPoolExecutor } from './thread-pool-executor.ts';

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
  readonly #executor: ThreadPoolExecutor;
  readonly #submit: SubmitJob;
  readonly #options: SubmitOptions;

  /** @internal Views come from `executor.with`. */
  constructor(executor: ThreadPoolExecutor, submit: SubmitJob, options: SubmitOptions) {
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
    return new MapResults(submit, fn, items, options);
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
    const own = this.#options;
    if ((own.retries ?? 0) > 0) throw cannotRepeat();
    const submit: Submit = (task, all, name) =>
      this.#submit(task, all, jobOptions({ ...own, name: own.name ?? name }));
    return new StreamValues(submit, fn, args, own.bufferSize ?? STREAM_BUFFER);
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
