/** Reads what tagged-encoder.ts wrote. */

import { InternalError } from '../core/exceptions.ts';
import type { ByteReader } from './byte-reader.ts';
import { revive } from './share.ts';
import { Tag } from './tags.ts';

/** Reads one value. */
export function readTagged(reader: ByteReader): unknown {
  const tag = reader.byte();
  switch (tag) {
    case Tag.int32:
      return reader.int32();
    case Tag.float64:
      return reader.float64();
    case Tag.latin1:
      return reader.latin1();
    case Tag.utf16:
      return reader.utf16();
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.true:
      return true;
    case Tag.false:
      return false;
    case Tag.object:
      return readObject(reader);
    case Tag.array:
      return readArray(reader);
    case Tag.bigint64:
      return reader.bigint64();
    case Tag.date:
      return new Date(reader.float64());
    case Tag.shared:
      return revive(reader.key(), readTagged(reader));
    default:
      return readBytes(reader, tag);
  }
}

function readObject(reader: ByteReader): object {
  const object: Record<string, unknown> = {};
  for (let size = reader.size(); size > 0; size--) object[reader.key()] = readTagged(reader);
  return object;
}

function readArray(reader: ByteReader): unknown[] {
  const array: unknown[] = [];
  for (let size = reader.size(); size > 0; size--) array.push(readTagged(reader));
  return array;
}

function readBytes(reader: ByteReader, tag: number): Uint8Array | ArrayBuffer {
  const size = reader.size();
  switch (tag) {
    case Tag.uint8Array:
      return filled(reader, new Uint8Array(size));
    case Tag.arrayBuffer:
      return filled(reader, new Uint8Array(size)).buffer;
    case Tag.buffer:
      return filled(reader, Buffer.allocUnsafe(size));
    case Tag.tailUint8Array:
      return new Uint8Array(reader.tail(size));
    case Tag.tailArrayBuffer:
      return reader.tail(size);
    case Tag.tailBuffer:
      return Buffer.from(reader.tail(size));
    default:
      throw new InternalError(
        `a message holds an unknown tag, ${tag}: it was overwritten, or read at the wrong place`,
      );
  }
}

function filled<B extends Uint8Array<ArrayBuffer>>(reader: ByteReader, bytes: B): B {
  reader.bytesInto(bytes);
  return bytes;
}
