import type { Coroutine } from './coroutine.ts';
import { CancelledError, RuntimeError } from './exceptions.ts';
import { Future } from './future.ts';
import type { EventLoop } from './event-loop.ts';
import { getRunningLoop } from './running-loop.ts';
import type { Dependent } from './observer.ts';
import type { Task } from './task.ts';

/*
 * How a task drives an async function.
 *
 * A coroutine can be thrown into, an async function cannot: what it does between two awaits is known
 * to the engine alone. So its task waits for one future, the body, that is done when the function
 * is, and the body knows what the function waits for:
 *
 *     Task --waits for--> AsyncBody --#waited--> the futures that the function awaits
 *
 * To cancel the task cancels those futures; each of these awaits then throws `CancelledError`, inside
 * the function, where it stands. They are a set, because of `await Promise.all([a, b])`.
 *
 * Which awaits are the function's? Those made while its task is the current one. Therefore, after
 * the function was started or resumed, the turn of the loop pauses until the engine has no promise
 * reaction left, and all that time the task stays current.
 *
 * What stays out of reach: an async function that waits for a promise of somebody else (a fetch, a
 * file) goes on outside of any turn, and what it awaits from then on is not known to be its own. It
 * is reached again after `await loop.createTask(promise)`, which makes that promise one of ours.
 */
export class AsyncBody<T> extends Future<T> {
  readonly #task: Task<unknown>;
  readonly #waited: Set<Future<unknown>> = new Set();
  /** The function, or what made the promise. */
  readonly fn: Function;

  constructor(task: Task<unknown>, fn: Function) {
    super(task.getLoop());
    this.#task = task;
    this.fn = fn;
  }

  /** The futures that the function waits for. None: it waits for a promise of somebody else. */
  get waited(): Iterable<Future<unknown>> {
    return this.#waited;
  }

  /** Cancels what the function waits for. */
  override cancel(message?: string): boolean {
    let any = false;
    for (const future of this.#waited) any = future.cancel(message) || any;
    return any;
  }

  /**
   * Notes that the function waits for `future`.
   *
   * @returns null, or the error with which the wait must end at once
   */
  beginWait(future: Future<unknown>): Error | null {
    const task = this.#task;
    if (future.getLoop() !== task.getLoop()) {
      return new RuntimeError(`Task ${task} got Future ${future} attached to a different loop`);
    }
    if (future === task) return new RuntimeError(`Task cannot await on itself: ${task}`);
    task.cancelNextWait(future);
    this.#waited.add(future);
    return null;
  }

  /**
   * The function goes on, as the current task, when this callback has returned.
   *
   * @returns the cancellation that the wait throws in place of what the future has, or null: one that
   *   came while the future was done and the function had not gone on. When the future was cancelled as
   *   well, that is the one that is thrown, and there is no second one.
   */
  endWait(future: Future<unknown>): CancelledError | null {
    this.leaveWait(future);
    const cancellation = this.#task.takeCancellation();
    return future.cancelled() || future.exception() instanceof CancelledError ? null : cancellation;
  }

  /** The function goes on, as the current task, when this callback has returned. */
  leaveWait(future: Future<unknown>): void {
    this.#waited.delete(future);
    this.getLoop().scheduler.pauseFor(this.#task);
  }

  /** Waits until the function is done, of which this is the promise. In a step of the task. */
  *drive(promise: PromiseLike<T>): Coroutine<T> {
    followPromise(this, promise);
    this.getLoop().scheduler.pauseFor(this.#task);
    try {
      return yield* this;
    } catch (error) {
      // A cancellation that came too late does not hide what the function failed with.
      if (this.done() && error instanceof CancelledError) this.result();
      throw error;
    }
  }
}

/** Drives the async function `fn`; `start` calls it. Only for the first step of a task. */
export function* driveAsyncFunction<T>(
  start: () => PromiseLike<T>,
  fn: Function = start,
): Coroutine<T> {
  const task = getRunningLoop().scheduler.currentTask as Task<unknown>;
  const body = new AsyncBody<T>(task, fn);
  task.asyncBody = body;
  return yield* body.drive(start());
}

/**
 * Drives a promise of which nobody knows what it waits for: a cancellation is delivered at once, and
 * what becomes of the promise is nobody's business then.
 */
export function* drivePromise<T>(promise: PromiseLike<T>): Coroutine<T> {
  return yield* new PromiseFuture<T>(promise, getRunningLoop());
}

/** What is known of a promise of somebody else. */
export const FOREIGN_PROMISE = 'a promise that is not of this library';

/** A future that ends as a promise does. What settles it happens outside of the loop. */
export class PromiseFuture<T> extends Future<T> implements Dependent {
  constructor(promise: PromiseLike<T>, loop: EventLoop) {
    super(loop);
    loop.scheduler.promises++;
    promise.then(
      (value) => {
        if (this.#arrives()) this.setResult(value);
      },
      (error: unknown) => {
        if (this.#arrives()) this.setException(error);
      },
    );
  }

  /** The promise goes on, and what becomes of it is nobody's business then. */
  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.getLoop().scheduler.promises--;
    return true;
  }

  awaited(): Iterable<unknown> {
    return [FOREIGN_PROMISE];
  }

  #arrives(): boolean {
    if (this.done()) return false;
    this.getLoop().scheduler.promises--;
    return true;
  }
}

/** Settles the future as the promise does, unless it is done before. */
export function followPromise<T>(future: Future<T>, promise: PromiseLike<T>): void {
  promise.then(
    (value) => {
      if (!future.done()) future.setResult(value);
    },
    (error: unknown) => {
      if (!future.done()) future.setException(error);
    },
  );
}
