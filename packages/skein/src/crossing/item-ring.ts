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
 * under which it is fetched; so does an item for which there is no memory.
 *
 * All of this is done by the holder of the mutex, and each change is one step (`twin-state.ts`): a thread
 * that dies in the middle has changed nothing.
 */
import { TwinState } from '../shared/twin-state.ts';
import { copyBytes } from './copy-bytes.ts';

const FIELDS = ['head', 'used', 'capacity', 'count', 'unfinished', 'isShut'] as const;

/** What counts of a ring; bytes, then numbers of items, then 1 or 0. */
export type RingState = Record<(typeof FIELDS)[number], number>;

/** How many words its state takes. */
export const RING_WORDS: number = 1 + 2 * FIELDS.length;

/** Bytes for items that it begins with, and the most. */
const FIRST_BYTES = 4096;
const MOST_BYTES = 1 << 30;

const RECORD_HEAD = 8;

/** An item on its way. */
export interface Item {
  /** Empty when the keeper carries it. */
  readonly bytes: Uint8Array;
  /** The number under which the keeper carries it; 0 = it does not. */
  readonly serial: number;
}

export class ItemRing {
  readonly #memory: SharedArrayBuffer;
  readonly #start: number;
  readonly #state: TwinState<(typeof FIELDS)[number]>;
  #bytes: Buffer;
  readonly #head = new Int32Array(2);
  readonly #headBytes = new Uint8Array(this.#head.buffer);

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
    this.#bytes = this.#view();
  }

  /** What counts now. */
  get state(): RingState {
    return this.#state.read();
  }

  /** Changes what counts but the bytes. */
  change(changes: Partial<Pick<RingState, 'unfinished' | 'isShut'>>): void {
    this.#state.write({ ...this.state, ...changes });
  }

  /** Puts an item behind the others; false when there is no memory for it. */
  push({ bytes, serial }: Item): boolean {
    const size = sizeOf(bytes.length);
    let state = this.state;
    if (state.capacity - state.used < size) {
      const grown = this.#grow(state, size);
      if (grown === null) return false;
      state = grown;
    }
    const { head, used, capacity, count, unfinished } = state;
    const tail = (head + used) % capacity;
    this.#head[0] = bytes.length;
    this.#head[1] = serial;
    this.#write(tail, this.#headBytes, capacity);
    this.#write((tail + RECORD_HEAD) % capacity, bytes, capacity);
    this.#state.write({
      ...state,
      used: used + size,
      count: count + 1,
      unfinished: unfinished + 1,
    });
    return true;
  }

  /** Takes the oldest item out. There is one. */
  shift(): Item {
    const state = this.state;
    const { head, used, capacity, count } = state;
    this.#read(head, this.#headBytes, capacity);
    const length = this.#head[0] as number;
    const serial = this.#head[1] as number;
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#read((head + RECORD_HEAD) % capacity, bytes, capacity);
    const left = used - sizeOf(length);
    // An empty ring begins anew at its beginning, whose memory is in the caches.
    const next = left === 0 ? 0 : (head + sizeOf(length)) % capacity;
    this.#state.write({ ...state, head: next, used: left, count: count - 1 });
    return { bytes, serial };
  }

  /**
   * Throws away all items, and counts them as finished.
   *
   * @returns serial numbers of those that the keeper carries
   */
  clear(): number[] {
    const state = this.state;
    const { capacity, count, unfinished } = state;
    const serials: number[] = [];
    let at = state.head;
    for (let nth = 0; nth < count; nth++) {
      this.#read(at, this.#headBytes, capacity);
      const [length, serial] = this.#head as unknown as [number, number];
      if (serial !== 0) serials.push(serial);
      at = (at + sizeOf(length)) % capacity;
    }
    const left = Math.max(0, unfinished - count);
    this.#state.write({ ...state, head: 0, used: 0, count: 0, unfinished: left });
    return serials;
  }

  /** Another thread may have let it grow. */
  #view(): Buffer {
    return Buffer.from(this.#memory, this.#start, this.#memory.byteLength - this.#start);
  }

  #write(at: number, from: Uint8Array, capacity: number): void {
    if (this.#bytes.length < capacity) this.#bytes = this.#view();
    const first = Math.min(from.length, capacity - at);
    copyBytes(from, 0, first, this.#bytes, at);
    if (first < from.length) copyBytes(from, first, from.length, this.#bytes, 0);
  }

  #read(at: number, into: Uint8Array, capacity: number): void {
    if (this.#bytes.length < capacity) this.#bytes = this.#view();
    const first = Math.min(into.length, capacity - at);
    copyBytes(this.#bytes, at, at + first, into, 0);
    if (first < into.length) copyBytes(this.#bytes, 0, into.length - first, into, first);
  }

  /** More capacity, so that `size` bytes fit; null when there is none. */
  #grow(state: RingState, size: number): RingState | null {
    const { head, used, capacity } = state;
    const needed = used + size;
    const grown = Math.min(MOST_BYTES, Math.max(FIRST_BYTES, 2 * capacity, 2 * needed) & ~7);
    const wrapped = head + used - capacity;
    if (needed > grown || wrapped > grown - capacity) return null;
    try {
      if (this.#start + grown > this.#memory.byteLength) this.#memory.grow(this.#start + grown);
    } catch {
      return null; // there is no memory
    }
    this.#bytes = this.#view();
    if (wrapped > 0) copyBytes(this.#bytes, 0, wrapped, this.#bytes, capacity);
    return { ...state, capacity: grown };
  }
}

function sizeOf(length: number): number {
  return RECORD_HEAD + ((length + 7) & ~7);
}
