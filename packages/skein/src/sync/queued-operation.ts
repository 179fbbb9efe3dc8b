import type { Coroutine, Suspension } from '../core/coroutine.ts';
import { InternalError, RuntimeError } from '../core/exceptions.ts';
import { probe } from '../core/coroutine-frames.ts';
import { beginSuspension, noteHandedOn } from '../core/future.ts';
import { Operation } from '../core/operation.ts';
import type { Waiter, WaitQueue } from './wait-queue.ts';

/*
 * An operation that tries, and goes to the end of a line when it must wait:
 *
 *     attempt() --- a result -------------------------------------------> done
 *         `-------- null ---> in line --- woken ------> resume() -------> done, or in line again
 *                                `------- cancelled --> abandon() ------> throws
 *
 * `yield* lock.acquire()` is the hot place of many programs, and nearly always the first attempt
 * succeeds. Therefore the operation is its own iterator, written by hand: no generator, no future and
 * no closure is made for an attempt that succeeds.
 *
 * Between waits an operation has no state, so it can be waited for again; and when a second task waits
 * for it while a first one stands in line, the second one gets a copy.
 */
export abstract class QueuedOperation<T>
  extends Operation<T>
  implements Iterator<Suspension, T, void>
{
  readonly #queue: WaitQueue;
  #waiter: Waiter | null = null;

  constructor(queue: WaitQueue) {
    super(beginsByItself);
    this.#queue = queue;
  }

  /** Does it, if that is possible now; null when it must wait. */
  protected abstract attempt(): IteratorReturnResult<T> | null;

  /** Does it when its turn has come; null when it must wait again. */
  protected resume(): IteratorReturnResult<T> | null {
    return this.attempt();
  }

  /**
   * The wait is given up; the waiter has left the line.
   *
   * @param wasWoken - whether its turn had come, which somebody else can use now
   */
  protected abstract abandon(wasWoken: boolean): void;

  /** The same operation for somebody else. */
  protected abstract again(): QueuedOperation<T>;

  /** What `yield*` and `await` use of a coroutine, which is `next`, `throw` and `return`. */
  override [Symbol.iterator](): Coroutine<T> {
    const iterator: Iterator<Suspension, T, void> = this.#waiter === null ? this : this.again();
    return iterator as Coroutine<T>;
  }

  next(): IteratorResult<Suspension, T> {
    if (probe !== null && this.#waiter !== null) return probe.reached(this.#waiter);
    const result = this.#waiter === null ? this.attempt() : this.#endWait(this.#waiter);
    if (result !== null) return result;
    const waiter = this.#queue.enter();
    this.#waiter = waiter;
    const step: IteratorYieldResult<Suspension> = { done: false, value: waiter };
    beginSuspension(waiter, step);
    return step;
  }

  throw(error: unknown): never {
    this.#giveUp();
    throw error;
  }

  return(value: T): IteratorReturnResult<T> {
    this.#giveUp();
    return { done: true, value };
  }

  #endWait(waiter: Waiter): IteratorReturnResult<T> | null {
    if (!waiter.done()) {
      noteHandedOn(waiter);
      throw new RuntimeError(
        `the wait for ${waiter} was resumed before its turn: only its task may resume a coroutine`,
      );
    }
    if (waiter.cancelled()) {
      this.#giveUp();
      waiter.result();
    }
    this.#waiter = null;
    this.#queue.leave(waiter);
    return this.resume();
  }

  #giveUp(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    if (!waiter.done()) noteHandedOn(waiter);
    const wasWoken = waiter.isWoken;
    this.#queue.leave(waiter);
    this.abandon(wasWoken);
  }
}

function beginsByItself(): never {
  throw new InternalError('a queued operation is its own iterator');
}
