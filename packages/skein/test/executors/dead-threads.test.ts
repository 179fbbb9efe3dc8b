/** Threads of a pool that are gone, or not there yet: nobody takes them for others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newEventLoop, ThreadPoolExecutor } from 'skein';
import { THREAD, threadAt } from '../../dist/shared/layout.js';
import { askToEnd } from '../../dist/shared/thread-table.js';
import { meetAndExit } from '../fixtures/dying.ts';
import { addOne, beginAndWait, echo, waitForWord } from '../fixtures/functions.ts';
import { open, sharedWords, waitUntil } from '../fixtures/words.ts';

test('runOnAll() calls those that live, when others have died', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  await pool.warmUp();
  const words = sharedWords();
  const ends = [pool.submit(meetAndExit, words, 2), pool.submit(meetAndExit, words, 2)];
  await Promise.allSettled(ends);
  pool.resize({ maxWorkers: 1 });
  assert.equal(await pool.submit(addOne, 1), 2); // begins when both were buried
  assert.deepEqual(await pool.runOnAll(addOne, 2), [3]);
});

test('runOnAll() calls those whose initializer is through', async () => {
  const words = sharedWords();
  await using pool = new ThreadPoolExecutor({
    maxWorkers: 1,
    minWorkers: 1,
    initializer: beginAndWait,
    initargs: [words],
  });
  waitUntil(words, 1, 1);
  assert.deepEqual(await pool.runOnAll(echo, 1), []);
  open(words);
  await pool.warmUp();
  assert.deepEqual(await pool.runOnAll(echo, 1), [1]);
});

test('a place in the table of threads that is free belongs to no pool and is not asked to end', () => {
  const words = new Int32Array(1 << 20);
  words[threadAt(0) + THREAD.begun] = 1;
  assert.equal(askToEnd(words, { entry: 0, ident: 0 }), false);
});

test('terminateWorkers() of a pool that has ended leaves the one in its place alone', async () => {
  const pools = ThreadPoolExecutor as unknown as {
    addressOf(pool: ThreadPoolExecutor): { index: number };
  };
  const first = new ThreadPoolExecutor({ maxWorkers: 1 });
  const place = pools.addressOf(first).index;
  first.shutdown();
  // The place of a pool is its ident modulo 256; its thread has one, and the loops of both.
  let next = new ThreadPoolExecutor({ maxWorkers: 1 });
  for (let tries = 0; tries < 20 && pools.addressOf(next).index !== place; tries++) {
    const idents = (place - pools.addressOf(next).index - 3 + 512) % 256;
    next.shutdown();
    for (let nth = 0; nth < idents; nth++) {
      const loop = newEventLoop();
      loop.remote();
      loop.close();
    }
    next = new ThreadPoolExecutor({ maxWorkers: 1 });
  }
  assert.equal(pools.addressOf(next).index, place);
  const words = sharedWords();
  const task = next.submit(beginAndWait, words);
  waitUntil(words, 1, 1);
  first.terminateWorkers();
  const behind = next.submit(waitForWord, words);
  open(words);
  assert.equal(await task, 0);
  assert.equal(await behind, true);
  next.shutdown();
});
