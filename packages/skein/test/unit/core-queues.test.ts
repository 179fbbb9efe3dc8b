import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReadyQueue } from '../../dist/core/ready-queue.js';
import { type TimerHandle, TimerHeap } from '../../dist/core/timer-heap.js';

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number, never, void> {
  for (let x = seed; ;) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x;
  }
}

describe('ReadyQueue', () => {
  test('behaves like an array, through growing and wrapping', () => {
    const queue = new ReadyQueue();
    const model: { id: number; run(): void }[] = [];
    const random = numbers(1);
    for (let i = 0; i < 20_000; i++) {
      const grows = i % 4000 < 2000;
      if (random.next().value % 10 < (grows ? 6 : 4)) {
        const item = { id: i, run: () => {} };
        queue.push(item);
        model.push(item);
      } else if (model.length > 0) {
        assert.equal(queue.shift(), model.shift());
      }
      assert.equal(queue.length, model.length);
    }
  });

  test('is empty after clear', () => {
    const queue = new ReadyQueue();
    for (let i = 0; i < 100; i++) queue.push({ run: () => {} });
    queue.clear();
    assert.equal(queue.length, 0);
  });
});

describe('TimerHeap', () => {
  const loop = null as never;
  const nothing = (): void => {};

  test('gives timers in order of time, then of registration; cancelled ones never', () => {
    const random = numbers(7);
    for (let round = 0; round < 20; round++) {
      const heap = new TimerHeap(nothing);
      const timers = Array.from({ length: 500 }, () =>
        heap.add(loop, random.next().value % 50, nothing, [], null),
      );
      const kept: TimerHandle[] = [];
      for (const timer of timers) {
        if (random.next().value % 20 < round) timer.cancel();
        else kept.push(timer);
      }
      kept.sort((a, b) => a.when() - b.when() || timers.indexOf(a) - timers.indexOf(b));
      assert.equal(heap.live, kept.length);
      const popped: TimerHandle[] = [];
      while (heap.peek() !== undefined) popped.push(heap.pop());
      assert.ok(popped.every((timer, i) => timer === kept[i]) && popped.length === kept.length);
      assert.equal(heap.isEmpty, true);
    }
  });

  test('tells when the last timer was cancelled, and counts each cancel once', () => {
    let told = 0;
    const heap = new TimerHeap(() => told++);
    const [a, b] = [heap.add(loop, 1, nothing, [], null), heap.add(loop, 2, nothing, [], null)];
    a.cancel();
    a.cancel();
    assert.deepEqual([told, heap.live], [0, 1]);
    b.cancel();
    assert.deepEqual([told, heap.live], [1, 0]);
    assert.equal(heap.peek(), undefined);
  });

  test('a timer that has run is no concern of the heap', () => {
    const heap = new TimerHeap(nothing);
    const timer = heap.add(loop, 1, nothing, [], null);
    heap.peek();
    heap.pop();
    timer.cancel();
    assert.equal(heap.live, 0);
  });
});
