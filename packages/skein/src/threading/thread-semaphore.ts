import { ValueError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { thisThread } from '../crossing/this-thread.ts';
import { add, compareExchange, load } from '../shared/atomics.ts';
import { acquired } from '../sync/holder.ts';
import { WAITING_WORDS, WaitingThreads } from '../shared/waiting-threads.ts';
import { memoryOf, over } from './handed-memory.ts';
import { type Awaited, keyOf } from './thread-line.ts';
import { type Attempt, doNow, ThreadOperation, waitHere } from './thread-operation.ts';

/** Invariant: `permits` is never below 0; it goes down by compare-and-exchange from what was seen. */
const FIELD = { ident: 0, permits: 1, waiting: 2 } as const;

const MOST_PERMITS = 0x3fff_ffff;

/** What can be seen of a semaphore from outside. */
export interface ThreadSemaphoreStatistics {
  /** How many permits are free. */
  readonly value: number;
  /** Whether `acquire()` would wait. */
  readonly locked: boolean;
  /** How many threads wait for a permit, however many of their tasks do. */
  readonly threadsWaiting: number;
}

/**
 * Lets a number of tasks and threads at a time into a part of the program. It can be given to any thread, as
 * an argument or a result.
 *
 *     using _ = semaphore.acquireSync();      // blocks the thread
 *     using _ = await semaphore.acquire();    // in an async function, on any loop or on none
 *     using _ = yield* semaphore.acquire();   // in a coroutine
 *
 * Nobody knows who holds a permit, and whoever likes may give one back or add more. So a permit is lost with
 * a thread that dies with it; a `ThreadLock` is not.
 *
 * Thread        any
 *
 * @see CPython Lib/threading.py, Semaphore
 */
export class ThreadSemaphore {
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #awaited: Awaited;

  /**
   * @param value - how many permits there are at first: a whole number from 0 to 2³⁰ − 1
   * @throws {ValueError} when it is something else
   */
  constructor(value: number = 1) {
    requirePermits(value, 0, 'Semaphore initial value must be >= 0');
    const { memory, words, isNew } = memoryOf(FIELD.waiting + WAITING_WORDS);
    if (isNew) words[FIELD.permits] = value;
    this.#memory = memory;
    this.#words = words;
    const waiting = new WaitingThreads(thisThread().memory.words, words, FIELD.waiting);
    this.#awaited = {
      key: keyOf(words[FIELD.ident] as number),
      waiting,
      isForAll: false,
      passOn: () => {
        if (!this.locked()) waiting.ringNext();
      },
      toString: () => this.toString(),
    };
  }

  /**
   * Takes a permit, and waits for one if it must.
   *
   * Suspends      only when there is none, or other tasks of this thread wait for one
   * Cancellation  ends the wait; no permit is held
   *
   * @returns what gives the permit back at the end of a `using` block
   */
  acquire(): Operation<Disposable> {
    return new ThreadOperation(this.#awaited, () => this.#attempt);
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   */
  acquireSync(timeoutMs: number = Infinity): Disposable {
    return waitHere(this.#awaited, this.#attempt, timeoutMs, 'acquireSync()');
  }

  /** Takes a permit if there is one, else returns null. Does not wait. */
  tryAcquire(): Disposable | null {
    return doNow(this.#attempt)?.value ?? null;
  }

  /**
   * Gives permits back, or adds some.
   *
   * @param n - how many, ≥ 1
   * @throws {ValueError} when it is something else, or there would be 2³⁰ and more
   */
  release(n: number = 1): void {
    requirePermits(n, 1, 'n must be one or more');
    if (add(this.#words, FIELD.permits, n) + n > MOST_PERMITS) {
      add(this.#words, FIELD.permits, -n);
      throw new ValueError(`Semaphore released too many times: it has ${MOST_PERMITS} permits`);
    }
    const { waiting } = this.#awaited;
    if (n === 1) waiting.ringNext();
    else waiting.ringAll();
  }

  /** Whether `acquire()` would wait. */
  locked(): boolean {
    return load(this.#words, FIELD.permits) <= 0;
  }

  statistics(): ThreadSemaphoreStatistics {
    const value = Math.max(0, load(this.#words, FIELD.permits));
    return { value, locked: value === 0, threadsWaiting: this.#awaited.waiting.count };
  }

  toString(): string {
    const { value, locked, threadsWaiting } = this.statistics();
    const waiting = threadsWaiting === 0 ? '' : ` waiting=${threadsWaiting}`;
    return `<ThreadSemaphore ${locked ? 'locked' : `unlocked value=${value}`}${waiting}>`;
  }

  /** @internal */
  static memoryOf(semaphore: ThreadSemaphore): SharedArrayBuffer {
    return semaphore.#memory;
  }

  readonly #attempt: Attempt<Disposable> = {
    try: () => {
      for (;;) {
        const permits = load(this.#words, FIELD.permits);
        if (permits <= 0) return null;
        if (compareExchange(this.#words, FIELD.permits, permits, permits - 1) === permits)
          return acquired(this);
      }
    },
  };
}

function requirePermits(n: number, least: number, message: string): void {
  if (Number.isInteger(n) && n >= least && n <= MOST_PERMITS) return;
  throw new ValueError(`${message}, got ${repr(n)}; permits are counted in whole numbers`);
}

shareClass(
  ThreadSemaphore,
  'skein.thread-semaphore',
  (semaphore) => ThreadSemaphore.memoryOf(semaphore),
  (memory: SharedArrayBuffer) => over(memory, () => new ThreadSemaphore()),
);
