import type { Context } from './context.ts';

/*
 * What a loop knows of executors: next to nothing. An executor runs functions elsewhere and gives
 * back a concurrent future; `loop.runInExecutor` submits, and then copies the result of the
 * concurrent future into a future of the loop.
 */

/** A result that is not there yet, bound to no loop. */
export interface ConcurrentFutureLike<T> {
  /** Keeps the work from starting; false when it runs already or is done. */
  cancel(): boolean;
  cancelled(): boolean;
  done(): boolean;
  /** Blocks until the result is there. */
  result(timeoutMs?: number): T;
  exception(timeoutMs?: number): unknown;
  /** Has `callback` called in this thread when the future is done; at once when it is already. */
  addDoneCallback(callback: (future: ConcurrentFutureLike<T>) => void): void;
}

/** A future of a loop that becomes done after a concurrent one. */
export interface Follower {
  /** Called once, where a done callback would be. */
  sourceIsDone(): void;
}

/**
 * A concurrent future that tells a follower without a function made for it, for there may be a hundred thousand.
 * A class, so that nobody else's method of that name is meant.
 */
export abstract class Followable {
  abstract addFollower(follower: Follower): void;
}

/** Something that runs functions elsewhere. */
export interface Executor {
  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFutureLike<ResultOf<R>>;
  /** The same executor, submitted to with options; `toThread` asks it to carry the context. */
  with?(options: { readonly context: Context }): Executor;
  shutdown(options?: { readonly wait?: boolean; readonly cancelFutures?: boolean }): void;
  /** Shuts down and waits without blocking; used where promises work, if there is no `whenEnded`. */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
  /** After `shutdown`: has `callback` called in this thread once all of its threads have ended. */
  whenEnded?(callback: () => void): void;
}

/** What comes back from a function that ran elsewhere: functions that suspend are waited for. */
export type ResultOf<R> =
  R extends Generator<unknown, infer T, infer _N>
    ? T
    : R extends PromiseLike<infer T>
      ? Awaited<T>
      : R;

let factory: (() => Executor) | null = null;

/** Says how `runInExecutor(null, …)` gets an executor. Whoever puts the parts together does this. */
export function setDefaultExecutorFactory(makeExecutor: () => Executor): void {
  factory = makeExecutor;
}

export function makeDefaultExecutor(): Executor {
  if (factory === null) {
    throw new TypeError(
      'runInExecutor(null, …): there is no default executor here; give an executor, or call ' +
        'loop.setDefaultExecutor(executor) first',
    );
  }
  return factory();
}
