/**
 * A lock in shared memory for some microseconds, behind which a thing of several words is changed. Who
 * finds it taken spins, and then sleeps on the word itself; no loop turns meanwhile.
 *
 * ```
 *   word   0 free │ ident of the holder │ −ident: somebody may sleep on it
 * ```
 *
 * Invariants (model test: test/model/mutex.test.ts)
 *  1. The word changes to an ident by compare-and-exchange from 0 or from the ident of a dead thread: two
 *     never hold it.
 *  2. Whoever sleeps has seen the word negative, and it is negative until it is freed, and all are woken.
 *  3. The holder may die at any step: sleepers wake by themselves after a slice, find out, and take the
 *     word over. What is guarded must be whole at every step (`twin-state.ts`).
 */
import { compareExchange, exchange, load, notifyAll, wait } from './atomics.ts';
import { entryOf } from './thread-table.ts';

/** How often to try before going to sleep: a microsecond or two. */
const SPINS = 100;

/** After so many milliseconds a sleeper looks whether the holder lives. */
const SLICE_MS = 20;

/**
 * Takes it. Blocks until it is free; the thread must not hold it.
 *
 * @param process - process memory
 * @param ident - of this thread
 */
export function lockMutex(process: Int32Array, words: Int32Array, at: number, ident: number): void {
  for (let spin = 0; spin < SPINS; spin++) {
    if (compareExchange(words, at, 0, ident) === 0) return;
  }
  for (;;) {
    const seen = load(words, at);
    if (seen === 0) {
      if (compareExchange(words, at, 0, ident) === 0) return;
    } else if (entryOf(process, Math.abs(seen)) < 0) {
      if (compareExchange(words, at, seen, -ident) === seen) return; // others may sleep on
    } else if (seen < 0 || compareExchange(words, at, seen, -seen) === seen) {
      wait(words, at, -Math.abs(seen), SLICE_MS);
    }
  }
}

/** Frees it. Its holder only. */
export function unlockMutex(words: Int32Array, at: number): void {
  if (exchange(words, at, 0) < 0) notifyAll(words, at);
}
