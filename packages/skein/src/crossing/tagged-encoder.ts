/**
 * Writes small plain data in Skein's own format: ten times cheaper than the engine's serializer,
 * which costs more than a microsecond before its first byte.
 *
 * It takes what most messages consist of: primitives, text, dates, bytes, and plain objects and
 * arrays of those. At anything else it gives up (returns `false`), and the caller takes the general
 * path for the whole message (encode.ts), because parts of one message may refer to each other:
 * an object that is met twice must arrive as one object.
 *
 * A property may be a getter, and must be read once only. So the values of each object are read into
 * a record before any of them is written, and if the encoder gives up, the general path can take them
 * from there (`valuesRead`).
 */

import { types } from 'node:util';
import type { ByteWriter } from './byte-writer.ts';
import { describe, isShareable, staysInProcess } from './share.ts';
import type { Shareable } from './share.ts';
import { Tag } from './tags.ts';

/** What small Buffers are cut from: not a memory that two of them have in common. */
const pool = Buffer.from('a').buffer;
const MAX_DEPTH = 8;
const MAX_OBJECTS = 48;
const MAX_KEYS = 256;
const MAX_ELEMENTS = 64;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The objects of the current message, for those that are met twice, with their keys and values. */
const objects: object[] = [];
const keysRead: (readonly string[] | undefined)[] = [];
const valuesReadOf: (unknown[] | undefined)[] = [];
let count = 0;
let depth = 0;
/** The memory that values of the current message look at. */
let viewed: ArrayBufferLike[] = [];

/** Forgets the message before. */
export function beginTagged(): void {
  for (let i = 0; i < count; i++) objects[i] = keysRead[i] = valuesReadOf[i] = undefined as never;
  count = 0;
  depth = 0;
  if (viewed.length > 0) viewed = [];
}

/** Plain objects of a message, and the keys and values that were read from them. */
export type ValuesRead = Map<
  object,
  { readonly keys: readonly string[]; readonly values: readonly unknown[] }
>;

/** What was read from plain objects of the current message. */
export function valuesRead(): ValuesRead {
  const read: ValuesRead = new Map();
  for (let i = 0; i < count; i++) {
    const keys = keysRead[i];
    if (keys !== undefined) read.set(objects[i]!, { keys, values: valuesReadOf[i]! });
  }
  return read;
}

/** Writes one value, or returns `false` when it is not of the plain kind. */
export function writeTagged(writer: ByteWriter, value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      if ((value | 0) === value && (value !== 0 || 1 / value > 0)) writer.int32(Tag.int32, value);
      else writer.float64(Tag.float64, value);
      return true;
    case 'string':
      writer.text(Tag.latin1, Tag.utf16, value);
      return true;
    case 'boolean':
      writer.byte(value ? Tag.true : Tag.false);
      return true;
    case 'undefined':
      writer.byte(Tag.undefined);
      return true;
    case 'bigint':
      if (value < MIN_INT64 || value > MAX_INT64) return false;
      writer.bigint64(Tag.bigint64, value);
      return true;
    case 'object':
      if (value === null) {
        writer.byte(Tag.null);
        return true;
      }
      return writeObject(writer, value);
    default:
      return false;
  }
}

function writeObject(writer: ByteWriter, object: object): boolean {
  for (let i = 0; i < count; i++) if (objects[i] === object) return false;
  if (count === MAX_OBJECTS || depth === MAX_DEPTH) return false;
  objects[count++] = object;
  if (types.isProxy(object)) return false; // as the structured clone refuses it
  const prototype = Object.getPrototypeOf(object) as unknown;
  if (prototype === Object.prototype || prototype === null) {
    if (isShareable(object)) return writeShared(writer, object);
    return writePlain(writer, object as Record<string, unknown>);
  }
  if (prototype === Array.prototype) return Array.isArray(object) && writeArray(writer, object);
  if (prototype === Buffer.prototype) return writeBytes(writer, Tag.buffer, object as Uint8Array);
  if (prototype === Uint8Array.prototype)
    return writeBytes(writer, Tag.uint8Array, object as Uint8Array);
  if (prototype === ArrayBuffer.prototype) return writeArrayBuffer(writer, object as ArrayBuffer);
  if (prototype === Date.prototype && types.isDate(object)) {
    writer.float64(Tag.date, object.getTime());
    return true;
  }
  return isShareable(object) && writeShared(writer, object);
}

function writePlain(writer: ByteWriter, object: Record<string, unknown>): boolean {
  const keys = Object.keys(object);
  const length = keys.length;
  if (length > MAX_KEYS) return false;
  const values: unknown[] = [];
  for (let i = 0; i < length; i++) values.push(object[keys[i]!]);
  keysRead[count - 1] = keys;
  valuesReadOf[count - 1] = values;
  writer.byte(Tag.object);
  writer.size(length);
  depth++;
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    if (key === '__proto__' || !writer.key(key) || !writeTagged(writer, values[i])) return false;
  }
  depth--;
  return true;
}

function writeArray(writer: ByteWriter, array: readonly unknown[]): boolean {
  const length = array.length;
  // As many keys as elements, and the last of them an index, which come first: no holes, no other properties.
  const keys = length > MAX_ELEMENTS ? [] : Object.keys(array);
  if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1)))
    return false;
  writer.byte(Tag.array);
  writer.size(length);
  depth++;
  for (let i = 0; i < length; i++) if (!writeTagged(writer, array[i])) return false;
  depth--;
  return true;
}

function writeBytes(writer: ByteWriter, tag: number, bytes: Uint8Array): boolean {
  if (!types.isUint8Array(bytes) || types.isSharedArrayBuffer(bytes.buffer)) return false;
  const { buffer } = bytes;
  // A Buffer is sent as the bytes that it shows; any other view takes its whole memory along.
  const isWhole = buffer.byteLength === bytes.byteLength;
  if ((tag === Tag.uint8Array && !isWhole) || !isFirstView(buffer)) return false;
  if ((buffer as { resizable?: boolean }).resizable === true) return false;
  writer.bytes(tag, bytes);
  return true;
}

function writeArrayBuffer(writer: ByteWriter, buffer: ArrayBuffer): boolean {
  if (!types.isArrayBuffer(buffer) || !isFirstView(buffer)) return false;
  const { resizable, detached } = buffer as { resizable?: boolean; detached?: boolean };
  if (resizable === true || detached === true) return false;
  writer.bytes(Tag.arrayBuffer, new Uint8Array(buffer));
  return true;
}

/** Notes the memory behind a value; `false` when another value of the message looks at it too. */
function isFirstView(buffer: ArrayBufferLike): boolean {
  if (buffer === pool) return true;
  for (let i = 0; i < viewed.length; i++) if (viewed[i] === buffer) return false;
  viewed.push(buffer);
  return true;
}

function writeShared(writer: ByteWriter, object: Shareable): boolean {
  if (staysInProcess(object)) return false;
  const { kind, data } = describe(object);
  writer.byte(Tag.shared);
  depth++;
  if (!writer.key(kind) || !writeTagged(writer, data)) return false;
  depth--;
  return true;
}
