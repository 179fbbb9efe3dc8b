/** Reads what encode.ts wrote, in another thread. */

import { ByteReader } from './byte-reader.ts';
import { copyBytes } from './copy-bytes.ts';
import type { MarkedValues } from './detached-copy.ts';
import { replaceMarkers } from './detached-copy.ts';
import { deserialize } from './engine-serializer.ts';
import { revive } from './share.ts';
import { readTagged } from './tagged-decoder.ts';
import { Format } from './tags.ts';

/** Bytes of an engine's message before the engine's own. */
const ENGINE_HEAD = 8;

/** Readers that are not at work. More than one is needed only when reviving a shared object decodes something. */
const idle: ByteReader[] = [];

/**
 * Reads a message. What is returned shares nothing with `bytes`.
 *
 * Thread  any
 *
 * @param bytes - may be shared memory; the message starts at its first byte
 * @param length - bytes of the message
 */
export function decode(bytes: Buffer, length: number): unknown[] {
  const format = bytes[0];
  if (format === Format.none) return [];
  if (format === Format.engine || format === Format.engineShared) {
    const own = Buffer.allocUnsafeSlow(length - ENGINE_HEAD);
    copyBytes(bytes, ENGINE_HEAD, length, own, 0);
    const payload = deserialize(own);
    return format === Format.engine ? (payload as unknown[]) : reviveAll(payload as MarkedValues);
  }
  const reader = idle.pop() ?? new ByteReader();
  try {
    reader.begin(bytes, length);
    return reader.byte() === Format.one ? [readTagged(reader)] : readList(reader);
  } finally {
    idle.push(reader);
  }
}

/** Takes values that came through a MessagePort. */
export function decodeCarried(carried: unknown): unknown[] {
  return Array.isArray(carried) ? carried : reviveAll(carried as MarkedValues);
}

function readList(reader: ByteReader): unknown[] {
  const values: unknown[] = [];
  for (let count = reader.byte(); count > 0; count--) values.push(readTagged(reader));
  return values;
}

function reviveAll({ values, markers, descriptions }: MarkedValues): unknown[] {
  const objects = new Map<object, unknown>();
  markers.forEach((marker, i) => {
    const { kind, data } = descriptions[i]!;
    const own = [data];
    replaceMarkers(own, objects);
    objects.set(marker, revive(kind, own[0]));
  });
  const revived = [...values];
  replaceMarkers(revived, objects);
  return revived;
}
