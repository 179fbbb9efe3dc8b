/**
 * Who tells whom that a pool has work.
 *
 * A submitter wakes one worker that sleeps, unless one is awake and looking for work already. A
 * worker that finds work while there is more in the ring does the same for the next one. So a burst
 * wakes as many workers as it takes, one after the other, a single task wakes one, and a wake-up,
 * which costs more than a small task, is not paid per task. When nobody is idle and the pool may
 * have more workers, the keeper is asked to look; once, until it has looked.
 *
 * While the submitter is at work, and with it as many workers as there are other cores, the next
 * worker is not woken but put off: it would only take a core from those who get on with it. It is
 * woken when the submitter rests, and its core becomes free (`Mailbox.beforeRest`). If that computes
 * on instead, the keeper finds work that does not move, and wakes it.
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
 *  3. A worker that lets Node turn says so (`turning`), before it does: what Node does may take long.
 *     Nobody relies on such a worker alone; the keeper is asked to look as well.
 *  4. Whoever pushes and leaves it at `putOff` is seen by a look of the keeper: `putOff` is set before
 *     the keeper is asked, and the keeper takes both flags down before it looks at the queue. So
 *     nothing depends on the one who put it off. The keeper looks on while work moves and somebody
 *     sleeps, and wakes one when it does not move.
 */
import { and, load, or, store } from './atomics.ts';
import { HEADER, POOL, THREAD, threadAt } from './layout.ts';
import { unpark } from './parking.ts';
import type { PoolMemory } from './pool-table.ts';
import type { ProcessMemory } from './process-memory.ts';
import { type ThreadAddress, threadsUpIn, usedEntries, wakeThread } from './thread-table.ts';

/** Notes that a worker is idle (or, with `POOL.asleep`, about to sleep). Worker's own thread. */
export function mark(words: Int32Array, pool: PoolMemory, field: number, entry: number): void {
  or(words, pool.at + field + (entry >>> 5), 1 << (entry & 31));
}

/** Whether it is noted. Any thread. */
export function isMarked(
  words: Int32Array,
  pool: PoolMemory,
  field: number,
  entry: number,
): boolean {
  return (load(words, pool.at + field + (entry >>> 5)) & (1 << (entry & 31))) !== 0;
}

/** Takes the note back. */
export function unmark(words: Int32Array, pool: PoolMemory, field: number, entry: number): void {
  and(words, pool.at + field + (entry >>> 5), ~(1 << (entry & 31)));
}

/** Sees to it that somebody takes what is in the pool's ring. Any thread. */
export function wakeWorker(memory: ProcessMemory, pool: PoolMemory): void {
  wakeUnless(memory, pool, Infinity);
}

/**
 * The same, but puts it off while so many workers are awake: then returns false, and the caller comes
 * back with `wakePutOff` when it rests.
 */
export function wakeOrPutOff(memory: ProcessMemory, pool: PoolMemory, mostAwake: number): boolean {
  return isPutOff(memory, pool) || wakeUnless(memory, pool, mostAwake);
}

/** Wakes whom `wakeOrPutOff` has put off, if there is still work. */
export function wakePutOff(memory: ProcessMemory, pool: PoolMemory): void {
  store(memory.words, pool.at + POOL.putOff, 0);
  if (pool.queue.hasWork) wakeWorker(memory, pool);
}

/** Whether somebody will wake a worker when it rests, if that is still needed. */
export function isPutOff({ words }: ProcessMemory, pool: PoolMemory): boolean {
  return load(words, pool.at + POOL.putOff) === 1;
}

function wakeUnless(memory: ProcessMemory, pool: PoolMemory, mostAwake: number): boolean {
  const { words } = memory;
  const end = (usedEntries(words) + 31) >>> 5;
  let sleepers = 0;
  let turning = 0;
  for (let word = 0; word < end; word++) {
    const asleep = load(words, pool.at + POOL.asleep + word);
    const looking = load(words, pool.at + POOL.idle + word) & ~asleep;
    if (looking !== 0) {
      turning |= looking & load(words, pool.at + POOL.turning + word);
      if ((looking & ~turning) !== 0) return true; // somebody is looking into the ring
    }
    for (let bits = asleep; bits !== 0; bits &= bits - 1) sleepers++;
  }
  if (turning !== 0) {
    askKeeper(words, pool); // somebody will look, unless what Node does there takes long
    return true;
  }
  const workers = load(words, pool.at + POOL.workers);
  if (sleepers > 0) {
    if (workers - sleepers >= mostAwake) {
      store(words, pool.at + POOL.putOff, 1);
      askKeeper(words, pool);
      return false;
    }
    if (wakeSleeper(memory, pool)) return true;
  }
  const most = load(words, pool.at + POOL.maxWorkers);
  if (workers < most || pool.active < most) askKeeper(words, pool);
  return true;
}

/** Wakes a worker that sleeps, whoever else may come to look; says whether there was one. */
export function wakeSleeper({ words }: ProcessMemory, pool: PoolMemory): boolean {
  const end = (usedEntries(words) + 31) >>> 5;
  for (let word = 0; word < end; word++) {
    const asleep = load(words, pool.at + POOL.asleep + word);
    if (asleep === 0) continue;
    const turning = load(words, pool.at + POOL.turning + word);
    if (wakeOneOf(words, asleep & ~turning, word * 32)) return true;
    if (wakeOneOf(words, asleep & turning, word * 32)) {
      askKeeper(words, pool); // it hears of it when Node has turned
      return true;
    }
  }
  return false;
}

function wakeOneOf(words: Int32Array, sleepers: number, first: number): boolean {
  for (let bits = sleepers; bits !== 0; bits &= bits - 1) {
    const entry = first + 31 - Math.clz32(bits & -bits);
    if (unpark(words, threadAt(entry) + THREAD.parker)) return true;
  }
  return false;
}

/** Has the keeper look at the pool's queue and workers. */
export function askKeeper(words: Int32Array, pool: PoolMemory): void {
  if (load(words, pool.at + POOL.wanted) === 1) return;
  store(words, pool.at + POOL.wanted, 1);
  wakeThread(words, load(words, HEADER.keeper) - 1);
}

/** How many threads of a pool have come up, their initializer is through, and they take jobs. */
export function threadsUp(words: Int32Array, pool: PoolMemory): number {
  const isRetired = ({ entry }: ThreadAddress): boolean =>
    isMarked(words, pool, POOL.retired, entry);
  return threadsUpIn(words, pool.index).filter((thread) => !isRetired(thread)).length;
}
