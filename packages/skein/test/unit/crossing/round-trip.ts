import { decode, decodeCarried } from '../../../dist/crossing/decode.js';
import { encode } from '../../../dist/crossing/encode.js';

const slot = Buffer.from(new SharedArrayBuffer(192));

/** Writes values as a slot and a block of shared memory hold them, reads them, and overwrites the memory. */
export function roundTrip(values: readonly unknown[]): unknown[] {
  const encoded = encode(values, slot, (index) => `argument ${index + 1}`);
  if (typeof encoded === 'number') return readAndWipe(slot, encoded);
  if (encoded instanceof Uint8Array) return readAndWipe(shared(encoded), encoded.length);
  if ('carried' in encoded) return decodeCarried(structuredClone(encoded.carried));
  const { head, bulk } = encoded;
  return readAndWipe(shared(head, bulk), head.length + bulk.length);
}

/** How many bytes the values took in the slot; −1 when they did not fit there. */
export function inlineBytes(values: readonly unknown[]): number {
  const encoded = encode(values, slot, String);
  return typeof encoded === 'number' ? encoded : -1;
}

function shared(...parts: readonly Uint8Array[]): Buffer {
  const block = Buffer.from(
    new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)),
  );
  let at = 0;
  for (const part of parts) {
    block.set(part, at);
    at += part.length;
  }
  return block;
}

function readAndWipe(bytes: Buffer, length: number): unknown[] {
  const values = decode(bytes, length);
  bytes.fill(0xff);
  return values;
}
