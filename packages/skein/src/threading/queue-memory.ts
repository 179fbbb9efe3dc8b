/**
 * The memory of a queue between threads: its items (`item-ring.ts`), behind a mutex, and those who wait.
 *
 * ```
 *   words   ident │ maxsize │ mutex │ state of the ring │ who gets │ who puts │ who joins │ items …
 * ```
 *
 * After each change those are rung who may go on, outside of the mutex. An item is made into bytes before
 * the mutex is taken, and read when it has been given back: whatever code of the program runs for that
 * may use the queue itself.
 */
import { RuntimeError } from '../core/exceptions.ts';
import { type Item, ItemRing, RING_WORDS, type TakenItem } from '../crossing/item-ring.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { lockMutex, unlockMutex } from '../shared/mutex.ts';
import { WAITING_WORDS, WaitingThreads } from '../shared/waiting-threads.ts';
import { memoryOf } from './handed-memory.ts';

const IDENT = 0;
const MAXSIZE = 1;
const MUTEX = 2;
const RING = 3;
const GETTING = RING + RING_WORDS;
const PUTTING = GETTING + WAITING_WORDS;
const JOINING = PUTTING + WAITING_WORDS;
/** An even number, so that the items are aligned. */
const WORDS = (JOINING + WAITING_WORDS + 1) & ~1;

/** What is so of a queue. */
export interface QueueState {
  readonly count: number;
  readonly unfinished: number;
  readonly isShut: boolean;
}

export class QueueMemory {
  readonly memory: SharedArrayBuffer;
  readonly getting: WaitingThreads;
  readonly putting: WaitingThreads;
  readonly joining: WaitingThreads;
  readonly #words: Int32Array;
  readonly #ring: ItemRing;
  readonly #thread: ThisThread = thisThread();

  /** @param maxsize - how many items can be in it, when it is new; 0 = any number */
  constructor(maxsize: number) {
    const { memory, words, isNew } = memoryOf(WORDS, () => ItemRing.allocate(WORDS));
    if (isNew) words[MAXSIZE] = maxsize;
    const process = this.#thread.memory.words;
    this.memory = memory;
    this.#words = words;
    this.#ring = new ItemRing(memory, WORDS, RING);
    this.getting = new WaitingThreads(process, words, GETTING);
    this.putting = new WaitingThreads(process, words, PUTTING);
    this.joining = new WaitingThreads(process, words, JOINING);
  }

  get ident(): number {
    return this.#words[IDENT] as number;
  }

  /** How many items can be in it; 0 = any number. */
  get maxsize(): number {
    return this.#words[MAXSIZE] as number;
  }

  /** Whether it has no room beside so many items. */
  isFull(count: number): boolean {
    return this.maxsize > 0 && count >= this.maxsize;
  }

  /** What is so at this moment. */
  get state(): QueueState {
    this.#lock();
    try {
      const { count, unfinished, isShut } = this.#ring;
      return { count, unfinished, isShut };
    } finally {
      this.#unlock();
    }
  }

  /** Why nothing could be put at this moment. */
  get hindrance(): 'full' | 'shut' | null {
    this.#lock();
    try {
      return this.#hindrance();
    } finally {
      this.#unlock();
    }
  }

  /**
   * Puts an item, or says why not. It is full, too, when there is no memory for the item beside the others.
   *
   * @throws {RuntimeError} when there is no memory for it though it would be the only one
   */
  put(item: Item): 'put' | 'full' | 'shut' {
    this.#lock();
    try {
      const hindrance = this.#hindrance();
      if (hindrance !== null) return hindrance;
      if (!this.#ring.push(item)) {
        if (this.#ring.count > 0) return 'full';
        throw tooLarge(item);
      }
    } finally {
      this.#unlock();
    }
    this.getting.ringNext();
    return 'put';
  }

  /** Takes the oldest item out; null when there is none. Its bytes go into `buffer`, if they find room there. */
  take(buffer: Buffer): TakenItem | 'shut' | null {
    let item: TakenItem;
    this.#lock();
    try {
      if (this.#ring.count === 0) return this.#ring.isShut ? 'shut' : null;
      item = this.#ring.shift(buffer);
    } finally {
      this.#unlock();
    }
    // Who waits for memory may need more than this has given: perhaps somebody else needs less.
    if (this.maxsize > 0) this.putting.ringNext();
    else this.putting.ringAll();
    return item;
  }

  /** The work on an item is done; false when there is none that is not. */
  finish(): boolean {
    this.#lock();
    let unfinished: number;
    try {
      unfinished = this.#ring.unfinished;
      if (unfinished > 0) this.#ring.finish();
    } finally {
      this.#unlock();
    }
    if (unfinished === 1) this.joining.ringAll();
    return unfinished > 0;
  }

  /** Nothing is put any more. With `immediate` nothing is in it any more. */
  shutDown(immediate: boolean): void {
    let dropped: number[] = [];
    this.#lock();
    try {
      this.#ring.shut();
      if (immediate) dropped = this.#ring.clear();
    } finally {
      this.#unlock();
    }
    for (const serial of dropped) this.#thread.mailbox.dropCarried?.(serial);
    this.getting.ringAll();
    this.putting.ringAll();
    if (immediate) this.joining.ringAll();
  }

  #hindrance(): 'full' | 'shut' | null {
    if (this.#ring.isShut) return 'shut';
    return this.isFull(this.#ring.count) ? 'full' : null;
  }

  /** From now on the ring is as it is now, and nobody else changes it. */
  #lock(): void {
    const { memory, address } = this.#thread;
    lockMutex(memory.words, this.#words, MUTEX, address.ident);
    this.#ring.look();
  }

  #unlock(): void {
    unlockMutex(this.#words, MUTEX);
  }
}

function tooLarge({ head, bulk }: Item): RuntimeError {
  const bytes = head.length + (bulk?.length ?? 0);
  return new RuntimeError(
    `There is no memory for an item of ${bytes} bytes in the queue, which can hold 1 GiB. Put parts of it, or ` +
      'a SharedArrayBuffer.',
    'ERR_ITEM_TOO_LARGE',
  );
}
