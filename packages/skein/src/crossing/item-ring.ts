/**
 * The items of a queue, as bytes in shared memory that grows: a ring of records.
 *
 * ```
 *   state   head, used, capacity; count, unfinished, isShut
 *   bytes   …record│record│free……………│record│record│record…
 *                                    ▲ head
 *   record  length │ serial │ the bytes of the message, up to a multiple of 8
 * ```
 *
 * A record may lie across the end of the ring. When there is no room the memory grows, and what lies at
 * its beginning is copied to behind the old end; so nothing moves that counts before the change is made.
 * An item that only a MessagePort can carry lies with the keeper, and its record has the serial number
 * under which it is fetched.
 *
 * All of this is done by the holder of the mutex, and each change is one step (`twin-state.ts`): a thread
 * that dies in the middle has changed nothing.
 */
import { TwinState } from '../shared/twin-state.ts';
import { copyBytes } from './copy-bytes.ts';
import { keepFreedMemory } from './kept-memory.ts';

/** Words of the state: bytes, then numbers of items, then 1 or 0. */
const F = { head: 0, used: 1, capacity: 2, count: 3, unfinished: 4, isShut: 5 } as const;
const FIELDS = 6;

/** How many words its state takes. */
export const RING_WORDS: number = 1 + 2 * FIELDS;

/** Bytes for items that it begins with, and the most. */
const FIRST_BYTES = 4096;
const MOST_BYTES = 1 << 30;

const RECORD_HEAD = 8;

/** Up to so many bytes are copied one by one. */
const SHORT_BYTES = 64;

/** An item on its way in. */
export interface Item {
  /** Its bytes, or the first of them. Empty when the keeper carries it. */
  readonly head: Uint8Array;
  /** Those that follow, from the next multiple of 8 on. */
  readonly bulk?: Uint8Array | undefined;
  /** The number under which the keeper carries it; 0 = it does not. */
  readonly serial: number;
}

/** An item that was taken out. */
export interface TakenItem {
  /** Its bytes come first. */
  readonly bytes: Buffer;
  readonly length: number;
  readonly serial: number;
}

export class ItemRing {
  readonly #memory: SharedArrayBuffer;
  readonly #start: number;
  readonly #state: TwinState;
  #bytes!: Buffer;
  /** The same as words. */
  #heads!: Int32Array;

  /** Memory with so many words in front, for a ring in it. */
  static allocate(words: number): SharedArrayBuffer {
    const start = words * 4;
    return new SharedArrayBuffer(start + FIRST_BYTES, { maxByteLength: start + MOST_BYTES });
  }

  /**
   * @param memory - as `allocate` has made it; zeros are an empty ring
   * @param words - how many are in front
   * @param at - the word at which its state begins
   */
  constructor(memory: SharedArrayBuffer, words: number, at: number) {
    this.#memory = memory;
    this.#start = words * 4;
    this.#state = new TwinState(new Int32Array(memory, 0, words), at, FIELDS);
    this.#view();
  }

  /** Looks at it anew. What the rest says and does is about what was seen. */
  look(): void {
    this.#state.read();
  }

  /** How many items are in it. */
  get count(): number {
    return this.#state.now[F.count] as number;
  }

  /** How many were put and are not finished. */
  get unfinished(): number {
    return this.#state.now[F.unfinished] as number;
  }

  /** Whether nothing is put any more. */
  get isShut(): boolean {
    return this.#state.now[F.isShut] === 1;
  }

