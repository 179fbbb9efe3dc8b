/**
 * Some words that change together, in one step, though the thread that changes them may die between any
 * two.
 *
 * There are two copies, and a count of changes says which one counts: the first when it is even, else
 * the second. A change is written into the other copy, and the count goes up by one: that is the step.
 * Only one thread at a time may read or change it (`mutex.ts`).
 *
 * ```
 *   count │ copy 0: a b c … │ copy 1: a' b' c' …
 * ```
 *
 * Invariant (model test: test/model/mutex.test.ts)
 *  1. The copy that counts is never written to. So whoever comes after a thread that has died in between
 *     finds what was there before it began, or all of what it wrote.
 */
import { load, store, write } from './atomics.ts';

export class TwinState {
  /** What was read last, and what will be written. */
  readonly now: Int32Array;
  readonly #words: Int32Array;
  readonly #at: number;

  /**
   * @param at - the first of its words: one, and two for each that changes; zeros are a state of zeros
   * @param size - how many change together
   */
  constructor(words: Int32Array, at: number, size: number) {
    this.#words = words;
    this.#at = at;
    this.now = new Int32Array(size);
  }

  /** Brings `now` up to what counts, and gives that. */
  read(): Int32Array {
    const { now } = this;
    const at = this.#copy(load(this.#words, this.#at));
    for (let i = 0; i < now.length; i++) now[i] = load(this.#words, at + i);
    return now;
  }

  /** From now on `now` counts. */
  write(): void {
    const { now } = this;
    const changes = load(this.#words, this.#at);
    const at = this.#copy(changes + 1);
    for (let i = 0; i < now.length; i++) write(this.#words, at + i, now[i] as number);
    store(this.#words, this.#at, (changes + 1) | 0);
  }

  #copy(changes: number): number {
    return this.#at + 1 + (changes & 1) * this.now.length;
  }
}
