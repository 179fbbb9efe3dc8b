/**
 * How values get into a slot and out again: written in place when they are small, into a block of
 * the arena when they are larger, and through the keeper when only a MessagePort can carry them, or
 * when the arena has no room.
 *
 * Nobody waits for room. What takes it up may be there until the one who would wait has done something
 * else: a worker that waited before it sends a result could wait for the arguments of the tasks that
 * are queued behind it. And nothing is refused, since memory that is handed on has no limit of its own.
 *
 * The arguments and the result of a job use the same 192 bytes in turn: a worker has copied the
 * arguments out before it writes the result. Blocks are apart, because the owner of the slot frees
 * both when the job is over, however it ended.
 */
import { freeBlocks } from '../shared/arena.ts';
import { load, store } from '../shared/atomics.ts';
import { INLINE_BYTES, PAGE_BYTES, Payload, SLOT, slotAt, TO_PAGES } from '../shared/layout.ts';
import { closeAll } from './close-moved.ts';
import { copyBytes } from './copy-bytes.ts';
import { decode, decodeCarried } from './decode.ts';
import { encode, type Encoded, encodeMoved } from './encode.ts';
import { keepFreedMemory } from './kept-memory.ts';
import { detach, findMoves } from './moves.ts';
import type { PackedValues } from './packed-values.ts';
import type { ThisThread } from './this-thread.ts';

/** Which of the two payloads of a slot: also the word that holds its block. */
export const Part: { readonly args: number; readonly result: number } = {
  args: SLOT.argsPage,
  result: SLOT.resultPage,
};

/** Views over the inline bytes of the slots that this thread has used. */
const views: Buffer[] = [];

function viewOf(thread: ThisThread, slot: number): Buffer {
  return (views[slot] ??= Buffer.from(
    thread.memory.buffers.memory,
    (slotAt(slot) + SLOT.inline) * 4,
    INLINE_BYTES,
  ));
}

/**
 * Writes values into a slot that this thread holds. What moves along with them (`transfer`) is gone from
 * this thread when it returns.
 *
 * @param where - names the place of a value in errors: 'argument 2'
 * @throws {DataCloneError} when something in them cannot cross; nothing has moved then
 */
export function writePayload(
  thread: ThisThread,
  slot: number,
  part: number,
  values: readonly unknown[],
  where: (index: number) => string,
): void {
  const moves = findMoves(values, [], where);
  if (moves?.isSmall === false) {
    return writeElsewhere(thread, slot, part, encodeMoved(values, where, moves));
  }
  const written = encode(values, viewOf(thread, slot), where);
  if (typeof written === 'number') {
    const { words } = thread.memory;
    words[slotAt(slot) + SLOT.length] = written;
    words[slotAt(slot) + SLOT.payload] = 0;
  } else {
    writeElsewhere(thread, slot, part, written);
  }
  if (moves === null) return;
  try {
    detach(moves);
  } catch (error) {
    forget(thread, slot);
    throw error;
  }
}

/** Gives up what was written: it is not to be sent after all. */
function forget(thread: ThisThread, slot: number): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  freeBlocks(words, thread.mailbox.arena, slot);
  const bits = words[at + SLOT.payload] as number;
  if (bits & Payload.carried) thread.mailbox.dropCarried?.(words[at + SLOT.serial] as number);
  words[at + SLOT.payload] = 0;
}

/**
 * Writes values that were packed before. Those with something that was moved are given to the keeper the
 * first time, and stay there if the slot is given up by `takePacked`.
 */
export function writePacked(
  thread: ThisThread,
  slot: number,
  part: number,
  packed: PackedValues,
): void {
  if ('bytes' in packed) return writeElsewhere(thread, slot, part, packed.bytes);
  if (packed.moved === undefined) return writeElsewhere(thread, slot, part, packed);
  const { words } = thread.memory;
  const at = slotAt(slot);
  words[at + SLOT.payload] = Payload.carried;
  if (packed.serial === undefined) {
    packed.serial = carry(thread, at, packed.carried, packed.moved);
  } else {
    words[at + SLOT.serial] = packed.serial;
  }
}

/** Takes packed values out of a slot that is given up, so that they can be written into another one. */
export function takePacked(thread: ThisThread, slot: number, packed: PackedValues): void {
  if ('carried' in packed && packed.moved !== undefined) {
    thread.memory.words[slotAt(slot) + SLOT.payload] = 0;
  }
}

