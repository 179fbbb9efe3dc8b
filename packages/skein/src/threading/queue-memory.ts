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
import { decode, decodeCarried } from '../crossing/decode.ts';
import { type Carried, encode } from '../crossing/encode.ts';
import { type Item, ItemRing, RING_WORDS, type TakenItem } from '../crossing/item-ring.ts';
import { findMoves, type Moves } from '../crossing/moves.ts';
import { pack } from '../crossing/packed-values.ts';
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
const where = (): string => 'the item';

/** Small items are written here first, and read here; one reads while another is being read. */
const SMALL_BYTES = 1024;
const scratch = Buffer.allocUnsafeSlow(SMALL_BYTES);
const idle: Buffer[] = [];

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

  /** What is so at this moment. */
  get state(): QueueState {
    return this.#alone(() => {
      const { count, unfinished, isShut } = this.#ring;
      return { count, unfinished, isShut };
    });
  }

  /**
   * What puts an item; says whether it could. The item is copied at once, and moved when there is room.
   *
   * @throws {DataCloneError} when it cannot cross
   */
  putter(value: unknown): () => 'put' | 'full' | 'shut' {
    let kept: Item | null = null;
    return () => {
      let item = kept;
      if (item === null) {
        const moves = findMoves([value], [], where);
        const hindrance = moves === null ? null : this.#alone(() => this.#hindrance());
        if (hindrance !== null) return hindrance;
        item = toItem([value], moves);
      }
      let outcome = this.#put(item);
      if (outcome === 'no memory') {
        item = toKeeper(item);
        outcome = this.#put(item);
      }
      if (outcome === 'put') this.getting.ringNext();
      else kept ??= copyOf(item);
      return outcome as 'put' | 'full' | 'shut';
    };
  }

  /**
   * Takes the oldest item out. Null = there is none.
   *
   * @throws what is thrown when it is read; it is not in the queue any more then
   */
  take(): { readonly value: unknown } | 'shut' | null {
    const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
    try {
      const item = this.#shift(buffer);
      if (item === null || item === 'shut') return item;
      if (this.maxsize > 0) this.putting.ringNext();
      return { value: toValue(item) };
    } finally {
      idle.push(buffer);
    }
  }

  /** The work on an item is done; false when there is none that is not. */
  finish(): boolean {
    const left = this.#alone(() => {
      const { unfinished } = this.#ring;
      if (unfinished > 0) this.#ring.finish();
      return unfinished - 1;
    });
    if (left === 0) this.joining.ringAll();
    return left >= 0;
  }

  /** Nothing is put any more. With `immediate` nothing is in it any more. */
  shutDown(immediate: boolean): void {
    const dropped = this.#alone(() => {
      this.#ring.shut();
      return immediate ? this.#ring.clear() : [];
    });
    for (const serial of dropped) this.#thread.mailbox.dropCarried?.(serial);
    this.getting.ringAll();
    this.putting.ringAll();
    if (immediate) this.joining.ringAll();
  }

  #put(item: Item): 'put' | 'full' | 'shut' | 'no memory' {
    this.#lock();
    try {
      return this.#hindrance() ?? (this.#ring.push(item) ? 'put' : 'no memory');
    } finally {
      this.#unlock();
    }
  }

  #shift(buffer: Buffer): TakenItem | 'shut' | null {
    this.#lock();
    try {
      if (this.#ring.count > 0) return this.#ring.shift(buffer);
      return this.#ring.isShut ? 'shut' : null;
    } finally {
      this.#unlock();
    }
  }

  #hindrance(): 'full' | 'shut' | null {
    if (this.#ring.isShut) return 'shut';
    return this.isFull(this.#ring.count) ? 'full' : null;
  }

  /** Does something with the ring, as it is now. */
  #alone<R>(act: () => R): R {
    this.#lock();
    try {
      return act();
    } finally {
      this.#unlock();
    }
  }

  #lock(): void {
    const { memory, address } = this.#thread;
    lockMutex(memory.words, this.#words, MUTEX, address.ident);
    this.#ring.look();
  }

  #unlock(): void {
    unlockMutex(this.#words, MUTEX);
  }
}

/** Valid until the next message is written. */
function toItem(values: readonly unknown[], moves: Moves | null): Item {
  if (moves !== null) {
    const packed = pack(values, where, moves);
    return 'bytes' in packed ? { head: packed.bytes, serial: 0 } : carried(packed);
  }
  const encoded = encode(values, scratch, where);
  if (typeof encoded === 'number') return { head: scratch.subarray(0, encoded), serial: 0 };
  if ('carried' in encoded) return carried(encoded);
  if (encoded instanceof Uint8Array) return { head: encoded, serial: 0 };
  return { ...encoded, serial: 0 };
}

/** The keeper has it before the queue has its number: a thread may die in between. */
function carried({ carried: value, moved = [] }: Carried): Item {
  const thread = thisThreadWithKeeper();
  const serial = thread.memory.nextSerial();
  thread.carry(serial, value, moved);
  return { head: nothing, serial };
}

/** There is no memory for it. */
function toKeeper(item: Item): Item {
  const { head } = copyOf(item);
  return carried({ carried: head, moved: [head.buffer] });
}

/** One that stays valid. */
function copyOf({ head, bulk, serial }: Item): Item {
  const bulkAt = bulk === undefined ? head.length : (head.length + 7) & ~7;
  const own = Buffer.allocUnsafeSlow(bulkAt + (bulk?.length ?? 0));
  own.set(head);
  if (bulk !== undefined) own.set(bulk, bulkAt);
  return { head: own, serial };
}

function toValue({ bytes, length, serial }: TakenItem): unknown {
  if (serial === 0) return decode(bytes, length)[0];
  const value = thisThreadWithKeeper().fetchCarried(serial);
  if (!(value instanceof Uint8Array)) return decodeCarried(value)[0];
  return decode(Buffer.from(value.buffer), value.length)[0];
}
