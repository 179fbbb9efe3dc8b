/**
 * Some words that change together, in one step, though the thread that changes them may die between any
 * two.
 *
 * There are two copies, and a count of changes says which one counts: the first when it is even, else
 * the second. A change is written into the other copy, and the count goes up by one: that is the step.
 * Only one thread at a time may change it (`mutex.ts`).
 *
 * ```
 *   count │ copy 0: a b c … │ copy 1: a' b' c' …
 * ```
 *
 * Invariant (model test: test/model/mutex.test.ts)
 *  1. The copy that counts is never written to. So whoever comes after a thread that has died in between
 *     finds what was there before it began, or all of what it wrote.
 */
import { load, store } from './atomics.ts';

export class TwinState<Field extends string> {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #fields: readonly Field[];

  /** @param at - the first of its words: one, and two for each field; zeros are a state of zeros */
  constructor(words: Int32Array, at: number, fields: readonly Field[]) {
    this.#words = words;
    this.#at = at;
    this.#fields = fields;
  }

  /** How often it was changed. May be read without the mutex. */
  get changes(): number {
    return load(this.#words, this.#at);
  }

  /** What counts now; a copy. */
  read(): Record<Field, number> {
    const state: Partial<Record<Field, number>> = {};
    let at = this.#copy(this.changes);
    for (const field of this.#fields) state[field] = load(this.#words, at++);
    return state as Record<Field, number>;
  }

  /** From now on this counts. */
  write(state: Readonly<Record<Field, number>>): void {
    const changes = this.changes;
    let at = this.#copy(changes + 1);
    for (const field of this.#fields) store(this.#words, at++, state[field]);
    store(this.#words, this.#at, (changes + 1) | 0);
  }

  #copy(changes: number): number {
    return this.#at + 1 + (changes & 1) * this.#fields.length;
  }
}
