/**
 * A lock in shared memory that threads take, and that outlives them.
 *
 * A thread that comes while the lock is free takes it, though others wait: to hand it to one that
 * sleeps would leave it idle until that one has woken up, each time. So that nobody waits for ever, a
 * thread that has waited for a while says that it is the next (`claimNext`), and then nobody else takes
 * it. Go's mutex does it the same way.
 *
 * ```
 *   holder   0 │ ident ── release ──▶ 0, and the next is rung, or somebody who waits
 *   next     0 │ ident of a thread that has waited too long
 * ```
 *
 * Invariants (model test: test/model/lock-word.test.ts)
 *  1. Holder changes from 0 or from a dead thread to the taker, by compare-and-exchange: two never hold
 *     it. Who takes it from a dead thread hears of it, since what it guards may be half-done.
 *  2. It is never free while threads sleep that want it, but for the moment until one has woken up. Who
 *     says that it is the next looks once more after that, and who releases the lock looks for a next
 *     after that: one of them sees the other. Who is the next and gives up rings somebody else.
 *  3. A next that is dead is nobody.
 */
import { compareExchange, exchange, load } from './atomics.ts';
import { entryOf, ring } from './thread-table.ts';
import { WAITING_WORDS, WaitingThreads } from './waiting-threads.ts';

const FIELD = { holder: 0, next: 1, waiting: 2 } as const;

/** How many words it takes. */
export const LOCK_WORDS: number = FIELD.waiting + WAITING_WORDS;

/** What came of an attempt; `abandoned`: it was taken from a thread that has died with it. */
export const Taken = { no: 0, yes: 1, abandoned: 2 } as const;

export class LockWord {
  readonly waiting: WaitingThreads;
  readonly #process: Int32Array;
  readonly #words: Int32Array;
  readonly #at: number;

  /**
   * @param process - process memory
   * @param words - where the lock is, from the word `at` on; zeros are a lock that is free
   */
  constructor(process: Int32Array, words: Int32Array, at: number) {
    this.#process = process;
    this.#words = words;
    this.#at = at;
    this.waiting = new WaitingThreads(process, words, at + FIELD.waiting);
  }

  /** Ident of the thread that holds it; 0 = it is free, or its holder is dead. */
  get holder(): number {
    const holder = load(this.#words, this.#at + FIELD.holder);
    return this.#isDead(holder) ? 0 : holder;
  }

  /** Takes the lock for the thread `ident` if it may have it; says so by a `Taken`. */
  take(ident: number): number {
    const next = load(this.#words, this.#at + FIELD.next);
    if (next !== ident && !this.#isDead(next)) return Taken.no;
    const holder = load(this.#words, this.#at + FIELD.holder);
    if (!this.#isDead(holder)) return Taken.no;
    if (compareExchange(this.#words, this.#at + FIELD.holder, holder, ident) !== holder)
      return Taken.no;
    if (next !== 0) compareExchange(this.#words, this.#at + FIELD.next, next, 0);
    return holder === 0 ? Taken.yes : Taken.abandoned;
  }

  /** Says that this thread is the next, if nobody else is. Try to take the lock after this. */
  claimNext(ident: number): void {
    const at = this.#at + FIELD.next;
    const next = load(this.#words, at);
    if (this.#isDead(next)) compareExchange(this.#words, at, next, ident);
  }

  /** This thread does not want the lock any more: somebody else may. */
  passOn(ident: number): void {
    compareExchange(this.#words, this.#at + FIELD.next, ident, 0);
    if (this.holder === 0) this.#ringNext();
  }

  /** Frees the lock, whoever holds it; false when nobody does. */
  release(): boolean {
    if (exchange(this.#words, this.#at + FIELD.holder, 0) === 0) return false;
    this.#ringNext();
    return true;
  }

  #ringNext(): void {
    const next = load(this.#words, this.#at + FIELD.next);
    const entry = next === 0 ? -1 : entryOf(this.#process, next);
    if (entry >= 0) ring(this.#process, entry);
    else this.waiting.ringNext();
  }

  /** Whether that is nobody who lives. */
  #isDead(ident: number): boolean {
    return ident === 0 || entryOf(this.#process, ident) < 0;
  }
}
