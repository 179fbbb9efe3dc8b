/**
 * Who tells whom that a pool has work. The submitter wakes one sleeping worker, if one sleeps. A
 * worker that begins to work while there is more in the ring does the same for the next, so that a
 * burst wakes as many as it needs and a single task wakes one. When nobody is idle and the pool may
 * have more workers, the keeper is asked to look; once, until it has looked.
 *
 * `idle` in the pool's header counts workers from when they run out of work until they find some,
 * `asleep` those of them that have announced sleep. Both may be too high after a worker has died,
 * which costs a look at the thread table, but they are never too low, and who counts itself among
 * them looks into the ring once more before it sleeps: so a task is never left with a sleeping pool.
 */
import { load, store } from '../shared/atomics.ts';
import { HEADER, POOL, THREAD, threadAt } from '../shared/layout.ts';
import { unpark } from '../shared/parking.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { usedEntries, wakeThread } from '../shared/thread-table.ts';

/** Sees to it that somebody takes what is in the pool's ring. Any thread. */
export function wakeWorker(memory: ProcessMemory, pool: PoolMemory): void {
  const { words } = memory;
  if (load(words, pool.at + POOL.asleep) > 0 && wakeOne(words, pool.index)) return;
  if (load(words, pool.at + POOL.idle) > 0) return; // awake, and looking into the ring
  if (load(words, pool.at + POOL.wanted) === 1) return;
  if (load(words, pool.at + POOL.workers) >= load(words, pool.at + POOL.maxWorkers)) return;
  store(words, pool.at + POOL.wanted, 1);
  wakeThread(words, load(words, HEADER.keeper) - 1);
}

function wakeOne(words: Int32Array, pool: number): boolean {
  const entries = usedEntries(words);
  for (let entry = 0; entry < entries; entry++) {
    const at = threadAt(entry);
    if (load(words, at + THREAD.pool) !== pool + 1) continue;
    if (unpark(words, at + THREAD.parker)) return true;
  }
  return false;
}
