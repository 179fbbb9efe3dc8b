import { requireOptions } from './arguments.ts';
import { type Coroutine, isCoroutine, type ValueOf } from './coroutine.ts';
import { ensureFuture, type TaskSource } from './ensure-future.ts';
import type { EventLoop } from './event-loop.ts';
import { TimeoutError } from './exceptions.ts';
import { addObserver, Future, removeWaiter, setBehind } from './future.ts';
import { type Dependent, Observer } from './observer.ts';
import { Operation } from './operation.ts';
import { repr } from './repr.ts';
import { loopForNewFuture } from './running-loop.ts';
import type { TimerHandle } from './timer-heap.ts';

/*
 * The results of several futures in the order in which they come.
 *
 * What is done goes into a queue, #done; whoever asks for the next one waits at that queue, first
 * come, first served. How many may ask is known from the start, #left: as many as there are futures.
 * At the deadline one null for each future that is not done goes into the queue.
 *
 * @see CPython 3.14 Lib/asyncio/tasks.py, _AsCompletedIterator
 */

export interface AsCompletedOptions {
  /** Milliseconds for all of them together; by default and for null there is no limit. */
  readonly timeout?: number | null | undefined;
}

/** The future that `asCompleted` makes of, or finds in, an argument. */
export type CompletedOf<A> = A extends Future<unknown> ? A : Future<ValueOf<A>>;

/** What `asCompleted` returns. Each of its iterators goes on where the others have stopped. */
export interface Completions<A> {
  /** For coroutines: each step gives something to wait for, which gives the next result. */
  [Symbol.iterator](): Iterator<Operation<ValueOf<A>>, undefined>;
  /** For async functions: each step gives the next future that is done. */
  [Symbol.asyncIterator](): CompletedFutures<A>;
}

/** `for await` uses it; a coroutine may do the same with `yield* futures.next()`. */
export interface CompletedFutures<A> {
  next(): Operation<IteratorResult<CompletedOf<A>, undefined>>;
  [Symbol.asyncIterator](): CompletedFutures<A>;
}

/**
 * Gives the results of `sources` in the order in which they come.
 *
 *     for (const next of asCompleted(downloads)) show(yield* next);
 *     for await (const task of asCompleted(tasks)) show(task, await task);
 *
 * In a coroutine, each `next` waits for the next result, whosever that is, and throws where that has
 * failed. In an async function the futures themselves come, done: those that were given, and for
 * everything else the tasks that were made of it.
 *
 * Suspends      does not; waiting for the next one does, when none is done that nobody has taken
 * Cancellation  of a wait leaves the futures alone, and what it would have got goes to the next one
 * Thread        loop thread only
 *
 * @param sources - whatever tasks can be made of; the same one twice counts once
 * @param options.timeout - milliseconds from this call on; then each wait that is left throws a
 *   `TimeoutError`. The futures go on
 * @throws {TypeError} when `sources` is not a list of things to wait for
 * @see CPython 3.14 Lib/asyncio/tasks.py, as_completed
 */
export function asCompleted<A extends TaskSource<unknown>>(
  sources: Iterable<A>,
  options: AsCompletedOptions = {},
): Completions<A> {
  requireOptions(options, 'asCompleted', '{ timeout: 1000 }');
  const given: unknown = sources;
  if (given instanceof Future || isCoroutine(given) || !(Symbol.iterator in Object(given))) {
    throw new TypeError(`asCompleted() takes an iterable of futures, got ${repr(given)}`);
  }
  return new AsCompleted<A>(new Set(sources), options.timeout ?? null);
}

class AsCompleted<A> extends Observer implements Completions<A>, Dependent {
  readonly #loop: EventLoop;
  /** What nobody knows to be done yet. */
  readonly #todo: Set<Future<unknown>>;
  /** In the order in which they came; null stands for one that was late. */
  readonly #done: (Future<unknown> | null)[] = [];
  /** How many of #done were given out. */
  #taken: number = 0;
  /** How many may still be asked for. */
  #left: number;
  readonly #waiters: Set<Future<void>> = new Set();
  readonly #timer: TimerHandle | null = null;

  constructor(sources: ReadonlySet<A>, timeoutMs: number | null) {
    super();
    const loop = loopForNewFuture();
    this.#loop = loop;
    this.#todo = new Set();
    for (const source of sources)
      this.#todo.add(ensureFuture(source as TaskSource<unknown>, { loop }));
    this.#left = this.#todo.size;
    for (const future of this.#todo) addObserver(future, this);
    if (this.#left > 0 && timeoutMs !== null && timeoutMs !== Infinity) {
      this.#timer = loop.callLater(timeoutMs, () => this.#timeIsUp());
    }
  }

  [Symbol.iterator](): Iterator<Operation<ValueOf<A>>, undefined> {
    return {
      next: () => {
        if (!this.#claim()) return { done: true, value: undefined };
        return { done: false, value: new Operation(() => this.#nextResult()) };
      },
    };
  }

  [Symbol.asyncIterator](): CompletedFutures<A> {
    const futures: CompletedFutures<A> = {
      next: () => new Operation(() => this.#nextStep()),
      [Symbol.asyncIterator]: () => futures,
    };
    return futures;
  }

  *#nextResult(): Coroutine<ValueOf<A>> {
    const future = yield* this.#take();
    return future.result() as ValueOf<A>;
  }

  *#nextStep(): Coroutine<IteratorResult<CompletedOf<A>, undefined>> {
    if (!this.#claim()) return { done: true, value: undefined };
    return { done: false, value: (yield* this.#take()) as CompletedOf<A> };
  }

  #claim(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  *#take(): Coroutine<Future<unknown>> {
    while (this.#taken === this.#done.length) yield* this.#waitForOne();
    const future = this.#done[this.#taken++] as Future<unknown> | null;
    if (future === null) {
      throw new TimeoutError('the timeout of asCompleted() passed before the next one was done');
    }
    return future;
  }

  *#waitForOne(): Coroutine<void> {
    const waiter = this.#loop.createFuture<void>();
    this.#waiters.add(waiter);
    setBehind(waiter, this);
    try {
      yield* waiter;
    } catch (error) {
      this.#waiters.delete(waiter);
      // Woken and cancelled at once: somebody else has to take what there is.
      if (!waiter.cancelled() && this.#taken < this.#done.length) this.#wakeNext();
      throw error;
    }
  }

  awaiters(): Iterable<Future<unknown>> {
    return this.#waiters;
  }

  awaited(): Iterable<Future<unknown>> {
    return this.#todo;
  }

  futureIsDone(future: Future<unknown>): void {
    if (!this.#todo.delete(future)) return; // its time was up before
    this.#hand(future);
    if (this.#todo.size === 0) this.#timer?.cancel();
  }

  #timeIsUp(): void {
    const late = [...this.#todo];
    this.#todo.clear();
    for (const future of late) {
      removeWaiter(future, this);
      this.#hand(null);
    }
  }

  #hand(future: Future<unknown> | null): void {
    this.#done.push(future);
    this.#wakeNext();
  }

  #wakeNext(): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      if (waiter.done()) continue;
      waiter.setResult();
      return;
    }
  }
}
