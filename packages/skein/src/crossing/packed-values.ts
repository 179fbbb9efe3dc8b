/**
 * Values in the form in which they cross, outside of any slot: for jobs that wait in the memory of
 * the thread that submitted them, and for what every new worker of a pool is given.
 */
import { decode, decodeCarried } from './decode.ts';
import { type Encoded, encode } from './encode.ts';

/** Plain data: bytes, or values that a MessagePort has to carry. */
export type PackedValues = { readonly bytes: Uint8Array } | { readonly carried: unknown };

/** No message fits into nothing: the bytes are always returned. */
const nothing = Buffer.alloc(0);

/**
 * Copies values into the form in which they cross.
 *
 * @param where - names the place of a value in errors: 'argument 2'
 * @throws {DataCloneError} when something in them cannot cross
 */
export function pack(values: readonly unknown[], where: (index: number) => string): PackedValues {
  const encoded = encode(values, nothing, where) as Exclude<Encoded, number>;
  if ('carried' in encoded) return encoded;
  if (encoded instanceof Uint8Array) return { bytes: Buffer.from(encoded) };
  return { bytes: Buffer.concat([encoded.head, encoded.bulk]) };
}

/** Makes this thread's values of what was packed. */
export function unpack(packed: PackedValues): unknown[] {
  if ('carried' in packed) return decodeCarried(packed.carried);
  const { buffer, byteOffset, length } = packed.bytes;
  return decode(Buffer.from(buffer, byteOffset, length), length);
}
