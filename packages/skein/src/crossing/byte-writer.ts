/**
 * Writes the byte format (tags.ts), first into the memory that it is given, and from the moment that
 * is full into one of its own, which grows. So nothing has to be measured before, and what fits is
 * written once.
 */

import { LONG_SIZE, TAIL } from './tags.ts';

/** Bytes from which a run is left at its owner and put behind the message. */
const TAIL_FROM = 1024;
/** Units up to which text is written unit by unit: a call into the engine costs as much as 30 of them. */
const SHORT_TEXT = 32;

const float64 = new Float64Array(1);
const int64 = new BigInt64Array(float64.buffer);
const bytesOfFloat64 = new Uint8Array(float64.buffer);

export class ByteWriter {
  #out: Buffer = Buffer.alloc(0);
  #scratch: Buffer = Buffer.allocUnsafeSlow(4096);
  #pos = 0;
  #end = 0;
  #tail: Uint8Array | undefined;

  /** Starts a message in `into`. */
  begin(into: Buffer): void {
    this.#out = into;
    this.#end = into.length;
    this.#pos = 0;
    this.#tail = undefined;
  }

  /** Bytes written so far, those at the end not counted. */
  get length(): number {
    return this.#pos;
  }

  /** The run of bytes that belongs behind the message, if there is one. */
  get tail(): Uint8Array | undefined {
    return this.#tail;
  }

  /** Where the message is if it outgrew the memory it was given: good until the next `begin`. */
  get outgrown(): Uint8Array | undefined {
    return this.#out === this.#scratch ? this.#scratch.subarray(0, this.#pos) : undefined;
  }

  /** All that was written, wherever it is. */
  get written(): Uint8Array {
    return this.#out.subarray(0, this.#pos);
  }

  byte(value: number): void {
    if (this.#pos === this.#end) this.#grow(1);
    this.#out[this.#pos++] = value;
  }

  int32(tag: number, value: number): void {
    if (this.#pos + 5 > this.#end) this.#grow(5);
    const out = this.#out;
    const pos = this.#pos;
    out[pos] = tag;
    out[pos + 1] = value;
    out[pos + 2] = value >> 8;
    out[pos + 3] = value >> 16;
    out[pos + 4] = value >> 24;
    this.#pos = pos + 5;
  }

  float64(tag: number, value: number): void {
    float64[0] = value;
    this.#eightBytes(tag);
  }

  bigint64(tag: number, value: bigint): void {
    int64[0] = value;
    this.#eightBytes(tag);
  }

  size(value: number): void {
    if (value < LONG_SIZE) this.byte(value);
    else this.int32(LONG_SIZE, value);
  }

  /** Writes text under one of two tags; −1 for the first writes the size and text alone (a key). */
  text(latin1Tag: number, utf16Tag: number, text: string): void {
    const length = text.length;
    if (length > SHORT_TEXT) {
      this.#longText(latin1Tag, utf16Tag, text);
      return;
    }
    if (this.#pos + length + 2 > this.#end) this.#grow(length + 2);
    const out = this.#out;
    let pos = this.#pos;
    out[pos++] = latin1Tag;
    out[pos++] = length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) {
        this.#longText(latin1Tag, utf16Tag, text);
        return;
      }
      out[pos++] = unit;
    }
    this.#pos = pos;
  }

  /** Writes a key; returns `false`, with nothing written, when it has units beyond latin1 or is very long. */
  key(text: string): boolean {
    const length = text.length;
    if (length >= LONG_SIZE) return false;
    if (this.#pos + length + 1 > this.#end) this.#grow(length + 1);
    const out = this.#out;
    let pos = this.#pos;
    out[pos++] = length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return false;
      out[pos++] = unit;
    }
    this.#pos = pos;
    return true;
  }

  /** Writes a run of bytes, or notes it as the tail. */
  bytes(tag: number, bytes: Uint8Array): void {
    const length = bytes.length;
    if (length >= TAIL_FROM && this.#tail === undefined) {
      this.#tail = bytes;
      this.byte(tag + TAIL);
      this.size(length);
      return;
    }
    this.byte(tag);
    this.size(length);
    if (this.#pos + length > this.#end) this.#grow(length);
    if (length <= SHORT_TEXT) {
      for (let i = 0; i < length; i++) this.#out[this.#pos + i] = bytes[i]!;
    } else {
      this.#out.set(bytes, this.#pos);
    }
    this.#pos += length;
  }

  #eightBytes(tag: number): void {
    if (this.#pos + 9 > this.#end) this.#grow(9);
    const out = this.#out;
    const pos = this.#pos;
    out[pos] = tag;
    for (let i = 0; i < 8; i++) out[pos + 1 + i] = bytesOfFloat64[i]!;
    this.#pos = pos + 9;
  }

  #longText(latin1Tag: number, utf16Tag: number, text: string): void {
    const wide = /[^\0-\xff]/.test(text);
    const length = wide ? text.length * 2 : text.length;
    this.byte(wide ? utf16Tag : latin1Tag);
    this.size(length);
    if (this.#pos + length > this.#end) this.#grow(length);
    if (wide) this.#out.write(text, this.#pos, 'utf16le');
    else this.#out.write(text, this.#pos, 'latin1');
    this.#pos += length;
  }

  #grow(wanted: number): void {
    const full = this.#out;
    const needed = this.#pos + wanted;
    if (full === this.#scratch || this.#scratch.length < needed) {
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(needed, this.#scratch.length * 2));
    }
    this.#scratch.set(full.subarray(0, this.#pos));
    this.#out = this.#scratch;
    this.#end = this.#scratch.length;
  }
}
