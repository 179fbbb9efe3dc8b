// What is done with bytes that go to a thread and back: a number is written at both ends.

import { skein } from '../contestants/parts/skein.mjs';

export function stamp(bytes, number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(0, number, true);
  view.setUint32(bytes.byteLength - 4, number, true);
  return bytes;
}

export const stampAndMove = (bytes, number) => skein.transfer(stamp(bytes, number), [bytes.buffer]);

/** The memory is the sender's, too: nothing needs to come back. */
export const stampShared = (memory, number) => void stamp(new Uint8Array(memory), number);

/** A class over shared memory that says how it crosses. */
export class Picture {
  constructor(memory) {
    this.bytes = new Uint8Array(memory);
  }

  static over(memory) {
    return new Picture(memory);
  }

  [Symbol.for('skein.share')]() {
    return { revive: Picture.over, data: this.bytes.buffer };
  }
}

export const stampPicture = (picture, number) => void stamp(picture.bytes, number);
