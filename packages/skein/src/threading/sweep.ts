/**
 * What the keeper does when a thread is gone: it takes the thread's claims out of shared memory, so
 * that nothing waits on the dead. Runs after Node has ended the thread for good; from then on no
 * step of it can come in between, and every claim in memory that carries its name is stale.
 *
 * The order matters:
 *  1. its inbox is closed: pushes fail from now on, and the pusher keeps what it has;
 *  2. jobs in its hands: running and condemned → lost, done → done(keeper), for their owners to find
 *     (or, when the owner is dead as well, freed);
 *  3. its own slots: what nobody else will touch is freed, and its chunks become orphans;
 *  4. what it has counted goes to its pool; its pages in the arena, except those that a slot in use refers to, its loops, its marks;
 *  5. its place in the thread table is free, and everybody is told to look after their jobs.
 */
import { type Arena, freeBlocks } from '../shared/arena.ts';
import { add, and, compareExchange, load, store } from '../shared/atomics.ts';
import { clearControl } from '../shared/deadlines.ts';
import { closeInbox } from '../shared/inbox.ts';
import {
  CHUNKS,
  chunkAt,
  EndReason,
  HEADER,
  linkAt,
  LOOP,
  loopAt,
  LOOPS,
  ORPHAN,
  PAGE_BYTES,
  pageAt,
  Payload,
  Phase,
  phaseOf,
  POOL,
  poolAt,
  SLOT,
  slotAt,
  SLOTS_PER_CHUNK,
  slotState,
  THREAD,
  threadAt,
  ThreadStatus,
  TO_PAGES,
  whoOf,
} from '../shared/layout.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { isAlive, type ThreadAddress, wakeAll } from '../shared/thread-table.ts';
import { countLost, moveCounts } from '../shared/work-counts.ts';

/** Where that lies which slots refer to. */
export interface Leavings {
  readonly arena: Arena;
  /** Nobody will fetch what the keeper carries under this serial number. */
  dropCarried(serial: number): void;
}

/**
 * Sweeps up after a dead thread. Keeper only.
 *
 * @returns the pool that it worked for, or -1; and whether it could not begin, without being asked to
 *   end
 */
export function sweep(
  memory: ProcessMemory,
  leavings: Leavings,
  dead: ThreadAddress,
): { readonly pool: number; readonly hasFailed: boolean } {
  const { words } = memory;
  const at = threadAt(dead.entry);
  const reason = whyItDied(words, at);
  const exitCode = load(words, at + THREAD.exitCode);
  const hasBegun = load(words, at + THREAD.status) === ThreadStatus.running;
  store(words, at + THREAD.status, ThreadStatus.ended);
  const place = { words, links: linkAt(0) };
  for (const slot of closeInbox(place, at + THREAD.inbox)) {
    discard(words, leavings, slot, load(words, slotAt(slot) + SLOT.state));
  }
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const owner = load(words, chunkAt(chunk));
    if (owner === 0) continue;
    for (let nth = 0; nth < SLOTS_PER_CHUNK; nth++) {
      const slot = chunk * SLOTS_PER_CHUNK + nth;
      sweepClaim(words, leavings, slot, dead, reason, exitCode);
      if (owner === dead.ident) sweepOwned(memory, leavings, slot);
    }
    if (owner === dead.ident) store(words, chunkAt(chunk), ORPHAN);
  }
  sweepPages(memory, dead.ident);
  const pool = load(words, at + THREAD.pool) - 1;
  if (pool >= 0) {
    moveCounts(words, dead.entry, pool);
    const mask = ~(1 << (dead.entry & 31));
    and(words, poolAt(pool) + POOL.idle + (dead.entry >>> 5), mask);
    and(words, poolAt(pool) + POOL.asleep + (dead.entry >>> 5), mask);
    and(words, poolAt(pool) + POOL.turning + (dead.entry >>> 5), mask);
    and(words, poolAt(pool) + POOL.blocked + (dead.entry >>> 5), mask);
  }
  for (let index = 0; index < LOOPS; index++) {
    const loop = loopAt(index);
    if (load(words, loop + LOOP.thread) === dead.ident) store(words, loop + LOOP.ident, 0);
  }
  store(words, at + THREAD.pool, 0);
  store(words, at + THREAD.ident, 0); // from here on the address is nobody's
  store(words, at + THREAD.status, ThreadStatus.free);
  add(words, HEADER.deaths, 1);
  wakeAll(words);
  return { pool, hasFailed: !hasBegun && reason !== EndReason.terminated };
}

/**
 * Whether a dead thread that worked for no pool ended for want of memory, and not because the program
 * ends. Before the sweep.
 */
export function hasRunOutOfMemory(words: Int32Array, { entry }: ThreadAddress): boolean {
  const at = threadAt(entry);
  if (load(words, at + THREAD.pool) !== 0 || load(words, HEADER.ending) === 1) return false;
  return whyItDied(words, at) === EndReason.outOfMemory;
}

