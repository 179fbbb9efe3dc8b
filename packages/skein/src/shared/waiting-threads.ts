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
 *   3  sleep, unless rung                    c  mark a place as rung, say so to its thread, wake that
 *   4  take the marks away, and back to 2
 *
 *   place    ident of the thread │ it was rung │ it is sure
 * ```
 *
 * Not every thread that is rung looks at once. One that Node turns may seem to sleep while a callback computes;
 * one that is blocked by something else cannot run the task that waits here; a loop may have been stopped. A
 * place is *sure* only while its thread sleeps in the very call that waits here: then it looks when it is woken,
 * before all else. `ringNext` goes on until it has woken a thread whose place is sure. All others that it meets
 * are rung as well, and look when they can.
 *
 * There are fewer places than there can be threads. Who finds none says that it is crowded, and then
 * everybody is rung.
 *
 * Invariants (model test: test/model/waiting-threads.test.ts)
 *  1. No change goes unseen: either `1` comes before `b`, and the waiter is rung, or `a` comes before
 *     `2`, and it sees the change. With `crowded` in the place of the place it is the same.
 *  2. A place becomes sure when its thread has announced its sleep (`parking.ts`) and has looked for the last
 *     time; it ceases to be when the thread is awake. So who finds a place sure after it has woken the thread has
 *     woken it from that sleep. The thread looks then, and if it gives up it rings the next.
 *  3. A thread that dies with a place, or between `a` and `c`, or after it was rung: the keeper wakes
 *     everybody, and all look (`Mailbox.onRing`). Its place is known by the ident to be nobody's, since
 *     no ident is used twice, and is used again.
 */
import { and, compareExchange, exchange, load, or, store } from './atomics.ts';
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

/** Bits of a place; the ident is above them. */
const SURE = 1;
const RUNG = 2;
const IDENT = 4;

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
   * @param words - where the places are, from the word `at` on; zeros are places that are free
   */
  constructor(process: Int32Array, words: Int32Array, at: number) {
    this.#process = process;
    this.#words = words;
    this.#at = at;
  }

  /**
   * Takes a place. Look whether there is something to wait for after this.
   *
   * @returns the place, or `CROWDED`: then come again after each look
   */
  enter(ident: number): number {
    for (let place = 0; place < PLACES; place++) {
      const at = this.#placeAt(place);
      const seen = load(this.#words, at);
      if (seen !== 0 && this.#entryIn(seen) >= 0) continue;
      if (compareExchange(this.#words, at, seen, ident * IDENT) !== seen) continue;
      raise(this.#words, this.#at + FIELD.used, place + 1);
      return place;
    }
    store(this.#words, this.#at + FIELD.crowded, 1);
    return CROWDED;
  }

  /** Gives the place back. */
  leave(place: number): void {
    if (place !== CROWDED) store(this.#words, this.#placeAt(place), 0);
  }

  /** This thread sleeps here, and looks first when it is woken; or it is awake. */
  setSure(place: number, isSure: boolean): void {
    if (place === CROWDED) return;
    if (isSure) or(this.#words, this.#placeAt(place), SURE);
    else and(this.#words, this.#placeAt(place), ~SURE);
  }

  /** Whether this place was rung since it was asked the last time. Who has none may have been. */
  wasRung(place: number): boolean {
    if (place === CROWDED) return true;
    const at = this.#placeAt(place);
    return (load(this.#words, at) & RUNG) !== 0 && (and(this.#words, at, ~RUNG) & RUNG) !== 0;
  }

  /** Rings threads until one looks now. The first is the one behind whom this has ended the last time. */
  ringNext(): void {
    const used = load(this.#words, this.#at + FIELD.used);
    if (used === 0 || this.#ringCrowd()) return;
    const first = load(this.#words, this.#at + FIELD.cursor);
    for (let nth = 0; nth < used; nth++) {
      const place = (first + nth) % used;
      if (!this.#ring(place)) continue;
      store(this.#words, this.#at + FIELD.cursor, place + 1);
      return;
    }
  }

  /** Rings this thread, if it waits here; says whether it looks now. */
  ringThread(ident: number): boolean {
    const used = load(this.#words, this.#at + FIELD.used);
    for (let place = 0; place < used; place++) {
      if (load(this.#words, this.#placeAt(place)) >>> 2 === ident) return this.#ring(place);
    }
    return false;
  }

  /** Rings all of them. */
  ringAll(): void {
    const used = load(this.#words, this.#at + FIELD.used);
    if (used === 0 || this.#ringCrowd()) return;
    for (let place = 0; place < used; place++) this.#ring(place);
  }

  /** How many threads wait, but for those who have found no place. */
  get count(): number {
    const used = load(this.#words, this.#at + FIELD.used);
    let count = 0;
    for (let place = 0; place < used; place++) {
      const seen = load(this.#words, this.#placeAt(place));
      if (seen !== 0 && this.#entryIn(seen) >= 0) count++;
    }
    return count;
  }

  /** Rings whoever has the place; says whether that one was woken, and looks now. */
  #ring(place: number): boolean {
    const at = this.#placeAt(place);
    for (;;) {
      const seen = load(this.#words, at);
      if (seen === 0) return false;
      const entry = this.#entryIn(seen);
      const marked = entry < 0 ? 0 : seen | RUNG;
      if (marked !== seen && compareExchange(this.#words, at, seen, marked) !== seen) continue;
      return entry >= 0 && ring(this.#process, entry) && this.#isSure(at, seen >>> 2);
    }
  }

  /** When it is crowded, nobody knows who waits. */
  #ringCrowd(): boolean {
    if (load(this.#words, this.#at + FIELD.crowded) === 0) return false;
    if (exchange(this.#words, this.#at + FIELD.crowded, 0) === 0) return false;
    for (let place = 0; place < PLACES; place++) this.#ring(place);
    for (let entry = 0; entry < usedEntries(this.#process); entry++) {
      const status = load(this.#process, threadAt(entry) + THREAD.status);
      if (status !== ThreadStatus.free) ring(this.#process, entry);
    }
    return true;
  }

  #isSure(at: number, ident: number): boolean {
    const place = load(this.#words, at);
    return place >>> 2 === ident && (place & SURE) !== 0;
  }

  #placeAt(place: number): number {
    return this.#at + FIELD.places + place;
  }

  /** Entry of the thread whose place that is, or -1 when it is dead. */
  #entryIn(place: number): number {
    return entryOf(this.#process, place >>> 2);
  }
}
