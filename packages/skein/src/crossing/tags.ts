/**
 * The byte format in which values cross.
 *
 * ```
 *   message   format · body
 *   format    0  no values
 *             1  one value, tagged                         body: value
 *             2  a list, tagged                            body: count (1 byte) · values
 *             3  the engine's own format (v8.Serializer)   body: padding to 8 · bytes
 *             4  the same, with shared objects in it       (share.ts)
 *   value     tag · content, see below
 *   size      1 byte, or 255 and then 4 bytes
 * ```
 *
 * Numbers are little-endian and not aligned. Text has no terminator. One large run of bytes in a
 * message is not written in its place but at the very end (`tail…`), so that it can be copied
 * straight from its owner's memory into shared memory and from there into the receiver's.
 */

/** The first byte of a message. */
export const Format = { none: 0, one: 1, list: 2, engine: 3, engineShared: 4 } as const;

/** The first byte of a value. */
export const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  /** 4 bytes. */
  int32: 4,
  /** 8 bytes. */
  float64: 5,
  /** size · one byte a unit. */
  latin1: 6,
  /** size in bytes · two bytes a unit. */
  utf16: 7,
  /** 8 bytes, two's complement. */
  bigint64: 8,
  /** 8 bytes: milliseconds since 1970, or NaN. */
  date: 9,
  /** size · values. */
  array: 10,
  /** size · pairs of key (size · latin1) and value. */
  object: 11,
  /** size · bytes. */
  uint8Array: 12,
  buffer: 13,
  arrayBuffer: 14,
  /** size; the bytes are the last of the message. */
  tailUint8Array: 15,
  tailBuffer: 16,
  tailArrayBuffer: 17,
  /** kind (size · latin1) · value: what it gave for itself. */
  shared: 18,
} as const;

/** From a bytes tag to the tag that says "at the end". */
export const TAIL: number = Tag.tailUint8Array - Tag.uint8Array;

/** A size that does not fit one byte is announced by this. */
export const LONG_SIZE = 255;
