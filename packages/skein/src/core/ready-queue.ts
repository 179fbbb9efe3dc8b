import type { Context } from './context.ts';

/*
 * What is to be run next, first come, first served.
 *
 * The typical load is a few entries that come and go a million times a second, now and then a burst
 * of a hundred thousand. So: one ring whose capacity is a power of two, doubled when it is full.
 *
 *     items   [ . . C D E F . . ]
 *                   ^head   ^tail        length = (tail - head) & mask
 *
 * Invariant: one slot at least stays free, so that head = tail only says "empty".
 *
 * Considered and left out: giving memory back after a burst. A hundred thousand entries cost 1 MiB
 * once, and a loop that had one burst will have another.
 */

/** Something that the loop can run. */
export interface Runnable {
  /** What it runs in; null for an empty one of its own. What runs no code of users has none. */
  context?: Context | null;
  run(): void;
  toString(): string;
}

const INITIAL_CAPACITY = 64;

export class ReadyQueue {
  #items: (Runnable | undefined)[] = new Array<Runnable | undefined>(INITIAL_CAPACITY);
  #mask: number = INITIAL_CAPACITY - 1;
  #head: number = 0;
  #tail: number = 0;

  get length(): number {
    return (this.#tail - this.#head) & this.#mask;
  }

  push(item: Runnable): void {
    this.#items[this.#tail] = item;
    this.#tail = (this.#tail + 1) & this.#mask;
    if (this.#tail === this.#head) this.#grow();
  }

  /** Takes the oldest entry. Only for a queue that is not empty. */
  shift(): Runnable {
    const item = this.#items[this.#head] as Runnable;
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    return item;
  }

  /** Lets `reorder` put the entries that there are, oldest first, into another order. */
  rearrange(reorder: (entries: Runnable[]) => void): void {
    const entries: Runnable[] = [];
    for (let left = this.length; left > 0; left--) entries.push(this.shift());
    reorder(entries);
    for (const entry of entries) this.push(entry);
  }

  clear(): void {
    this.#items = new Array<Runnable | undefined>(INITIAL_CAPACITY);
    this.#mask = INITIAL_CAPACITY - 1;
    this.#head = 0;
    this.#tail = 0;
  }

  /** Doubles the ring; the oldest entry moves to its start. */
  #grow(): void {
    const old = this.#items;
    const items = new Array<Runnable | undefined>(old.length * 2);
    for (let i = 0; i < old.length; i++) items[i] = old[(this.#head + i) & this.#mask];
    this.#items = items;
    this.#head = 0;
    this.#tail = old.length;
    this.#mask = items.length - 1;
  }
}