/** Nobody will want the values: what was moved is given up. */
export function dropPacked(thread: ThisThread, packed: PackedValues): void {
  if ('bytes' in packed || packed.moved === undefined) return;
  if (packed.serial === undefined) closeAll(packed.moved);
  else thread.mailbox.dropCarried?.(packed.serial);
}

/** Writes what has not been written into the slot's own bytes, though it may fit there. */
function writeElsewhere(
  thread: ThisThread,
  slot: number,
  part: number,
  written: Exclude<Encoded, number>,
): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  if ('carried' in written) {
    carry(thread, at, written.carried, written.moved);
  } else if (written instanceof Uint8Array && written.length <= INLINE_BYTES) {
    viewOf(thread, slot).set(written);
    words[at + SLOT.length] = written.length;
    words[at + SLOT.payload] = 0;
  } else if (written instanceof Uint8Array) {
    writeBlock(thread, at, part, written, undefined);
  } else {
    writeBlock(thread, at, part, written.head, written.bulk);
  }
}

/** Reads what `writePayload` wrote, in another thread or this one. */
export function readPayload(thread: ThisThread, slot: number, part: number): unknown[] {
  const { words } = thread.memory;
  const at = slotAt(slot);
  if ((words[at + SLOT.payload] as number) & Payload.carried) {
    words[at + SLOT.payload] = 0; // it is handed out once
    const carried = thread.fetchCarried(words[at + SLOT.serial] as number);
    if (!(carried instanceof Uint8Array)) return decodeCarried(carried);
    return decode(Buffer.from(carried.buffer), carried.length);
  }
  const length = words[at + SLOT.length] as number;
  return decode(memoryOf(thread, slot, part, length), length);
}

/** Where the bytes of a payload lie, at the beginning of this. */
function memoryOf(thread: ThisThread, slot: number, part: number, length: number): Buffer {
  const page = load(thread.memory.words, slotAt(slot) + part);
  if (page === 0) return viewOf(thread, slot);
  return Buffer.from(thread.memory.buffers.arena, (page - 1) * PAGE_BYTES, length);
}

/** The bytes of a payload, as they lie there; valid as long as the slot is not written or given up. */
export function bytesOfPayload(thread: ThisThread, slot: number, part: number): Uint8Array {
  const { words } = thread.memory;
  const at = slotAt(slot);
  if ((words[at + SLOT.payload] as number) & Payload.carried) {
    words[at + SLOT.payload] = 0;
    return thread.fetchCarried(words[at + SLOT.serial] as number) as Uint8Array;
  }
  const length = words[at + SLOT.length] as number;
  return memoryOf(thread, slot, part, length).subarray(0, length);
}

function writeBlock(
  thread: ThisThread,
  at: number,
  part: number,
  head: Uint8Array,
  bulk: Uint8Array | undefined,
): void {
  const { words } = thread.memory;
  // The engine copies shared memory byte by byte, eight times as slowly, unless both ends are aligned.
  const bulkAt = (head.length + 7) & ~7;
  const length = bulk === undefined ? head.length : bulkAt + bulk.length;
  keepFreedMemory(length);
  const page = thread.mailbox.arena.take(length);
  if (page < 0) {
    const bytes = Buffer.allocUnsafeSlow(length);
    writeParts(bytes, head, bulk, bulkAt);
    return void carry(thread, at, bytes, [bytes.buffer]);
  }
  const block = Buffer.from(thread.memory.buffers.arena, page * PAGE_BYTES, length);
  writeParts(block, head, bulk, bulkAt);
  words[at + part + TO_PAGES] = Math.ceil(length / PAGE_BYTES);
  store(words, at + part, page + 1);
  words[at + SLOT.length] = length;
  words[at + SLOT.payload] = 0;
}

function writeParts(
  block: Buffer,
  head: Uint8Array,
  bulk: Uint8Array | undefined,
  bulkAt: number,
): void {
  copyBytes(head, 0, head.length, block, 0);
  if (bulk !== undefined) copyBytes(bulk, 0, bulk.length, block, bulkAt);
}

/** Leaves it to the keeper to hand the values on: as they are, or as the bytes of the message. */
function carry(
  thread: ThisThread,
  at: number,
  value: unknown,
  moved: readonly object[] = [],
): number {
  const { words } = thread.memory;
  const serial = thread.memory.nextSerial();
  words[at + SLOT.serial] = serial;
  words[at + SLOT.payload] = Payload.carried;
  thread.carry(serial, value, moved);
  return serial;
}
