/** What a worker and its child say to each other, in whatever pieces it arrives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, frame, FrameReader } from '../../dist/executors/child-frames.js';

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 255);

const said: readonly Frame[] = [
  { type: 4, key: 17, numbers: [1, -2, 2 ** 31 - 1, 0], bytes: bytesOf(0) },
  { type: 6, key: 0, numbers: [0, 0, 0, 0], bytes: bytesOf(1) },
  { type: 4, key: 65_535, numbers: [5, 6, 7, 8], bytes: bytesOf(5000) },
  { type: 9, key: 1, numbers: [0, 0, 0, 0], bytes: bytesOf(31) },
];

const all = Buffer.concat(
  said.map(({ type, key, numbers, bytes }) => frame(type, key, numbers, bytes)),
);

for (const size of [1, 2, 31, 32, 33, 63, 100, 4096, all.length]) {
  test(`in pieces of ${size} bytes`, () => {
    const reader = new FrameReader();
    const heard: Frame[] = [];
    for (let from = 0; from < all.length; from += size) {
      heard.push(...reader.push(all.subarray(from, from + size)));
    }
    assert.deepEqual(
      heard.map(({ type, key, numbers, bytes }) => {
        return { type, key, numbers, bytes: Uint8Array.from(bytes) };
      }),
      said,
    );
  });
}
