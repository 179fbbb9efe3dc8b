import { requireOptions } from './arguments.ts';
import type { EventLoop } from './event-loop.ts';
import type { Coroutine } from './coroutine.ts';
import { ValueError } from './exceptions.ts';
import { addObserver, Future, hasFailed, removeWaiter, setBehind } from './future.ts';
import { type Dependent, Observer } from './observer.ts';
import { Operation } from './operation.ts';
import { repr } from './repr.ts';
import { getRunningLoop } from './running-loop.ts';

/** `wait` returns when one of the futures is done. */
export const FIRST_COMPLETED = 'FIRST_COMPLETED';
/** `wait` returns when one of the futures has failed, or all are done. */
export const FIRST_EXCEPTION = 'FIRST_EXCEPTION';
/** `wait` returns when all of the futures are done. */
export const ALL_COMPLETED = 'ALL_COMPLETED';

export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

export interface WaitOptions {
  /** Milliseconds after which to return in any case; by default and for null there is no limit. */
  readonly timeout?: number | null | undefined;
  /** By default `ALL_COMPLETED`. */
  readonly returnWhen?: ReturnWhen | undefined;
}

/** What `wait` gives: each of the futures is in one of the sets, in the order of the arguments. */
export interface Waited<F> {
  readonly done: Set<F>;
  readonly pending: Set<F>;
}

/**
 * Waits for several futures and tells which are done. Throws none of their errors, and cancels none.
 *
 * Suspends      always
 * Cancellation  rethrown; the futures go on
 * Thread        loop thread only
 *
 * @param futures - futures and tasks; a coroutine has to be made a task first, to be found again in
 *   the result
 * @throws {ValueError} when there is no future, or an unknown `returnWhen`
 * @throws {TypeError} when something else than a future is given
 * @see CPython 3.14 Lib/asyncio/tasks.py, wait
 */
export function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): Operation<Waited<F>> {
  requireOptions(options, 'wait', '{ timeout: 1000 }');
  return new Operation(() => {
    const { timeout = null, returnWhen = ALL_COMPLETED } = options;
    return waitUntilMet(distinct(futures), timeout, checkReturnWhen(returnWhen));
  });
}

function* waitUntilMet<F extends Future<unknown>>(
  futures: ReadonlySet<F>,
  timeoutMs: number | null,
  returnWhen: ReturnWhen,
): Coroutine<Waited<F>> {
  const waiter = new Waiter(getRunningLoop(), futures, returnWhen);
  yield* waiter.wait(timeoutMs);
  // Looked at now: what became done since the wake-up counts as well.
  const done = new Set<F>();
  const pending = new Set<F>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return { done, pending };
}

/** Knows when the condition of one `wait` is met. */
class Waiter extends Observer implements Dependent {
  readonly #loop: EventLoop;
  readonly #futures: ReadonlySet<Future<unknown>>;
  readonly #returnWhen: ReturnWhen;
  readonly #met: Future<void>;
  #left: number;

  constructor(loop: EventLoop, futures: ReadonlySet<Future<unknown>>, returnWhen: ReturnWhen) {
    super();
    this.#loop = loop;
    this.#futures = futures;
    this.#returnWhen = returnWhen;
    this.#met = loop.createFuture();
    setBehind(this.#met, this);
    this.#left = futures.size;
  }

  *wait(timeoutMs: number | null): Coroutine<void> {
    const release = (): void => this.#release();
    const isLimited = timeoutMs !== null && timeoutMs !== Infinity;
    const timer = isLimited ? this.#loop.callLater(timeoutMs, release) : undefined;
    for (const future of this.#futures) addObserver(future, this);
    try {
      yield* this.#met;
    } finally {
      timer?.cancel();
      for (const future of this.#futures) removeWaiter(future, this);
    }
  }

  awaiters(): Iterable<Future<unknown>> {
    return [this.#met];
  }

  awaited(): Iterable<Future<unknown>> {
    return this.#futures;
  }

  futureIsDone(future: Future<unknown>): void {
    this.#left--;
    if (
      this.#left <= 0 ||
      this.#returnWhen === FIRST_COMPLETED ||
      (this.#returnWhen === FIRST_EXCEPTION && failed(future))
    ) {
      this.#release();
    }
  }

  #release(): void {
    if (!this.#met.done()) this.#met.setResult();
  }
}

/** A cancelled future has not failed. What has counts as looked at. */
function failed(future: Future<unknown>): boolean {
  if (!hasFailed(future)) return false;
  future.exception();
  return true;
}

function distinct<F extends Future<unknown>>(futures: Iterable<F>): Set<F> {
  if (futures instanceof Future || !(Symbol.iterator in Object(futures))) {
    throw new TypeError(`wait() takes an iterable of futures, got ${repr(futures)}`);
  }
  const set = new Set(futures);
  if (set.size === 0) {
    throw new ValueError('Set of Tasks/Futures is empty: wait() would have nothing to wait for');
  }
  for (const each of set) {
    if (each instanceof Future) continue;
    throw new TypeError(
      `Passing coroutines is forbidden, use tasks explicitly: wait() got ${repr(each)}; give ` +
        'loop.createTask(…) of it, which is what the result will hold',
    );
  }
  return set;
}

function checkReturnWhen(returnWhen: ReturnWhen): ReturnWhen {
  switch (returnWhen) {
    case FIRST_COMPLETED:
    case FIRST_EXCEPTION:
    case ALL_COMPLETED:
      return returnWhen;
    default:
      throw new ValueError(
        `Invalid returnWhen value: ${repr(returnWhen)}; use FIRST_COMPLETED, FIRST_EXCEPTION or ` +
          'ALL_COMPLETED',
      );
  }
}