  /** One is finished. */
  finish(): void {
    (this.#state.now[F.unfinished] as number)--;
    this.#state.write();
  }

  /** Nothing is put any more. */
  shut(): void {
    this.#state.now[F.isShut] = 1;
    this.#state.write();
  }

  /** Puts an item behind the others; false when there is no memory for it. */
  push({ head, bulk, serial }: Item): boolean {
    const { now } = this.#state;
    const bulkAt = (head.length + 7) & ~7;
    const length = bulk === undefined ? head.length : bulkAt + bulk.length;
    const size = sizeOf(length);
    if ((now[F.capacity] as number) - (now[F.used] as number) < size && !this.#grow(size))
      return false;
    const capacity = now[F.capacity] as number;
    const at = (now[F.head] as number) + (now[F.used] as number);
    if (this.#bytes.length < capacity) this.#view();
    const headAt = (at % capacity) >> 2;
    this.#heads[headAt] = length;
    this.#heads[headAt + 1] = serial;
    this.#write(at + RECORD_HEAD, head, capacity);
    if (bulk !== undefined) this.#write(at + RECORD_HEAD + bulkAt, bulk, capacity);
    (now[F.used] as number) += size;
    (now[F.count] as number)++;
    (now[F.unfinished] as number)++;
    this.#state.write();
    return true;
  }

  /**
   * Takes the oldest item out. There is one.
   *
   * @param into - where its bytes go, if they find room there
   */
  shift(into: Buffer): TakenItem {
    const { now } = this.#state;
    const capacity = now[F.capacity] as number;
    const at = now[F.head] as number;
    if (this.#bytes.length < capacity) this.#view();
    const length = this.#heads[at >> 2] as number;
    const serial = this.#heads[(at >> 2) + 1] as number;
    const bytes = length > into.length ? Buffer.allocUnsafeSlow(length) : into;
    this.#read(at + RECORD_HEAD, bytes, length, capacity);
    const left = (now[F.used] as number) - sizeOf(length);
    // An empty ring begins anew at its beginning, whose memory is in the caches.
    now[F.head] = left === 0 ? 0 : (at + sizeOf(length)) % capacity;
    now[F.used] = left;
    (now[F.count] as number)--;
    this.#state.write();
    return { bytes, length, serial };
  }

  /**
   * Throws away all items, and counts them as finished.
   *
   * @returns serial numbers of those that the keeper carries
   */
  clear(): number[] {
    const { now } = this.#state;
    const capacity = now[F.capacity] as number;
    const serials: number[] = [];
    if (this.#bytes.length < capacity) this.#view();
    let at = now[F.head] as number;
    for (let nth = 0; nth < this.count; nth++) {
      const serial = this.#heads[(at >> 2) + 1] as number;
      if (serial !== 0) serials.push(serial);
      at = (at + sizeOf(this.#heads[at >> 2] as number)) % capacity;
    }
    now[F.unfinished] = Math.max(0, this.unfinished - this.count);
    now[F.head] = 0;
    now[F.used] = 0;
    now[F.count] = 0;
    this.#state.write();
    return serials;
  }

  /** Another thread may have let it grow. */
  #view(): void {
    const size = this.#memory.byteLength - this.#start;
    this.#bytes = Buffer.from(this.#memory, this.#start, size);
    this.#heads = new Int32Array(this.#memory, this.#start, size >> 2);
  }

  /** @param place - where, counted on beyond the end of the ring */
  #write(place: number, from: Uint8Array, capacity: number): void {
    const at = place % capacity;
    const first = Math.min(from.length, capacity - at);
    copy(from, 0, first, this.#bytes, at);
    if (first < from.length) copy(from, first, from.length, this.#bytes, 0);
  }

  #read(place: number, into: Uint8Array, length: number, capacity: number): void {
    const at = place % capacity;
    const first = Math.min(length, capacity - at);
    copy(this.#bytes, at, at + first, into, 0);
    if (first < length) copy(this.#bytes, 0, length - first, into, first);
  }

  /** More capacity, so that `size` bytes find room; false when there is none. Does not count before a change does. */
  #grow(size: number): boolean {
    const { now } = this.#state;
    const capacity = now[F.capacity] as number;
    const end = (now[F.head] as number) + (now[F.used] as number);
    const needed = (now[F.used] as number) + size;
    const grown = Math.min(MOST_BYTES, Math.max(FIRST_BYTES, 2 * capacity, 2 * needed));
    const wrapped = end - capacity;
    if (needed > grown || wrapped > grown - capacity) return false;
    keepFreedMemory(size);
    try {
      if (this.#start + grown > this.#memory.byteLength) this.#memory.grow(this.#start + grown);
    } catch {
      return false; // there is no memory
    }
    this.#view();
    if (wrapped > 0) copy(this.#bytes, 0, wrapped, this.#bytes, capacity);
    now[F.capacity] = grown;
    return true;
  }
}

/** A few bytes are copied faster here than anybody could be called for it. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > SHORT_BYTES) copyBytes(from, start, end, to, at);
  else for (let i = start; i < end; i++) to[at++] = from[i] as number;
}

function sizeOf(length: number): number {
  return RECORD_HEAD + ((length + 7) & ~7);
}
