import type { QueueItems } from './queue-items.ts';

interface Entry<T> {
  readonly item: T;
  /** Counts the pushes: of equal items the older one comes first. */
  readonly order: number;
}

/**
 * The smallest item first, and of equal ones the oldest: a binary heap.
 *
 *     heap[i] does not come after heap[2 i + 1] and heap[2 i + 2]
 *
 * A comparison may throw. So both operations find the way first, and move entries only then.
 *
 * Differs: CPython gives equal items in any order.
 */
export class SmallestFirst<T> implements QueueItems<T> {
  readonly #heap: Entry<T>[] = [];
  readonly #compare: (a: T, b: T) => number;
  #pushed: number = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#heap.length;
  }

  push(item: T): void {
    const heap = this.#heap;
    const added: Entry<T> = { item, order: this.#pushed++ };
    let place = heap.length;
    while (place > 0 && this.#precedes(added, heap[(place - 1) >> 1] as Entry<T>)) {
      place = (place - 1) >> 1;
    }
    for (let i = heap.length; i > place; i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1] as Entry<T>;
    heap[place] = added;
  }

  take(): T {
    const heap = this.#heap;
    const top = heap[0] as Entry<T>;
    const moved = heap[heap.length - 1] as Entry<T>;
    const way = this.#wayDown(moved, heap.length - 1);
    heap.pop();
    if (heap.length === 0) return top.item;
    let hole = 0;
    for (const below of way) {
      heap[hole] = heap[below] as Entry<T>;
      hole = below;
    }
    heap[hole] = moved;
    return top.item;
  }

  /** The places from below the top down to the one where `moved` belongs, in a heap of `length`. */
  #wayDown(moved: Entry<T>, length: number): number[] {
    const heap = this.#heap;
    const way: number[] = [];
    for (let below = 1; below < length; below = below * 2 + 1) {
      const right = below + 1;
      if (right < length && this.#precedes(heap[right] as Entry<T>, heap[below] as Entry<T>)) {
        below = right;
      }
      if (!this.#precedes(heap[below] as Entry<T>, moved)) break;
      way.push(below);
    }
    return way;
  }

  #precedes(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (order === 0 && a.order < b.order);
  }
}
