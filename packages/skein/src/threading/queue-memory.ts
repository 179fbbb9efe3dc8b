/**
 * The memory of a queue between threads: its items (`item-ring.ts`), behind a mutex, and those who wait.
 *
 * ```
 *   words   key │ maxsize │ mutex │ state of the ring │ who gets │ who puts │ who joins │ items …
 * ```
 *
 * After each change those are rung who may go on, outside of the mutex. An item is made into bytes before
 * the mutex is taken, and read when it has been given back: whatever code of the program runs for that
 * may use the queue itself.
 */
import { type Item, ItemRing, RING_WORDS, type RingState } from '../crossing/item-ring.ts';
import { pack, type PackedValues, unpack } from '../crossing/packed-values.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { lockMutex, unlockMutex } from '../shared/mutex.ts';
import { WAITING_WORDS, WaitingThreads } from '../shared/waiting-threads.ts';
import { thisThreadWithKeeper } from './start-thread.ts';

const KEY = 0;
const MAXSIZE = 1;
const MUTEX = 2;
const RING = 3;
const GETTING = RING + RING_WORDS;
const PUTTING = GETTING + WAITING_WORDS;
const JOINING = PUTTING + WAITING_WORDS;
/** An even number, so that the items are aligned. */
const WORDS = (JOINING + WAITING_WORDS + 1) & ~1;

/** Kinds of waiting have keys of their own, from the queue's on. */
const KEYS = 4;

const nothing = new Uint8Array(0);

export class QueueMemory {
  readonly memory: SharedArrayBuffer;
  readonly getting: WaitingThreads;
  readonly putting: WaitingThreads;
  readonly joining: WaitingThreads;
  readonly #words: Int32Array;
  readonly #ring: ItemRing;
  readonly #thread: ThisThread = thisThread();

  static create(maxsize: number): QueueMemory {
    const memory = ItemRing.allocate(WORDS);
    const words = new Int32Array(memory, 0, WORDS);
    words[KEY] = thisThread().memory.nextIdent();
    words[MAXSIZE] = Math.max(0, maxsize);
    return new QueueMemory(memory);
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    const words = new Int32Array(memory, 0, WORDS);
    const process = this.#thread.memory.words;
    this.#words = words;
    this.#ring = new ItemRing(memory, WORDS, RING);
    this.getting = new WaitingThreads(process, words, GETTING);
    this.putting = new WaitingThreads(process, words, PUTTING);
    this.joining = new WaitingThreads(process, words, JOINING);
  }

  /** The queue's number in all threads; the next ones are its own too. */
  get key(): number {
    return (this.#words[KEY] as number) * KEYS;
  }

  /** How many items can be in it; 0 = any number. */
  get maxsize(): number {
    return this.#words[MAXSIZE] as number;
  }

  /** Whether there is no room beside so many items. */
  isFull(count: number): boolean {
    return this.maxsize > 0 && count >= this.maxsize;
  }

  /** What counts at this moment. */
  get state(): RingState {
    return this.#alone(() => this.#ring.state);
  }

  /**
   * What puts an item; says whether it could. The item is copied, or moved, when there is room for it.
   *
   * @throws {DataCloneError} when it cannot cross
   */
  putter(value: unknown): () => 'put' | 'full' | 'shut' {
    let item: Item | null = null;
    return () => {
      const hindrance = this.#hindrance(this.state);
      if (hindrance !== null) return hindrance;
      item ??= this.#toItem(value);
      let outcome = this.#put(item);
      if (outcome === 'no memory') {
        item = this.#toKeeper(item.bytes);
        outcome = this.#put(item);
      }
      if (outcome === 'put') this.getting.ringNext();
      return outcome as 'put' | 'full' | 'shut';
    };
  }

  /**
   * Takes the oldest item out. Null = there is none.
   *
   * @throws what is thrown when it is read; it is not in the queue any more then
   */
  take(): { readonly value: unknown } | 'shut' | null {
    const item = this.#alone(() => {
      const { count, isShut } = this.#ring.state;
      if (count > 0) return this.#ring.shift();
      return isShut === 1 ? 'shut' : null;
    });
    if (item === null || item === 'shut') return item;
    if (this.maxsize > 0) this.putting.ringNext();
    return { value: this.#toValue(item) };
  }

  /** The work on an item is done; false when there is none that is not. */
  finish(): boolean {
    const left = this.#alone(() => {
      const unfinished = this.#ring.state.unfinished - 1;
      if (unfinished >= 0) this.#ring.change({ unfinished });
      return unfinished;
    });
    if (left === 0) this.joining.ringAll();
    return left >= 0;
  }

  /** Nothing is put any more. With `immediate` nothing is in it any more. */
  shutDown(immediate: boolean): void {
    const dropped = this.#alone(() => {
      this.#ring.change({ isShut: 1 });
      return immediate ? this.#ring.clear() : [];
    });
    for (const serial of dropped) this.#thread.mailbox.dropCarried?.(serial);
    this.getting.ringAll();
    this.putting.ringAll();
    if (immediate) this.joining.ringAll();
  }

  #hindrance({ count, isShut }: RingState): 'full' | 'shut' | null {
    if (isShut === 1) return 'shut';
    return this.isFull(count) ? 'full' : null;
  }

  #put(item: Item): 'put' | 'full' | 'shut' | 'no memory' {
    return this.#alone(() => {
      const hindrance = this.#hindrance(this.#ring.state);
      return hindrance ?? (this.#ring.push(item) ? 'put' : 'no memory');
    });
  }

  #alone<R>(act: () => R): R {
    lockMutex(this.#thread.memory.words, this.#words, MUTEX, this.#thread.address.ident);
    try {
      return act();
    } finally {
      unlockMutex(this.#words, MUTEX);
    }
  }

  #toItem(value: unknown): Item {
    const packed: PackedValues = pack([value], () => 'the item');
    if ('bytes' in packed) return { bytes: packed.bytes, serial: 0 };
    return this.#carried(packed.carried, packed.moved);
  }

  /** There is no memory for it. */
  #toKeeper(bytes: Uint8Array): Item {
    const own = Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    return this.#carried(own, [own.buffer]);
  }

  /** The keeper has it before the queue has its number: a thread may die in between. */
  #carried(value: unknown, moved: readonly object[] = []): Item {
    const thread = thisThreadWithKeeper();
    const serial = thread.memory.nextSerial();
    thread.carry(serial, value, moved);
    return { bytes: nothing, serial };
  }

  #toValue({ bytes, serial }: Item): unknown {
    if (serial === 0) return unpack({ bytes })[0];
    const carried = thisThreadWithKeeper().fetchCarried(serial);
    return unpack(carried instanceof Uint8Array ? { bytes: carried } : { carried })[0];
  }
}
