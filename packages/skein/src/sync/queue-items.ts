/** Where the items of a queue lie; it says which one is taken next. */
export interface QueueItems<T> {
  readonly length: number;
  /** When it throws, nothing was added. */
  push(item: T): void;
  /** Takes an item out. Only when there is one; when it throws, nothing was taken. */
  take(): T;
}

const INITIAL_CAPACITY = 8;

/**
 * The oldest item first: a ring whose capacity is a power of two, doubled when it is full.
 *
 *     items   [ . . C D E F . . ]
 *                   ^head             length = 4
 */
export class OldestFirst<T> implements QueueItems<T> {
  #ring: (T | undefined)[] = new Array<T | undefined>(INITIAL_CAPACITY);
  #head: number = 0;
  #length: number = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  take(): T {
    const item = this.#ring[this.#head] as T;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  #grow(): void {
    const old = this.#ring;
    const ring = new Array<T | undefined>(old.length * 2);
    for (let i = 0; i < old.length; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}

/** The newest item first. */
export class NewestFirst<T> implements QueueItems<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    return this.#items.pop() as T;
  }
}