function whyItDied(words: Int32Array, at: number): number {
  const noted = load(words, at + THREAD.endReason);
  if (noted !== EndReason.none) return noted;
  const wasRunning = load(words, at + THREAD.status) === ThreadStatus.running;
  return wasRunning ? EndReason.outOfMemory : EndReason.failed;
}

/** A slot that the dead thread had claimed as a worker, or that was sent to it. */
function sweepClaim(
  words: Int32Array,
  leavings: Leavings,
  slot: number,
  dead: ThreadAddress,
  reason: number,
  exitCode: number,
): void {
  const at = slotAt(slot);
  const state = load(words, at + SLOT.state);
  const phase = phaseOf(state);
  if (whoOf(state) !== dead.entry) return;
  const isUnderWay = phase === Phase.running || phase === Phase.condemned;
  if (!isUnderWay && phase !== Phase.done && phase !== Phase.posted) return;
  const pool = load(words, threadAt(dead.entry) + THREAD.pool) - 1;
  // Before its owner hears of it; who was condemned is counted.
  if (phase === Phase.running && pool >= 0) countLost(words, pool, 1);
  const owner = {
    entry: load(words, at + SLOT.owner),
    ident: load(words, at + SLOT.ownerIdent),
  };
  if (phase === Phase.posted || !isAlive(words, owner)) {
    discard(words, leavings, slot, state);
  } else if (isUnderWay) {
    store(words, at + SLOT.detail, phase === Phase.condemned ? EndReason.overrun : reason);
    store(words, at + SLOT.detail2, exitCode);
    compareExchange(words, at + SLOT.state, state, Phase.lost);
  } else {
    const keeper = load(words, HEADER.keeper) - 1;
    compareExchange(words, at + SLOT.state, state, slotState(Phase.done, keeper));
  }
}

/** A slot of the dead thread's own. Queued and running ones stay until a worker is through. */
function sweepOwned(memory: ProcessMemory, leavings: Leavings, slot: number): void {
  const { words } = memory;
  const state = load(words, slotAt(slot) + SLOT.state);
  const phase = phaseOf(state);
  const isAdrift =
    phase === Phase.queued && !new PoolMemory(memory, whoOf(state)).queue.holds(slot);
  // Done: taken from the inbox and not released, or a worker will find the inbox closed; then the
  // first of us to change the state frees the slot.
  const isOver = phase === Phase.writing || phase === Phase.done || phase === Phase.lost;
  if (isOver || isAdrift) discard(words, leavings, slot, state);
}

/** Takes a slot out of use, unless it is not in this state any more: somebody has moved it on. */
function discard(words: Int32Array, leavings: Leavings, slot: number, state: number): void {
  const at = slotAt(slot) + SLOT.state;
  if (state === Phase.free) return;
  const claimed = slotState(Phase.writing, load(words, HEADER.keeper) - 1);
  if (compareExchange(words, at, state, claimed) !== state) return;
  freeBlocks(words, leavings.arena, slot);
  clearControl(words, slot);
  const payload = slotAt(slot) + SLOT.payload;
  if (((words[payload] as number) & Payload.carried) !== 0) {
    leavings.dropCarried(words[slotAt(slot) + SLOT.serial] as number);
  }
  words[payload] = 0;
  store(words, at, Phase.free);
}

/** Throws away what is queued in a pool whose only submitter is gone. Keeper only. */
export function discardQueued(memory: ProcessMemory, leavings: Leavings, pool: PoolMemory): void {
  const { words } = memory;
  const claimed = slotState(Phase.running, load(words, HEADER.keeper) - 1);
  for (;;) {
    const slot = pool.queue.claimAny(claimed);
    if (slot < 0) return;
    discard(words, leavings, slot, claimed);
  }
}

function sweepPages(memory: ProcessMemory, ident: number): void {
  const { words, buffers } = memory;
  const inUse = new Set<number>();
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    if (load(words, chunkAt(chunk)) === 0) continue;
    for (let nth = 0; nth < SLOTS_PER_CHUNK; nth++) {
      const at = slotAt(chunk * SLOTS_PER_CHUNK + nth);
      if (phaseOf(load(words, at + SLOT.state)) === Phase.free) continue;
      for (const block of [SLOT.argsPage, SLOT.resultPage]) {
        const first = load(words, at + block) - 1;
        const count = load(words, at + block + TO_PAGES);
        if (first >= 0) for (let page = first; page < first + count; page++) inUse.add(page);
      }
    }
  }
  const pages = Math.floor(buffers.arena.byteLength / PAGE_BYTES);
  for (let page = 0; page < pages; page++) {
    if (load(words, pageAt(page)) === ident && !inUse.has(page)) {
      compareExchange(words, pageAt(page), ident, 0);
    }
  }
}
