import type { Awaitable, Coroutine, Suspension } from './coroutine.ts';
import type { EventLoop } from './event-loop.ts';
import { ValueError } from './exceptions.ts';
import { type Future, setBehind } from './future.ts';
import { watchUntilAwaited } from './never-awaited.ts';
import { recordsOrigins } from './origins.ts';
import { repr } from './repr.ts';
import { getRunningLoop, loopForNewFuture } from './running-loop.ts';

/** What `sleep` returns: waits each time it is waited for. */
export interface Sleep<T> extends Awaitable<T>, PromiseLike<T> {}

/**
 * Waits `delayMs` milliseconds, then gives `value`.
 *
 * Suspends      always; `sleep(0)` for exactly one iteration, in which everybody else runs
 * Cancellation  the timer is cancelled
 * Thread        loop thread only
 *
 * @param delayMs - milliseconds; 0 and below only let the others run; `Infinity` waits for ever
 * @throws {ValueError} when `delayMs` is not a number
 * @see CPython 3.14 Lib/asyncio/tasks.py, sleep
 */
export function sleep(delayMs: number): Sleep<void>;
export function sleep<T>(delayMs: number, value: T): Sleep<T>;
export function sleep<T>(delayMs: number, value?: T): Sleep<T | undefined> {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) {
    throw new ValueError(`Invalid delay: ${repr(delayMs)} (not a number)`);
  }
  return new SleepAwaitable(delayMs, value);
}

class SleepAwaitable<T> implements Sleep<T> {
  readonly #delayMs: number;
  readonly #value: T;

  constructor(delayMs: number, value: T) {
    this.#delayMs = delayMs;
    this.#value = value;
    if (recordsOrigins) watchUntilAwaited(this);
  }

  [Symbol.iterator](): Iterator<Suspension, T, void> {
    if (this.#delayMs <= 0) return new OneIteration(this.#value);
    return sleepInCoroutine(this.#delayMs, this.#value);
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    // An async function may sleep when it runs outside of any turn; its loop is turned all the same.
    return sleepingFuture(loopForNewFuture(), this.#delayMs, this.#value).then(
      onFulfilled,
      onRejected,
    );
  }
}

/** `yield* sleep(0)`: one bare `yield`, without the cost of a generator. */
class OneIteration<T> implements Iterator<Suspension, T, void> {
  readonly #value: T;
  #yielded: boolean = false;

  constructor(value: T) {
    this.#value = value;
  }

  next(): IteratorResult<Suspension, T> {
    if (this.#yielded) return { done: true, value: this.#value };
    this.#yielded = true;
    return { done: false, value: undefined };
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }
}

function* sleepInCoroutine<T>(delayMs: number, value: T): Coroutine<T> {
  const loop = getRunningLoop();
  const future: Future<T> = loop.createFuture();
  const timer = loop.callLater(delayMs, wakeUp, future, value);
  setBehind(future, timer);
  try {
    return yield* future;
  } finally {
    timer.cancel();
  }
}

function sleepingFuture<T>(loop: EventLoop, delayMs: number, value: T): Future<T> {
  const future: Future<T> = loop.createFuture();
  if (delayMs <= 0) {
    loop.callSoon(wakeUp, future, value);
  } else {
    const timer = loop.callLater(delayMs, wakeUp, future, value);
    setBehind(future, timer);
    future.addDoneCallback(() => timer.cancel());
  }
  return future;
}

function wakeUp<T>(future: Future<T>, value: T): void {
  if (!future.done()) future.setResult(value);
}
