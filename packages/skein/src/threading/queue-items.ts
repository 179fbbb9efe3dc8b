/**
 * What goes into a queue between threads, and what comes out: values, as the bytes of messages.
 *
 * An item is copied when it is put, though it may have to wait for room. What moves (`transfer`) is gone from this
 * thread when the item is in the queue: up to 512 KiB are copied like the rest, and then detached. More is moved as
 * soon as there is room; if another thread is faster with that, and this one gives up, it is lost.
 *
 * What only a MessagePort can carry is given to the keeper, and the queue has the number under which it is
 * fetched there. The keeper has it first: a thread may die in between.
 */
import { closeAll } from '../crossing/close-moved.ts';
import { decode, decodeCarried } from '../crossing/decode.ts';
import { type Carried, encode, type Encoded, encodeMoved } from '../crossing/encode.ts';
import type { Item, TakenItem } from '../crossing/item-ring.ts';
import { detach, findMoves, type Moves } from '../crossing/moves.ts';
import { thisThread } from '../crossing/this-thread.ts';
import type { QueueMemory } from './queue-memory.ts';
import { thisThreadWithKeeper } from './start-thread.ts';
import type { Attempt, Done } from './thread-operation.ts';

/** Small items are written into one of these first, and read from one. */
const SMALL_BYTES = 1024;
/** Those that are not in use: a getter in an item may put another one, and a value that is made take one. */
const idle: Buffer[] = [];

const nothing = new Uint8Array(0);
const where = (): string => 'the item';
const DONE: Done<void> = { value: undefined };

/** Puts an item into a queue: at once, or when there is room. */
export class OutgoingItem implements Attempt<void> {
  readonly #queue: QueueMemory;
  readonly #value: unknown;
  readonly #whenShut: () => Error;
  #moves: Moves | null = null;
  #item: Item | null = null;
  /** What the item is in, as long as it has no memory of its own. */
  #buffer: Buffer | null = null;
  /** What the keeper will get, or has got. */
  #carried: Carried | null = null;

  constructor(queue: QueueMemory, value: unknown, whenShut: () => Error) {
    this.#queue = queue;
    this.#value = value;
    this.#whenShut = whenShut;
  }

  /** @throws {DataCloneError} when it cannot cross */
  begin(triesAtOnce: boolean): void {
    this.#moves = findMoves([this.#value], [], where);
    if (this.#moves?.isSmall === false) return; // it is moved when there is room
    this.#buffer = idle.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
    try {
      this.#take(encode([this.#value], this.#buffer, where), this.#buffer);
    } catch (error) {
      this.#giveBack();
      throw error;
    }
    if (!triesAtOnce) this.#keep();
  }

  try(): Done<void> {
    const mayNotBeRepeated = this.#item === null || this.#item.serial < 0;
    let outcome: 'put' | 'full' | 'shut' | null = mayNotBeRepeated ? this.#queue.hindrance : null;
    outcome ??= this.#queue.put(this.#readyItem());
    if (outcome === 'shut') throw this.#whenShut();
    if (outcome === 'full') {
      this.#keep();
      return null;
    }
    this.#giveBack();
    if (this.#moves?.isSmall === true) detach(this.#moves); // it was copied
    return DONE;
  }

  giveUp(): void {
    this.#giveBack();
    const serial = this.#item?.serial ?? 0;
    if (serial > 0) thisThread().mailbox.dropCarried?.(serial);
    else if (this.#carried?.moved !== undefined) closeAll(this.#carried.moved);
  }

  #readyItem(): Item {
    if (this.#item === null) {
      this.#take(encodeMoved([this.#value], where, this.#moves as Moves), nothing);
    }
    const item = this.#item as unknown as Item;
    if (item.serial >= 0) return item;
    const thread = thisThreadWithKeeper();
    const { carried, moved = [] } = this.#carried as Carried;
    const serial = thread.memory.nextSerial();
    thread.carry(serial, carried, moved);
    this.#item = { head: nothing, serial };
    return this.#item;
  }

  /** Takes what it has become; −1 stands for the serial number that it will have. */
  #take(encoded: Encoded, buffer: Uint8Array): void {
    if (typeof encoded === 'number') {
      this.#item = { head: buffer.subarray(0, encoded), serial: 0 };
    } else if (encoded instanceof Uint8Array) {
      this.#item = { head: encoded, serial: 0 };
    } else if ('carried' in encoded) {
      this.#carried = encoded;
      this.#item = { head: nothing, serial: -1 };
    } else {
      this.#item = { head: encoded.head, bulk: encoded.bulk, serial: 0 };
    }
  }

  /** It has to wait: its bytes are not to be written over. */
  #keep(): void {
    if (this.#buffer === null || this.#item === null) return;
    const { head, bulk, serial } = this.#item;
    if (serial === 0) {
      const bulkAt = bulk === undefined ? head.length : (head.length + 7) & ~7;
      const own = Buffer.allocUnsafeSlow(bulkAt + (bulk?.length ?? 0));
      own.set(head);
      if (bulk !== undefined) own.set(bulk, bulkAt);
      this.#item = { head: own, serial };
    }
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#buffer !== null) idle.push(this.#buffer);
    this.#buffer = null;
  }
}

/**
 * Takes the oldest item out of a queue; null when there is none.
 *
 * @throws what is thrown when it is read; it is not in the queue any more then
 */
export function takeItem(queue: QueueMemory): { readonly value: unknown } | 'shut' | null {
  const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
  try {
    const item = queue.take(buffer);
    return item === null || item === 'shut' ? item : { value: valueOf(item) };
  } finally {
    idle.push(buffer);
  }
}

function valueOf({ bytes, length, serial }: TakenItem): unknown {
  if (serial === 0) return decode(bytes, length)[0];
  return decodeCarried(thisThreadWithKeeper().fetchCarried(serial))[0];
}
