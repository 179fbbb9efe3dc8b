import { inspect } from 'node:util';
import { Context, copyContext } from '../core/context.ts';
import { type CarriedValues, valuesToCarry } from '../core/carried-context.ts';
import { ofThisCopy } from '../core/copies.ts';
import type { Executor, ResultOf } from '../core/executor.ts';
import { staysHome } from '../core/stays-home.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import type { ShutdownOptions, ThreadPoolExecutor } from './thread-pool-executor.ts';

/** What `executor.with` takes. */
export interface SubmitOptions {
  /**
   * The context whose values the task finds in its own variables of the same names; `true` for the one
   * that is current when the task is submitted. What the task sets stays there.
   */
  readonly context?: Context | boolean | undefined;
}

/** Submits to the pool behind a view, with what the task is to find in its context. */
export type SubmitInContext = <A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  context: CarriedValues | null,
) => ConcurrentFuture<ResultOf<R>>;

/**
 * The same pool, submitted to with options: what `executor.with` returns.
 *
 * ```ts
 * await loop.runInExecutor(pool.with({ context: true }), render, page);
 * ```
 */
export class ExecutorView implements Executor, Disposable, AsyncDisposable {
  readonly #executor: ThreadPoolExecutor;
  readonly #submit: SubmitInContext;
  readonly #options: SubmitOptions;

  /** @internal Views come from `executor.with`. */
  constructor(executor: ThreadPoolExecutor, submit: SubmitInContext, options: SubmitOptions) {
    this.#executor = executor;
    this.#submit = submit;
    this.#options = checked(options);
  }

  /**
   * As `ThreadPoolExecutor.submit`, with the options of this view.
   *
   * @throws {DataCloneError} also when the value of a context variable cannot cross; it is named
   * @throws {RuntimeError} also when two context variables with values have the same name
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): ConcurrentFuture<ResultOf<R>> {
    const { context } = this.#options;
    if (context === undefined || context === false) return this.#submit(fn, args, null);
    return this.#submit(fn, args, valuesToCarry(context === true ? copyContext() : context));
  }

  /** A view with these options, and with those of this view that are not among them. */
  with(options: SubmitOptions): ExecutorView {
    return new ExecutorView(this.#executor, this.#submit, {
      ...this.#options,
      ...checked(options),
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

function checked(options: SubmitOptions): SubmitOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `with() takes an object of options, got ${inspect(options)}. Write pool.with({ context: true }).`,
    );
  }
  for (const name of Object.keys(options)) {
    if (name !== 'context') {
      throw new TypeError(`with() knows the option 'context', and was given '${name}'.`);
    }
  }
  const { context } = options;
  if (context !== undefined && typeof context !== 'boolean' && !(context instanceof Context)) {
    throw new TypeError(
      `the option 'context' takes a Context, or true for the current one, got ${inspect(context)}`,
    );
  }
  return options;
}

ofThisCopy(ExecutorView);
staysHome(
  ExecutorView,
  'a view of an executor',
  'send the executor itself, and call its with() over there',
);
