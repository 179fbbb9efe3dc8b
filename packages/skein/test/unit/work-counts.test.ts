/** What workers count: beyond 32 bits (at 100 000 tasks per second that takes twelve hours), and when one ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COUNTS,
  HEADER,
  HISTOGRAM,
  MEMORY_BYTES,
  Outcome,
  THREAD,
  threadAt,
  ThreadStatus,
} from '../../dist/shared/layout.js';
import { entriesOfPool, threadsOfPool } from '../../dist/shared/thread-table.js';
import {
  clearCounts,
  countLost,
  type Counts,
  moveCounts,
  readCounts,
  WorkCounts,
} from '../../dist/shared/work-counts.js';

const MOST = 2 ** 32 - 1;
const HOUR_MS = 3_600_000;
const POOL = 3;
const WORKER = 5;

const words = new Int32Array(new SharedArrayBuffer(MEMORY_BYTES));
const dead = (): Counts => readCounts(words, POOL, () => [])[0];
const living = (): Counts => readCounts(words, POOL, () => [WORKER])[1].get(WORKER) as Counts;

test('of a worker, of the dead, and when one dies', () => {
  const counts = new WorkCounts(words, WORKER);
  counts.note(COUNTS.run, 0, MOST); // so often
  counts.note(COUNTS.run, 0, 5);
  for (let i = 0; i < 2000; i++) counts.note(COUNTS.wait, HOUR_MS, 1);
  counts.count(Outcome.value);
  const first = COUNTS.run + HISTOGRAM.buckets;
  const check = (found: Counts, times: number): void => {
    assert.equal(found[first], times * (MOST + 5));
    assert.equal(found[COUNTS.wait + HISTOGRAM.sumMs], times * 2000 * HOUR_MS);
    assert.equal(found[COUNTS.wait + HISTOGRAM.maxUs], HOUR_MS * 1000, 'a maximum is no sum');
    assert.equal(found[COUNTS.completed], times);
  };
  check(living(), 1);
  moveCounts(words, WORKER, POOL);
  check(dead(), 1);
  assert.ok(living().every((count) => count === 0));
  counts.note(COUNTS.run, 0, MOST + 5);
  for (let i = 0; i < 2000; i++) counts.note(COUNTS.wait, HOUR_MS, 1);
  counts.count(Outcome.value);
  moveCounts(words, WORKER, POOL);
  check(dead(), 2);
  countLost(words, POOL, MOST);
  countLost(words, POOL, MOST);
  assert.equal(dead()[COUNTS.failed], 2 * MOST);
  clearCounts(words, POOL);
  assert.ok(dead().every((count) => count === 0));
});

test('a worker that has ended is summed up until its counts were moved', () => {
  words[HEADER.entries] = WORKER + 1;
  words[threadAt(WORKER) + THREAD.ident] = 1;
  words[threadAt(WORKER) + THREAD.pool] = POOL + 1;
  words[threadAt(WORKER) + THREAD.status] = ThreadStatus.ended;
  assert.deepEqual(threadsOfPool(words, POOL), []);
  assert.deepEqual(entriesOfPool(words, POOL), [{ entry: WORKER, ident: 1 }]);
});
