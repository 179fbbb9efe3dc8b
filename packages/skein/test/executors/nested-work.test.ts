/** Tasks that submit to their own pool, and wait: what would be a deadlock elsewhere. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokenThreadPool, ThreadPoolExecutor } from 'skein';
import { addOne, beginAndWait } from '../fixtures/functions.ts';
import * as there from '../fixtures/nested.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';

for (const maxWorkers of [1, 2]) {
  describe(`${maxWorkers} thread${maxWorkers === 1 ? '' : 's'}`, () => {
    const pooled = async (use: (pool: ThreadPoolExecutor) => Promise<void>): Promise<void> => {
      await using pool = new ThreadPoolExecutor({ maxWorkers });
      await use(pool);
    };

    test('fib(20), each step a task that blocks for two others', () =>
      pooled(async (pool) => assert.equal(await pool.submit(there.fib, pool, 20), 6765)));

    test('fib(12), each step an async function', () =>
      pooled(async (pool) => assert.equal(await pool.submit(there.fibAsync, pool, 12), 144)));

    test('fib(12), each step a coroutine in a loop of its own', () =>
      pooled(async (pool) => assert.equal(await pool.submit(there.fibInCoroutine, pool, 12), 144)));

    test('more than the queue has room for', () =>
      pooled(async (pool) =>
        assert.equal(await pool.submit(there.addMany, pool, 20_000), 200_010_000),
      ));

    test('for an async function the pool grows', () =>
      pooled(async (pool) => assert.equal(await pool.submit(there.blockForAsync, pool, 5), 5)));

    test('result() with a limit of time waits for no longer, and the pool grows', () =>
      pooled(async (pool) => assert.equal(await pool.submit(there.blockForSome, pool, 60_000), 2)));

    test('an error comes up through all of them', () =>
      pooled(async (pool) => {
        const failing = Promise.resolve(pool.submit(there.failInside, pool, 10));
        await assert.rejects(failing, new RangeError('at the bottom'));
      }));

    test('a task that is done on top of another one is the current one', () =>
      pooled(async (pool) => {
        const outer = pool.with({ name: 'outer' });
        assert.equal(await outer.submit(there.seen, pool), 'inner');
      }));
  });
}

test('a function that returns a promise without being async is told so, or done elsewhere', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  await pool.submit(there.promised); // so that it is loaded
  assert.equal(await pool.submit(there.blockForPromise, pool), 'ERR_NESTED_PROMISE');
});

describe('where the queue is full', () => {
  // The ring of a priority has 1 024 places.
  test('of tasks that await: what they wait for finds a place', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const first = [pool.submit(beginAndWait, words), pool.submit(beginAndWait, words)];
    waitUntil(words, 1, 2);
    const view = pool.with({ priority: 1 });
    const futures = Array.from({ length: 1100 }, (_, x) => view.submit(there.awaitUrgent, pool, x));
    open(words);
    await eventually(() => futures.every((future) => future.done()), 'all are done');
    assert.equal(futures.at(-1)?.result(), 1100);
    await Promise.all(first);
  });

  test('of async functions: those that block for what found no place let the pool grow', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const first = [pool.submit(beginAndWait, words), pool.submit(beginAndWait, words)];
    waitUntil(words, 1, 2);
    const view = pool.with({ priority: 1 });
    const parents = [0, 1].map(() => view.submit(there.blockForUrgent, pool, 5));
    const others = Array.from({ length: 1200 }, (_, x) => view.submit(there.addOneAsync, x));
    open(words);
    await eventually(() => parents.every((future) => future.done()), 'the parents are done');
    assert.deepEqual(await Promise.all(parents), [15, 15]);
    assert.equal((await Promise.all(others)).length, 1200);
    await Promise.all(first);
  });

  for (const wait of [there.blockForRoom, there.awaitRoom]) {
    test(`${wait.name}: a task that waits for room does what is in the way`, async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
      assert.equal(await pool.submit(addOne, 0), 1);
      const words = sharedWords();
      const waiting = pool.submit(wait as typeof there.awaitRoom, pool, words);
      await eventually(() => waiting.running(), 'it has begun');
      const inTheWay = pool.submit(addOne, 1);
      open(words);
      await eventually(() => waiting.done(), 'there is room');
      assert.equal(await waiting, 'ready');
      assert.equal(await inTheWay, 2);
    });
  }
});

describe('a task with a limit of time', () => {
  for (const maxWorkers of [1, 2]) {
    for (const wait of [there.blockForStubborn, there.awaitStubborn]) {
      test(`${wait.name}, threads ${maxWorkers}: who waits for it lives on`, async () => {
        await using pool = new ThreadPoolExecutor({ maxWorkers });
        assert.equal(await pool.submit(wait as typeof there.awaitStubborn, pool), 'TimeoutError');
      });
    }
  }

  test('deeper than there may be threads', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(await pool.submit(there.descend, pool, 100), 100);
  });
});

test('more tasks that wait than there may be threads: what they wait for comes first', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const futures = Array.from({ length: 60 }, () => pool.submit(there.blockForAsync, pool, 0));
  const behind = pool.submit(addOne, 1);
  assert.equal((await Promise.all(futures)).length, 60);
  assert.equal(await behind, 2);
});

describe('what goes on in the very thread that would block for it is an error', () => {
  for (const concurrencyPerWorker of [1, 2]) {
    for (const how of ['result', 'exception', 'stream'] as const) {
      test(`${how}, tasks at a time ${concurrencyPerWorker}`, async () => {
        await using pool = new ThreadPoolExecutor({ maxWorkers: 1, concurrencyPerWorker });
        assert.equal(await pool.submit(there.blockLate, pool, how), 'ERR_WAITS_FOR_ITSELF');
      });
    }
  }

  test('a call in all threads of the pool', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(await pool.submit(there.blockForAll, pool), 'ERR_WAITS_FOR_ITSELF');
    assert.deepEqual(await pool.submit(there.awaitAll, pool), [1]);
  });
});

test('when as many threads as there may be are blocked, it is an error', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  await assert.rejects(
    Promise.resolve(pool.submit(there.blockForAsync, pool, 40)),
    (error) =>
      error instanceof BrokenThreadPool && /all threads of its pool wait/.test(error.message),
  );
  assert.equal(await pool.submit(there.fib, pool, 5), 5);
});
