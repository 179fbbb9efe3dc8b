/**
 * The threads that wait until others change something in shared memory: a lock that is taken, a queue
 * that is empty.
 *
 * A thread that waits takes a place here, however many of its tasks wait. Who changes something then
 * rings one thread, or all, and each looks for itself whether it can go on.
 *
 * ```
 *   waiter                                   changer
 *   1  take a place                          a  change it
 *   2  look; can go on? leave the place      b  read the places
 *   3  sleep, unless rung                    c  rung := 1 for a thread, wake it
 *   4  rung := 0, and back to 2
 * ```
 *
 * A place holds the ident of a thread; negative, when Node turns the thread's loop. Such a one may be
 * rung while a callback computes, and then nobody knows when it will look. So `ringNext` goes on until
 * it has woken one that is sure to look now. Those who are awake are rung as well, and look before they
 * sleep.
 *
 * There are fewer places than there can be threads. Who finds none says that it is crowded, and then
 * everybody is rung.
 *
 * Invariants (model test: test/model/waiting-threads.test.ts)
 *  1. No change goes unseen: either `1` comes before `b`, and the waiter is rung, or `a` comes before
 *     `2`, and it sees the change. With `crowded` in the place of the place it is the same.
 *  2. Who is rung and does not use it (it gave up meanwhile) rings the next.
 *  3. A thread that dies with a place, or between `a` and `c`, or after it was rung: the keeper wakes
 *     everybody, and all look (`Mailbox.onRing`). Its place is known by the ident to be nobody's, since
 *     no ident is used twice, and is used again.
 */
import { compareExchange, exchange, load, store } from './atomics.ts';
import { THREAD, threadAt, ThreadStatus } from './layout.ts';
import { entryOf, raise, ring, usedEntries } from './thread-table.ts';

const PLACES = 64;

const FIELD = {
  /** The place at which the next search begins. */
  cursor: 0,
  /** 1 = threads wait that have found no place. */
  crowded: 1,
  /** Places from here on have never been taken. */
  used: 2,
  places: 3,
} as const;

/** How many words it takes. */
export const WAITING_WORDS: number = FIELD.places + PLACES;

/** No place was free. */
export const CROWDED = -1;

export class WaitingThreads {
  readonly #process: Int32Array;
  readonly #words: Int32Array;
  readonly #at: number;

  /**
   * @param process - process memory
   * @param words - where the places are, from the word `at` on
   */
  constructor(process: Int32Array, words: Int32Array, at: number) {
    this.#process = process;
    this.#words = words;
    this.#at = at;
  }

  /**
   * Takes a place. Look whether there is something to wait for after this.
   *
   * @param isTurning - Node turns this thread's loop while it waits
   * @returns the place, or `CROWDED`: then come again after each look
   */
  enter(ident: number, isTurning: boolean): number {
    const who = isTurning ? -ident : ident;
    for (let place = 0; place < PLACES; place++) {
      const at = this.#at + FIELD.places + place;
      const seen = load(this.#words, at);
      if (seen !== 0 && entryOf(this.#process, Math.abs(seen)) >= 0) continue;
      if (compareExchange(this.#words, at, seen, who) !== seen) continue;
      raise(this.#words, this.#at + FIELD.used, place + 1);
      return place;
    }
    store(this.#words, this.#at + FIELD.crowded, 1);
    return CROWDED;
  }

  /** Gives the place back. */
  leave(place: number): void {
    if (place !== CROWDED) store(this.#words, this.#at + FIELD.places + place, 0);
  }

  /**
   * Rings threads until one looks now. The first is the one behind whom this has ended the last time.
   *
   * @returns false when none was woken, so that all who wait have been rung
   */
  ringNext(): boolean {
    const used = load(this.#words, this.#at + FIELD.used);
    if (used === 0 || this.#ringCrowd()) return false;
    const first = load(this.#words, this.#at + FIELD.cursor);
    for (let nth = 0; nth < used; nth++) {
      const place = (first + nth) % used;
      if (!this.#ring(place)) continue;
      store(this.#words, this.#at + FIELD.cursor, place + 1);
      return true;
    }
    return false;
  }

  /** Rings all of them. */
  ringAll(): void {
    const used = load(this.#words, this.#at + FIELD.used);
    if (used === 0 || this.#ringCrowd()) return;
    for (let place = 0; place < used; place++) this.#ring(place);
  }

  /** Rings whoever has the place; says whether that one was woken, and looks now. */
  #ring(place: number): boolean {
    const at = this.#at + FIELD.places + place;
    const who = load(this.#words, at);
    if (who === 0) return false;
    const entry = entryOf(this.#process, Math.abs(who));
    if (entry >= 0) return ring(this.#process, entry) && who > 0;
    compareExchange(this.#words, at, who, 0);
    return false;
  }

  /** When it is crowded, nobody knows who waits. */
  #ringCrowd(): boolean {
    if (load(this.#words, this.#at + FIELD.crowded) === 0) return false;
    if (exchange(this.#words, this.#at + FIELD.crowded, 0) === 0) return false;
    for (let entry = 0; entry < usedEntries(this.#process); entry++) {
      const status = load(this.#process, threadAt(entry) + THREAD.status);
      if (status !== ThreadStatus.free) ring(this.#process, entry);
    }
    return true;
  }
}
