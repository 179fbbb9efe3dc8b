/**
 * Workers that take no job any more: that are one too many, or are to be replaced.
 *
 * Who is one too many goes at once, although its tasks that are under way may take long. So it is noted that
 * it does not count any more (`POOL.retired`), and neither has anybody to wait until it is gone, nor does
 * another one go in its place. Two that find out at the same time that there is one too many would both go;
 * hence one at a time finds out, by a word that names it.
 *
 * Invariants (model test: test/model/retire.test.ts)
 *  1. Of workers that ask whether there are more than `most`, so many retire that `most` are left, and no
 *     more. Who is noted by another word than this (its heap is too large) is replaced by the keeper.
 *  2. A thread that dies with the word in its hands holds up nobody for long: the keeper takes it away.
 *  3. `workers` goes down before the note of a dead worker goes, so there never seem to be more that take
 *     jobs than there are.
 */
import { compareExchange, store } from './atomics.ts';
import { POOL } from './layout.ts';
import type { PoolMemory } from './pool-table.ts';
import { askKeeper, mark, unmark } from './wake-worker.ts';

/**
 * Retires the worker if the pool has more than it shall. Worker's own thread.
 *
 * @param most - how many there shall be at this moment
 */
export function retireIfTooMany(
  words: Int32Array,
  pool: PoolMemory,
  entry: number,
  most: () => number,
): boolean {
  if (pool.active <= most()) return false;
  const leaving = pool.at + POOL.leaving;
  // Another one finds out just now: the keeper, whom it then asks, has all look again.
  if (compareExchange(words, leaving, 0, entry + 1) !== 0) return false;
  const isOneTooMany = pool.active > most();
  if (isOneTooMany) mark(words, pool, POOL.retired, entry);
  store(words, leaving, 0);
  askKeeper(words, pool);
  return isOneTooMany;
}

/** Notes that the worker takes no job any more, and has the keeper see to it. Worker's own thread. */
export function retire(words: Int32Array, pool: PoolMemory, entry: number): void {
  mark(words, pool, POOL.retired, entry);
  unmark(words, pool, POOL.idle, entry);
  askKeeper(words, pool);
}

/** It goes on after all. */
export function unretire(words: Int32Array, pool: PoolMemory, entry: number): void {
  unmark(words, pool, POOL.retired, entry);
}
