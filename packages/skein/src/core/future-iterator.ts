import { RuntimeError } from './exceptions.ts';
import { probe } from './coroutine-frames.ts';
import { beginSuspension, type Future, noteHandedOn, type Step } from './future.ts';

/**
 * What stands behind `yield* future`: hands a pending future to the task, and gives its value, or
 * throws its error, when the task resumes the coroutine.
 *
 * Written by hand, because a generator would cost a frame at every resumption.
 *
 * @see CPython 3.14 Lib/asyncio/futures.py, Future.__await__
 */
export class FutureIterator<T> implements Iterator<Future<unknown>, T, void> {
  readonly #future: Future<T>;
  #waiting: boolean = false;

  constructor(future: Future<T>) {
    this.#future = future;
  }

  next(): IteratorResult<Future<unknown>, T> {
    const future = this.#future;
    if (probe !== null) return probe.reached(future);
    if (future.done()) return { done: true, value: future.result() };
    if (this.#waiting) {
      noteHandedOn(future);
      throw new RuntimeError(
        `yield* ${future} was resumed before the future was done: only its task may resume a ` +
          'coroutine',
      );
    }
    this.#waiting = true;
    const step: Step & IteratorYieldResult<Future<unknown>> = { done: false, value: future };
    beginSuspension(future, step);
    return step;
  }

  throw(error: unknown): never {
    if (!this.#future.done()) noteHandedOn(this.#future);
    throw error;
  }

  return(value: T): IteratorResult<Future<unknown>, T> {
    if (!this.#future.done()) noteHandedOn(this.#future);
    return { done: true, value };
  }
}
