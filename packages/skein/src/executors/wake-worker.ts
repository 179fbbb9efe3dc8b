/**
 * Who tells whom that a pool has work.
 *
 * A submitter wakes one worker that sleeps, unless one is awake and looking for work already. A
 * worker that finds work while there is more in the ring does the same for the next one. So a burst
 * wakes as many workers as it takes, one after the other, a single task wakes one, and a wake-up,
 * which costs more than a small task, is not paid per task. When nobody is idle and the pool may
 * have more workers, the keeper is asked to look; once, until it has looked.
 *
 * Who is idle and who sleeps stands in the pool's header, a bit for each entry of the thread table.
 *
 * Invariants
 *  1. A worker sets its bits itself, `idle` before it looks into the ring for the last time but
 *     one, `asleep` before the last time, and clears them when it has found work. Both are there
 *     before it sleeps; so whoever pushes either sees them, or is seen by that last look.
 *  2. A bit says nothing about whether the worker lives; the keeper clears the bits of the dead.
 *     Setting and clearing bits may be repeated, so a death between any two steps can be repaired
 *     exactly, which it could not with counters.
 */
import { and, load, or, store } from '../shared/atomics.ts';
import { HEADER, POOL, THREAD, threadAt } from '../shared/layout.ts';
import { unpark } from '../shared/parking.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { usedEntries, wakeThread } from '../shared/thread-table.ts';

/** Notes that a worker is idle (or, with `POOL.asleep`, about to sleep). Worker's own thread. */
export function mark(words: Int32Array, pool: PoolMemory, field: number, entry: number): void {
  or(words, pool.at + field + (entry >>> 5), 1 << (entry & 31));
}

/** Takes the note back. */
export function unmark(words: Int32Array, pool: PoolMemory, field: number, entry: number): void {
  and(words, pool.at + field + (entry >>> 5), ~(1 << (entry & 31)));
}

/** Sees to it that somebody takes what is in the pool's ring. Any thread. */
export function wakeWorker({ words }: ProcessMemory, pool: PoolMemory): void {
  const end = (usedEntries(words) + 31) >>> 5;
  for (let word = 0; word < end; word++) {
    const asleep = load(words, pool.at + POOL.asleep + word);
    const idle = load(words, pool.at + POOL.idle + word);
    if ((idle & ~asleep) !== 0) return; // somebody is looking into the ring
    if (asleep !== 0 && wakeOneOf(words, asleep, word)) return;
  }
  if (load(words, pool.at + POOL.wanted) === 1) return;
  if (load(words, pool.at + POOL.workers) >= load(words, pool.at + POOL.maxWorkers)) return;
  store(words, pool.at + POOL.wanted, 1);
  wakeThread(words, load(words, HEADER.keeper) - 1);
}

function wakeOneOf(words: Int32Array, asleep: number, word: number): boolean {
  for (let bits = asleep; bits !== 0; bits &= bits - 1) {
    const entry = word * 32 + 31 - Math.clz32(bits & -bits);
    if (unpark(words, threadAt(entry) + THREAD.parker)) return true;
  }
  return false;
}
