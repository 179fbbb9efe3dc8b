import type { Operation } from '../core/operation.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { thisThread } from '../crossing/this-thread.ts';
import { compareExchange, load } from '../shared/atomics.ts';
import { WAITING_WORDS, WaitingThreads } from '../shared/waiting-threads.ts';
import { memoryOf, over } from './handed-memory.ts';
import { type Awaited, keyOf } from './thread-line.ts';
import { type Attempt, ThreadOperation, waitHere } from './thread-operation.ts';

/*
 * The flag and how often it was set are one word, so that who waits passes also when the flag was set
 * and taken back before he could look.
 *
 *     word   number of times it was set │ 1 = it is set
 *
 * Invariant: the word changes by compare-and-exchange; when it goes from not set to set, the number goes
 * up by one. Who has seen it not set with a number passes when it is set, or the number is another.
 */
const FIELD = { ident: 0, state: 1, waiting: 2 } as const;
const SET = 1;

/** What can be seen of an event from outside. */
export interface ThreadEventStatistics {
  /** Whether `wait()` would go on at once. */
  readonly isSet: boolean;
  /** How many threads wait for it, however many of their tasks do. */
  readonly threadsWaiting: number;
}

/**
 * A flag that tasks and threads can wait for. It can be given to any thread, as an argument or a result.
 *
 *     event.waitSync();       // blocks the thread
 *     await event.wait();     // in an async function, on any loop or on none
 *     yield* event.wait();    // in a coroutine
 *
 * Thread        any
 *
 * @see CPython Lib/threading.py, Event
 */
export class ThreadEvent {
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #awaited: Awaited;

  constructor() {
    const { memory, words } = memoryOf(FIELD.waiting + WAITING_WORDS);
    this.#memory = memory;
    this.#words = words;
    this.#awaited = {
      key: keyOf(words[FIELD.ident] as number),
      waiting: new WaitingThreads(thisThread().memory.words, words, FIELD.waiting),
      isForAll: true,
      passOn: () => {},
      toString: () => this.toString(),
    };
  }

  isSet(): boolean {
    return (load(this.#words, FIELD.state) & SET) !== 0;
  }

  /** Sets the flag, and wakes everybody who waits now, even if `clear()` follows at once. */
  set(): void {
    for (;;) {
      const state = load(this.#words, FIELD.state);
      if ((state & SET) !== 0) return;
      if (compareExchange(this.#words, FIELD.state, state, (state + 2) | SET) === state) break;
    }
    this.#awaited.waiting.ringAll();
  }

  /** Takes the flag back: whoever comes now waits. */
  clear(): void {
    for (;;) {
      const state = load(this.#words, FIELD.state);
      if ((state & SET) === 0) return;
      if (compareExchange(this.#words, FIELD.state, state, state & ~SET) === state) return;
    }
  }

  /**
   * Waits until the flag is set.
   *
   * Suspends      only when it is not set
   * Cancellation  ends the wait
   */
  wait(): Operation<true> {
    return new ThreadOperation(this.#awaited, () => this.#attempt());
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   */
  waitSync(timeoutMs: number = Infinity): true {
    return waitHere(this.#awaited, this.#attempt(), timeoutMs, 'waitSync()');
  }

  statistics(): ThreadEventStatistics {
    return { isSet: this.isSet(), threadsWaiting: this.#awaited.waiting.count };
  }

  toString(): string {
    const { isSet, threadsWaiting } = this.statistics();
    const waiting = threadsWaiting === 0 ? '' : ` waiting=${threadsWaiting}`;
    return `<ThreadEvent ${isSet ? 'set' : 'unset'}${waiting}>`;
  }

  /** @internal */
  static memoryOf(event: ThreadEvent): SharedArrayBuffer {
    return event.#memory;
  }

  /** For one who begins to wait now. */
  #attempt(): Attempt<true> {
    const seen = load(this.#words, FIELD.state) & ~SET;
    return { try: () => (load(this.#words, FIELD.state) === seen ? null : { value: true }) };
  }
}

shareClass(
  ThreadEvent,
  'skein.thread-event',
  (event) => ThreadEvent.memoryOf(event),
  (memory: SharedArrayBuffer) => over(memory, () => new ThreadEvent()),
);
