/**
 * Message slots: 256 bytes each, for a job, its result, or a call to another thread.
 *
 * A thread takes slots from shared memory in chunks of 32, and from then on hands them out and
 * takes them back on its own, without touching shared memory: a stack of free indices. So the hot
 * path has no contention, and what a dead thread owned is known: its chunks carry its ident.
 *
 * Invariants
 *  1. A chunk belongs to the thread whose ident its owner word holds; only that thread takes slots
 *     of it into use. Owner words change by compare-and-exchange.
 *  2. A slot outside the owner's free stack has a phase other than `free`, except a posted one that
 *     its receiver has read and freed; the owner takes those back when it runs out (`#reclaim`).
 *  3. The keeper turns the chunks of a dead thread into orphans. An orphan chunk is adopted only
 *     when all of its slots are free: no live job and no unread message is in it.
 */
import { compareExchange, load, store } from './atomics.ts';
import {
  CHUNKS,
  chunkAt,
  HEADER,
  ORPHAN,
  Phase,
  phaseOf,
  SLOT,
  SLOTS,
  SLOTS_PER_CHUNK,
  slotAt,
  THREADS,
} from './layout.ts';

/**
 * Chunks kept for the first need of other threads, as many as there can be threads. Of the rest a
 * thread takes at most a quarter of what is left: 6 560 slots for the first, so that a burst from
 * one thread starves nobody. What finds no slot is held back in the submitter's own memory.
 */
const RESERVED_CHUNKS = THREADS;

export class SlotAllocator {
  readonly #words: Int32Array;
  readonly #ident: number;
  readonly #free = new Int32Array(SLOTS);
  #freeCount = 0;
  #chunks = 0;
  /** Slots sent as messages, which their receivers free. */
  #lent: number[] = [];

  constructor(words: Int32Array, ident: number) {
    this.#words = words;
    this.#ident = ident;
  }

  /** Takes a slot into use, in phase `writing`; -1 when none is to be had now. */
  take(): number {
    if (this.#freeCount === 0 && !this.#reclaim() && !this.#claimChunk()) return -1;
    const slot = this.#free[--this.#freeCount] as number;
    store(this.#words, slotAt(slot) + SLOT.state, Phase.writing);
    return slot;
  }

  /** Gives a slot of this thread back. Its blocks in the arena must have been freed. */
  give(slot: number): void {
    store(this.#words, slotAt(slot) + SLOT.state, Phase.free);
    this.#free[this.#freeCount++] = slot;
  }

  /** Notes that the receiver of this slot will free it. */
  lend(slot: number): void {
    this.#lent.push(slot);
  }

  #reclaim(): boolean {
    if (this.#lent.length === 0) return false;
    const still: number[] = [];
    for (const slot of this.#lent) {
      if (phaseOf(load(this.#words, slotAt(slot) + SLOT.state)) === Phase.free) {
        this.#free[this.#freeCount++] = slot;
      } else {
        still.push(slot);
      }
    }
    this.#lent = still;
    return this.#freeCount > 0;
  }

  #claimChunk(): boolean {
    let free = 0;
    let candidate = -1;
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const owner = load(this.#words, chunkAt(chunk));
      if (owner !== 0 && !(owner === ORPHAN && this.#isUnused(chunk))) continue;
      free++;
      if (candidate < 0) candidate = chunk;
    }
    if (candidate >= 0 && this.#chunks <= this.#allowance(free)) {
      const at = chunkAt(candidate);
      const owner = load(this.#words, at);
      const usable = owner === 0 || owner === ORPHAN;
      if (!usable || compareExchange(this.#words, at, owner, this.#ident) !== owner) {
        return this.#claimChunk(); // another thread was faster with this one
      }
      if (owner === ORPHAN && !this.#isUnused(candidate)) {
        // In between another thread took it, used it and died: it is an orphan of other parents.
        store(this.#words, at, ORPHAN);
        return this.#claimChunk();
      }
      this.#chunks++;
      const first = candidate * SLOTS_PER_CHUNK;
      for (let slot = first + SLOTS_PER_CHUNK - 1; slot >= first; slot--) {
        this.#free[this.#freeCount++] = slot;
      }
      return true;
    }
    store(this.#words, HEADER.roomWanted, 1);
    return false;
  }

  /** How many chunks this thread may hold before it takes another: 0 is always allowed. */
  #allowance(free: number): number {
    return Math.max(0, Math.floor((free - RESERVED_CHUNKS) / 4));
  }

  #isUnused(chunk: number): boolean {
    const first = chunk * SLOTS_PER_CHUNK;
    for (let slot = first; slot < first + SLOTS_PER_CHUNK; slot++) {
      if (phaseOf(load(this.#words, slotAt(slot) + SLOT.state)) !== Phase.free) return false;
    }
    return true;
  }
}

/** Slots that some thread, living or dead, has taken into use, and others that are free. */
export function* slotsInChunks(words: Int32Array): Generator<number> {
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    if (load(words, chunkAt(chunk)) === 0) continue;
    const first = chunk * SLOTS_PER_CHUNK;
    for (let slot = first; slot < first + SLOTS_PER_CHUNK; slot++) yield slot;
  }
}
