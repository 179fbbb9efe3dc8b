/**
 * The one place from which the algorithms over shared memory take their atomics.
 *
 * `task-ring.ts`, `inbox.ts`, `slots.ts` and `parking.ts` import these names and nothing else that
 * touches memory, so that the model tests can put a scheduler in their place and run every
 * interleaving (the way tokio keeps its atomics behind `loom`). All of them are sequentially
 * consistent, as ECMAScript's are; the proofs in the headers rest on that.
 */

/** Reads one word. */
export const load: (words: Int32Array, at: number) => number = Atomics.load;

/** Writes one word. */
export const store: (words: Int32Array, at: number, value: number) => number = Atomics.store;

/**
 * Writes one word that nobody else reads or writes meanwhile; others see it after what this thread does by
 * an atomic next, such as freeing a mutex. A fifth of the price of `store`.
 */
export const write = (words: Int32Array, at: number, value: number): void => {
  words[at] = value;
};

/** Writes one word and returns what it held before. */
export const exchange: (words: Int32Array, at: number, value: number) => number = Atomics.exchange;

/** Writes `to` if the word holds `from`; returns what it held before, so success is `=== from`. */
export const compareExchange: (words: Int32Array, at: number, from: number, to: number) => number =
  Atomics.compareExchange;

/** Adds to one word and returns what it held before. */
export const add: (words: Int32Array, at: number, value: number) => number = Atomics.add;

/** Sets bits of one word and returns what it held before. */
export const or: (words: Int32Array, at: number, value: number) => number = Atomics.or;

/** Clears bits of one word (those that `mask` lacks) and returns what it held before. */
export const and: (words: Int32Array, at: number, mask: number) => number = Atomics.and;

/** Sleeps while the word holds `value`, at most `timeoutMs`. Blocks the thread. */
export const wait: (
  words: Int32Array,
  at: number,
  value: number,
  timeoutMs: number,
) => 'ok' | 'not-equal' | 'timed-out' = Atomics.wait;

/** Wakes every thread that sleeps on the word; returns how many. */
export const notifyAll = (words: Int32Array, at: number): number => Atomics.notify(words, at);

/** What `waitAsync` answers: a promise, or at once that the word does not hold the value. */
export type AsyncWait =
  | { readonly async: false; readonly value: 'not-equal' | 'timed-out' }
  | { readonly async: true; readonly value: Promise<'ok' | 'timed-out'> };

/** Waits without blocking; the promise does not keep the process alive. */
export const waitAsync: (words: Int32Array, at: number, value: number) => AsyncWait = (
  words,
  at,
  value,
) => Atomics.waitAsync(words, at, value);
