/**
 * A lock in shared memory that threads take, and that outlives them.
 *
 * A thread that comes while the lock is free takes it, though others wait: to hand it to one that
 * sleeps would leave it idle until that one has woken up, each time. So that nobody waits for ever, a
 * thread that has waited for a while says that it is the next (`claimNext`), and then others leave the lock
 * to it when it gets free. (Go's mutex does it so, too.) But not for long: that thread may compute, or
 * be blocked by something else. After `GRACE_MS` the lock is anybody's again.
 *
 * ```
 *   holder    0 │ ident ── release ──▶ 0, and the next is rung, or somebody who waits
 *   next      0 │ ident of a thread that has waited too long
 *   kept      a Moment: until then a lock that is free is left to the next
 * ```
 *
 * Invariants (model test: test/model/lock-word.test.ts)
 *  1. Holder changes from 0 or from a dead thread to the taker, by compare-and-exchange: two never hold
 *     it. Who takes it from a dead thread hears of it, since what it guards may be half-done.
 *  2. It is not free for longer than `GRACE_MS`, and the moment until one has woken up, while threads that
 *     can take it sleep. Who says that it is the next looks once more after that, and who releases the
 *     lock looks for a next after that: one of them sees the other. Who finds it free and kept for another
 *     comes again without being rung.
 *  3. A next that is dead is nobody.
 */
import { compareExchange, load, store } from './atomics.ts';
import { momentOf, until } from './layout.ts';
import { entryOf } from './thread-table.ts';
import { WAITING_WORDS, WaitingThreads } from './waiting-threads.ts';

const FIELD = { holder: 0, next: 1, kept: 2, waiting: 3 } as const;

/** How many words it takes. */
export const LOCK_WORDS: number = FIELD.waiting + WAITING_WORDS;

/** For so many milliseconds a lock that is free is left to the next. */
export const GRACE_MS = 4;

/**
 * What came of an attempt; `abandoned`: it was taken from a thread that has died with it; `soon`: it is free, and
 * left to another one for a while.
 */
export const Taken = { no: 0, soon: 1, yes: 2, abandoned: 3 } as const;

export class LockWord {
  readonly waiting: WaitingThreads;
  readonly #process: Int32Array;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #now: () => number;

  /**
   * @param process - process memory
   * @param words - where the lock is, from the word `at` on; zeros are a lock that is free
   * @param now - milliseconds of the clock that all threads have in common
   */
  constructor(process: Int32Array, words: Int32Array, at: number, now: () => number) {
    this.#process = process;
    this.#words = words;
    this.#at = at;
    this.#now = now;
    this.waiting = new WaitingThreads(process, words, at + FIELD.waiting);
  }

  /** Ident of the thread that holds it; 0 = it is free, or its holder is dead. */
  get holder(): number {
    const holder = load(this.#words, this.#at + FIELD.holder);
    return this.#isNobody(holder) ? 0 : holder;
  }

  /** Takes the lock for the thread `ident` if it may have it; says so by a `Taken`. */
  take(ident: number): number {
    const next = load(this.#words, this.#at + FIELD.next);
    const holder = load(this.#words, this.#at + FIELD.holder);
    if (!this.#isNobody(holder)) return Taken.no;
    if (next !== ident && !this.#isNobody(next) && this.#isKept()) return Taken.soon;
    if (compareExchange(this.#words, this.#at + FIELD.holder, holder, ident) !== holder)
      return Taken.no;
    if (next !== 0) compareExchange(this.#words, this.#at + FIELD.next, next, 0);
    return holder === 0 ? Taken.yes : Taken.abandoned;
  }

  /** Says that this thread is the next, if nobody else is. Try to take the lock after this. */
  claimNext(ident: number): void {
    const at = this.#at + FIELD.next;
    const next = load(this.#words, at);
    if (this.#isNobody(next)) compareExchange(this.#words, at, next, ident);
  }

  /** This thread does not want the lock any more: somebody else may. */
  passOn(ident: number): void {
    compareExchange(this.#words, this.#at + FIELD.next, ident, 0);
    if (this.holder === 0) this.#ringNext();
  }

  /** Frees the lock, whoever holds it; false when nobody does who lives. */
  release(): boolean {
    if (this.holder === 0) return false;
    if (load(this.#words, this.#at + FIELD.next) !== 0)
      store(this.#words, this.#at + FIELD.kept, momentOf(this.#now() + GRACE_MS));
    store(this.#words, this.#at + FIELD.holder, 0);
    this.#ringNext();
    return true;
  }

  /** Whoever may not look now, there is another one who does. */
  #ringNext(): void {
    const next = load(this.#words, this.#at + FIELD.next);
    if (next === 0 || !this.waiting.ringThread(next)) this.waiting.ringNext();
  }

  /** Whether that is nobody who lives. */
  #isNobody(ident: number): boolean {
    return ident === 0 || entryOf(this.#process, ident) < 0;
  }

  /** Whether a lock that is free is left to the next now. */
  #isKept(): boolean {
    const kept = load(this.#words, this.#at + FIELD.kept);
    if (kept === 0) return false;
    const left = until(kept, momentOf(this.#now()));
    return left > 0 && left <= GRACE_MS + 1; // a moment of twelve days ago seems to come
  }
}
