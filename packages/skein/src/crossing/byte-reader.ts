/**
 * Reads the byte format (tags.ts). The bytes may be shared memory that is about to be used for
 * something else: whatever is returned is a copy.
 */

import { copyBytes } from './copy-bytes.ts';
import { LONG_SIZE } from './tags.ts';

/** Node's own readers of text, without the detour over names of encodings. */
interface TextBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

const float64 = new Float64Array(1);
const int64 = new BigInt64Array(float64.buffer);
const bytesOfFloat64 = new Uint8Array(float64.buffer);

/** Text up to this length is put together from units: a call into the engine costs as much as 20 of them. */
const SHORT_TEXT = 12;
/** Bytes up to which a loop is faster than `copyBytes`. */
const SHORT_BYTES = 48;

/** Keys met before, by a hash of their bytes: the same few come again and again. A power of two. */
const keys: string[] = new Array<string>(1024).fill('');

export class ByteReader {
  #in: TextBuffer = Buffer.alloc(0) as TextBuffer;
  #pos = 0;
  /** Where the tail begins, or the message ends. */
  #end = 0;

  /** Starts at the first of `length` bytes. */
  begin(bytes: Buffer, length: number): void {
    this.#in = bytes as TextBuffer;
    this.#pos = 0;
    this.#end = length;
  }

  byte(): number {
    return this.#in[this.#pos++]!;
  }

  size(): number {
    const size = this.byte();
    return size < LONG_SIZE ? size : this.int32();
  }

  int32(): number {
    const bytes = this.#in;
    const pos = this.#pos;
    this.#pos = pos + 4;
    return bytes[pos]! | (bytes[pos + 1]! << 8) | (bytes[pos + 2]! << 16) | (bytes[pos + 3]! << 24);
  }

  float64(): number {
    this.#eightBytes();
    return float64[0]!;
  }

  bigint64(): bigint {
    this.#eightBytes();
    return int64[0]!;
  }

  latin1(): string {
    const length = this.size();
    const pos = this.#pos;
    this.#pos = pos + length;
    return length > SHORT_TEXT
      ? this.#in.latin1Slice(pos, pos + length)
      : shortText(this.#in, pos, length);
  }

  utf16(): string {
    const length = this.size();
    const pos = this.#pos;
    this.#pos = pos + length;
    return this.#in.ucs2Slice(pos, pos + length);
  }

  key(): string {
    const bytes = this.#in;
    const length = bytes[this.#pos]!;
    const from = this.#pos + 1;
    this.#pos = from + length;
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[from + i]!) | 0;
    const place = (hash ^ (hash >>> 10)) & 1023;
    const known = keys[place]!;
    if (known.length === length && isText(known, bytes, from)) return known;
    return (keys[place] = bytes.latin1Slice(from, from + length));
  }

  /** Fills `target` with the bytes that follow. */
  bytesInto(target: Uint8Array): void {
    this.#copy(target, this.#pos);
    this.#pos += target.length;
  }

  /** The last `size` bytes of the message, in memory of their own. */
  tail(size: number): ArrayBuffer {
    const memory = Buffer.allocUnsafeSlow(size); // which the engine need not clear first
    this.#copy(memory, this.#end - size);
    return memory.buffer;
  }

  #copy(target: Uint8Array, from: number): void {
    const length = target.length;
    const bytes = this.#in;
    if (length > SHORT_BYTES) copyBytes(bytes, from, from + length, target, 0);
    else for (let i = 0; i < length; i++) target[i] = bytes[from + i]!;
  }

  #eightBytes(): void {
    const bytes = this.#in;
    const pos = this.#pos;
    for (let i = 0; i < 8; i++) bytesOfFloat64[i] = bytes[pos + i]!;
    this.#pos = pos + 8;
  }
}

function isText(text: string, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

function shortText(bytes: Uint8Array, from: number, length: number): string {
  const end = from + length;
  let text = '';
  let at = from;
  for (; at + 4 <= end; at += 4) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
