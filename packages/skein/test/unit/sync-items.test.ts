import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareAsPython } from '../../dist/sync/compare.js';
import { OldestFirst } from '../../dist/sync/queue-items.js';
import { SmallestFirst } from '../../dist/sync/smallest-first.js';
import { Random } from '../stress/random.ts';

/** Each list is in Python's order. */
const ORDERS: readonly (readonly unknown[])[] = [
  [-Infinity, -1, 0, 0.5, 1n, 2, 3, Infinity],
  ['', 'A', 'B', 'a', 'aa', 'b', 'ä', '\uFFFD', '\u{1F600}'],
  [[], [0], [0, 'a'], [0, 'b', null], [0, 'b', null, 1], [0, 'c'], [1, -1], [1.5]],
];

test('values are compared as Python compares them', () => {
  for (const order of ORDERS) {
    for (const [i, a] of order.entries()) {
      for (const [j, b] of order.entries()) {
        assert.equal(Math.sign(compareAsPython(a, b)), Math.sign(i - j), `${i} with ${j}`);
      }
    }
  }
});

test('true is 1, and the same object is equal to itself', () => {
  const object = {};
  assert.equal(compareAsPython(true, 1), 0);
  assert.equal(compareAsPython([1, object, 2], [1, object, 1]) > 0, true);
});

test('what has no order is refused, with the cure', () => {
  const pairs: [unknown, unknown][] = [
    [1, 'a'],
    [{}, {}],
    [null, 0],
    [[1], 1],
    [undefined, undefined],
    [
      [1, {}],
      [1, {}],
    ],
  ];
  for (const [a, b] of pairs) {
    assert.throws(() => compareAsPython(a, b), /TypeError: '<' not supported.*compare/);
  }
});

test('a heap gives what a stable sort gives', () => {
  const random = new Random(20);
  for (let round = 0; round < 200; round++) {
    const compare = (a: number[], b: number[]): number => (a[0] as number) - (b[0] as number);
    const heap = new SmallestFirst<number[]>(compare);
    const inside: number[][] = [];
    for (let i = 0; i < 60; i++) {
      if (inside.length > 0 && random.oneIn(3)) {
        inside.sort((a, b) => compare(a, b) || (a[1] as number) - (b[1] as number));
        assert.deepEqual(heap.take(), inside.shift());
      } else {
        const item = [random.below(8), i];
        heap.push(item);
        inside.push(item);
      }
      assert.equal(heap.length, inside.length);
    }
  }
});

test('a comparison that fails leaves the heap as it was', () => {
  const heap = new SmallestFirst<unknown>(compareAsPython);
  heap.push([0]);
  heap.push([1, {}]);
  heap.push([1, {}]);
  assert.throws(() => heap.push('text'), TypeError);
  assert.throws(() => heap.take(), TypeError); // which of the two is next?
  assert.equal(heap.length, 3);
});

test('a ring that grows keeps the order', () => {
  const random = new Random(3);
  const ring = new OldestFirst<number>();
  let put = 0;
  let taken = 0;
  for (let i = 0; i < 2000; i++) {
    if (ring.length > 0 && random.below(100) < 45) assert.equal(ring.take(), taken++);
    else ring.push(put++);
    assert.equal(ring.length, put - taken);
  }
});
