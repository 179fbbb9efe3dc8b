/**
 * Writes values so that another thread can have copies of them. Three ways, the cheapest that keeps
 * the meaning:
 *
 * | way                                     | for                                            | cost            |
 * | --------------------------------------- | ---------------------------------------------- | --------------- |
 * | Skein's own bytes (tagged-encoder.ts)   | primitives, text, bytes, small plain data      | 20 to 400 ns    |
 * | the engine's (engine-serializer.ts)     | all else that the structured clone carries     | 1 to 20 µs      |
 * | a MessagePort, by the caller            | shared memory, keys, blobs, WebAssembly, and   | tens of µs      |
 * |                                         | what is moved (moves.ts)                       |                 |
 *
 * What arrives is what `structuredClone` would give, with one difference: a Buffer arrives as a
 * Buffer, and only the bytes that it shows are sent.
 */

import { goesAcross } from './border.ts';
import { ByteWriter } from './byte-writer.ts';
import { cloneError } from './clone-place.ts';
import type { MarkedValues } from './detached-copy.ts';
import { copyMarked, haveGetters } from './detached-copy.ts';
import { Refused, serialize } from './engine-serializer.ts';
import { moveOut, type Moves } from './moves.ts';
import { forgetDescriptions } from './share.ts';
import { survey } from './survey.ts';
import { beginTagged, type ValuesRead, valuesRead, writeTagged } from './tagged-encoder.ts';
import { Format } from './tags.ts';

/** Only a MessagePort can carry these values; `decodeCarried` takes them at the other end. */
export interface Carried {
  readonly carried: unknown;
  /** What in them has to be moved along: it has been taken from the sender, and cannot be copied. */
  readonly moved?: readonly object[];
}

/** What does not fit: `head` and, right behind it, `bulk`. Valid until the next `encode`. */
export interface Parts {
  readonly head: Uint8Array;
  readonly bulk: Uint8Array;
}

/** Bytes written into the given memory, or the bytes themselves, or nothing but the values. */
export type Encoded = number | Uint8Array | Parts | Carried;

const writer = new ByteWriter();

/**
 * Whether a message is being written. A getter in it may send another one: that goes the engine's way,
 * which has no state of its own.
 */
let isAtWork = false;

/**
 * Writes `values` into `into` if they fit there.
 *
 * Thread  any
 *
 * @param values - an argument list, or a result as a list of one; at most 255 take the cheapest way
 * @param into - may be shared memory; its contents are undefined unless a number is returned
 * @param where - names the place of a value in errors: 'argument 2', 'the result'
 * @returns how many bytes were written, ≥ 1; else what must be stored elsewhere
 * @throws {DataCloneError} when something in `values` cannot cross; the message names it and its place
 * @throws whatever a getter in `values` throws
 */
export function encode(
  values: readonly unknown[],
  into: Buffer,
  where: (index: number) => string,
): Encoded {
  if (isAtWork) return encodeByEngine(values, into, where, new Map());
  isAtWork = true;
  try {
    return writeValues(values, into)
      ? finish(into)
      : encodeByEngine(values, into, where, valuesRead());
  } finally {
    isAtWork = false;
  }
}

function writeValues(values: readonly unknown[], into: Buffer): boolean {
  const count = values.length;
  writer.begin(into);
  beginTagged();
  forgetDescriptions();
  if (count === 1) {
    writer.byte(Format.one);
    return writeTagged(writer, values[0]);
  }
  if (count === 0) {
    writer.byte(Format.none);
    return true;
  }
  if (count >= 256) return false;
  writer.byte(Format.list);
  writer.byte(count);
  for (let i = 0; i < count; i++) if (!writeTagged(writer, values[i])) return false;
  return true;
}

function finish(into: Buffer): Encoded {
  const { tail, outgrown } = writer;
  if (tail === undefined) return outgrown ?? writer.length;
  const head = writer.written;
  if (outgrown === undefined && head.length + tail.length <= into.length) {
    into.set(tail, head.length);
    return head.length + tail.length;
  }
  return { head, bulk: tail };
}

/** The format, and padding: the bytes behind it are copied eight times as fast when they are aligned. */
const engineHead = Uint8Array.of(Format.engine, 0, 0, 0, 0, 0, 0, 0);
const engineSharedHead = Uint8Array.of(Format.engineShared, 0, 0, 0, 0, 0, 0, 0);

function encodeByEngine(
  values: readonly unknown[],
  into: Buffer,
  where: (index: number) => string,
  read: ValuesRead,
): Encoded {
  const { hasShared, needsPort, isRefused } = survey(values);
  if (isRefused) throw cloneError(values, where, undefined);
  if (needsPort) return carry(copyMarked(values, read), values, where, null);
  const marked = hasShared || haveGetters(read.keys()) ? copyMarked(values, read) : undefined;
  const payload = hasShared ? marked! : (marked?.values ?? values);
  let bulk: Uint8Array;
  try {
    bulk = serialize(payload);
  } catch (error) {
    if (error instanceof Refused && goesAcross()) throw cloneError(values, where, error);
    if (error instanceof Refused)
      return carry(marked ?? copyMarked(values, read), values, where, null);
    throw error;
  }
  const head = hasShared ? engineSharedHead : engineHead;
  if (head.length + bulk.length > into.length) return { head, bulk };
  into.set(head);
  into.set(bulk, head.length);
  return head.length + bulk.length;
}

/**
 * Makes a message of values some of which move. They are gone from this thread when it returns.
 *
 * @throws {DataCloneError} when something in them cannot cross; nothing has moved then
 */
export function encodeMoved(
  values: readonly unknown[],
  where: (index: number) => string,
  moves: Moves,
): Carried {
  forgetDescriptions();
  if (survey(values).isRefused) throw cloneError(values, where, undefined);
  return carry(copyMarked(values, new Map(), moves.list), values, where, moves);
}

/** A port refuses by an error too, but later and without the place: so it is tried here. */
function carry(
  payload: MarkedValues,
  values: readonly unknown[],
  where: (index: number) => string,
  moves: Moves | null,
): Carried {
  try {
    if (moves === null) return { carried: structuredClone(payload) };
    const { payload: carried, list } = moveOut(payload, moves);
    return { carried, moved: list };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw cloneError(values, where, error, moves?.list);
  }
}

/** A refusal of the algorithm, not an error that a getter threw. Node 20 has a class of its own for what must be transferred. */
function isRefusal(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === 'DataCloneError' || code === 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST';
}
