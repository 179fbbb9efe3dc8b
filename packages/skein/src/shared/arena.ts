/**
 * The arena: blocks of 4 KiB pages in a growable SharedArrayBuffer, for payloads that are too large
 * for a slot.
 *
 * Every page has an owner word in process memory: 0 = free, else the ident of the thread that took
 * it. A block is a run of pages taken one by one by compare-and-exchange; whoever meets a taken
 * page gives back what it has and looks further on. There is no lock and no list to break: a thread
 * that dies with half a block in its hands leaves pages that carry its ident, and the keeper frees
 * those that no slot refers to. Freeing may be done by any thread that was handed the block.
 *
 * The search goes on where the thread last found room, so that a steady load finds its block at
 * once, and begins anew at the thread's home when that is free again, so that a light load uses the
 * same pages, which are in the caches. Threads have different homes. A typical block is one page (a KiB or two) or a few
 * hundred (a MiB); taking 256 pages costs 4 µs, copying a MiB costs 40.
 */
import { compareExchange, load, store } from './atomics.ts';
import { PAGE_BYTES, pageAt, PAGES_FOR_PAYLOADS, SLOT, slotAt } from './layout.ts';
import type { ProcessMemory } from './process-memory.ts';

export class Arena {
  readonly #words: Int32Array;
  readonly #buffer: SharedArrayBuffer;
  readonly #ident: number;
  /** Where this thread's search begins anew whenever there is room: the same pages stay warm. */
  readonly #home: number;
  #cursor: number;

  constructor(memory: ProcessMemory, ident: number) {
    this.#words = memory.words;
    this.#buffer = memory.buffers.arena;
    this.#ident = ident;
    this.#home = (ident * 64) % this.#pages;
    this.#cursor = this.#home;
  }

  /**
   * Takes a block of at least `bytes` bytes.
   *
   * @param most - how many pages it may lie in, from the first; payloads leave the last ones alone
   * @returns its first page, or -1 when there is no such room even after growing
   */
  take(bytes: number, most: number = PAGES_FOR_PAYLOADS): number {
    const count = Math.ceil(bytes / PAGE_BYTES);
    if (load(this.#words, pageAt(this.#home)) === 0) this.#cursor = this.#home;
    for (;;) {
      const pages = Math.min(this.#pages, most);
      let first = this.#search(this.#cursor, pages, count);
      if (first < 0) first = this.#search(0, Math.min(pages, this.#cursor + count), count);
      if (first >= 0) {
        this.#cursor = first + count < pages ? first + count : 0;
        return first;
      }
      if (!this.#grow(pages, count, most)) return -1;
    }
  }

  /** Frees a block, taken by this or another thread. */
  free(first: number, count: number): void {
    for (let page = first; page < first + count; page++) store(this.#words, pageAt(page), 0);
    if (first < this.#cursor) this.#cursor = first;
  }

  #search(from: number, end: number, count: number): number {
    let run = 0;
    for (let page = from; page < end; page++) {
      if (load(this.#words, pageAt(page)) !== 0) {
        run = 0;
      } else if (++run === count) {
        const first = page - count + 1;
        if (this.#claim(first, count)) return first;
        run = 0;
      }
    }
    return -1;
  }

  #claim(first: number, count: number): boolean {
    for (let page = first; page < first + count; page++) {
      if (compareExchange(this.#words, pageAt(page), 0, this.#ident) !== 0) {
        for (let taken = first; taken < page; taken++) store(this.#words, pageAt(taken), 0);
        return false;
      }
    }
    return true;
  }

  get #pages(): number {
    return Math.floor(this.#buffer.byteLength / PAGE_BYTES);
  }

  #grow(pages: number, count: number, most: number): boolean {
    if (pages === most) return false;
    if (this.#pages > pages) return true; // another thread was faster
    const wanted = Math.min(most, Math.max(pages * 2, pages + count));
    try {
      this.#buffer.grow(wanted * PAGE_BYTES);
    } catch {
      // RangeError: another thread has grown it further than this, or there is no memory.
    }
    return this.#pages > pages;
  }
}

/** Frees the blocks that a slot refers to. Whoever takes the slot out of use. */
export function freeBlocks(words: Int32Array, arena: Arena, slot: number): void {
  const at = slotAt(slot);
  const args = load(words, at + SLOT.argsPage);
  if (args !== 0) {
    arena.free(args - 1, load(words, at + SLOT.argsPages));
    store(words, at + SLOT.argsPage, 0);
  }
  const result = load(words, at + SLOT.resultPage);
  if (result !== 0) {
    arena.free(result - 1, load(words, at + SLOT.resultPages));
    store(words, at + SLOT.resultPage, 0);
  }
}
