/**
 * Values in the form in which they cross, outside of any slot: for jobs that wait in the memory of
 * the thread that submitted them, and for what every new worker of a pool is given.
 */
import { decode, decodeCarried } from './decode.ts';
import { type Encoded, encode, encodeMoved } from './encode.ts';
import { detach, findMoves, type Moves } from './moves.ts';

/** Plain data: bytes, or values that a MessagePort has to carry. */
export type PackedValues = PackedBytes | PackedForPort;

interface PackedBytes {
  readonly bytes: Uint8Array;
}

interface PackedForPort {
  readonly carried: unknown;
  /** What of it has to be moved: it can be handed on only once. */
  readonly moved?: readonly object[];
  /** The key under which the keeper has it already; 0 or missing = it has not. */
  serial?: number;
}

/** No message fits into nothing: the bytes are always returned. */
const nothing = Buffer.alloc(0);

/**
 * Copies values into the form in which they cross.
 *
 * @param where - names the place of a value in errors: 'argument 2'
 * @param moves - what moves along; it is gone from this thread when this returns
 * @throws {DataCloneError} when something in them cannot cross; nothing has moved then
 */
export function pack(
  values: readonly unknown[],
  where: (index: number) => string,
  moves: Moves | null = findMoves(values, [], where),
): PackedValues {
  if (moves?.isSmall === false) return encodeMoved(values, where, moves);
  const packed = copyOf(encode(values, nothing, where) as Exclude<Encoded, number>);
  if (moves !== null) detach(moves);
  return packed;
}

function copyOf(encoded: Exclude<Encoded, number>): PackedValues {
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

/** The bytes of what was packed across the border of the process: it has no other form. */
export function bytesOf(packed: PackedValues): Uint8Array {
  return (packed as { readonly bytes: Uint8Array }).bytes;
}
