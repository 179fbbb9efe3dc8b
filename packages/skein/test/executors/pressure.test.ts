/** A queue with a limit, waiting for room, threads that are started before they are needed, calls in all. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QueueFull, run, sleep, Thread } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { failToInitialize } from '../fixtures/initializers.ts';
import { addOne } from '../fixtures/functions.ts';
import { sleepLong } from '../fixtures/limited.ts';
import * as there from '../fixtures/mapped.ts';
import { sharedWords, waitUntil } from '../fixtures/words.ts';
import { submitInThread } from '../fixtures/pressing.ts';

for (const { name: className, newPool, newWords, what } of executors) {
  describe(className, () => {
    describe('maxQueue', () => {
      test('submit() throws QueueFull; what was submitted is done', () => {
        using pool = newPool({ maxWorkers: 1, maxQueue: 3 });
        const words = newWords();
        const running = pool.submit(sleepLong, words);
        waitUntil(words, 0, 1);
        const queued = [1, 2, 3].map((x) => pool.submit(addOne, x));
        assert.throws(
          () => pool.submit(addOne, 4),
          (error) =>
            error instanceof QueueFull && /3 tasks wait in it \(maxQueue\)/.test(error.message),
        );
        assert.equal(queued[2]?.cancel(), true);
        const another = pool.submit(addOne, 5);
        running.cancel();
        assert.deepEqual([queued[0]?.result(), queued[1]?.result(), another.result()], [2, 3, 6]);
      });

      test('ready(): awaiting, in a coroutine, blocking', async () => {
        await using pool = newPool({ maxWorkers: 2, maxQueue: 4 });
        const futures: { result(): number }[] = [];
        for (let i = 0; i < 200; i++) {
          await pool.ready();
          futures.push(pool.submit(addOne, i));
        }
        run(function* () {
          for (let i = 200; i < 400; i++) {
            yield* pool.ready();
            futures.push(pool.submit(addOne, i));
          }
        });
        for (let i = 400; i < 600; i++) {
          pool.ready().result();
          futures.push(pool.submit(addOne, i));
        }
        assert.deepEqual(
          futures.map((future) => future.result()),
          Array.from({ length: 600 }, (_, i) => i + 1),
        );
      });

      test('four threads press on one pool with ready(): nobody starves', async () => {
        await using pool = newPool({ maxWorkers: 2, maxQueue: 8 });
        const words = sharedWords(8);
        const threads = [0, 1, 2, 3].map(
          (nth) => new Thread({ target: submitInThread, args: [pool, words, nth, 200] }),
        );
        for (const thread of threads) thread.start();
        for (const thread of threads) thread.join();
        assert.deepEqual([...words.subarray(0, 4)], [200, 200, 200, 200]);
      });

      test('ready() can be cancelled, and fails when the pool is shut down', async () => {
        const pool = newPool({ maxWorkers: 1, maxQueue: 1 });
        const words = newWords();
        const running = pool.submit(sleepLong, words);
        waitUntil(words, 0, 1);
        const queued = pool.submit(addOne, 1);
        const cancelled = pool.ready();
        assert.equal(cancelled.done(), false);
        assert.equal(cancelled.cancel(), true);
        const waiting = Promise.resolve(pool.ready());
        pool.shutdown({ wait: false });
        await assert.rejects(waiting, { code: 'ERR_EXECUTOR_SHUTDOWN' });
        running.cancel();
        assert.equal(await queued, 2);
        await assert.rejects(Promise.resolve(pool.ready()), { code: 'ERR_EXECUTOR_SHUTDOWN' });
        const never = newPool();
        never.shutdown();
        await assert.rejects(Promise.resolve(never.ready()), { code: 'ERR_EXECUTOR_SHUTDOWN' });
      });

      test('without maxQueue a pool is ready', () => {
        using pool = newPool({ maxWorkers: 1 });
        assert.equal(pool.ready().done(), true);
      });
    });

    describe('warmUp()', () => {
      test('is done when so many threads have come up', async () => {
        await using pool = newPool({ maxWorkers: 3 });
        await pool.warmUp(2);
        const names = await pool.runOnAll(there.threadName);
        assert.deepEqual(names.map((name) => name.slice(-2)).sort(), ['_0', '_1']);
        pool.warmUp().result();
        assert.equal(pool.runOnAll(there.threadName).result().length, 3);
      });

      test('fails when the initializer does; takes no more than maxWorkers', async () => {
        const pool = newPool({ maxWorkers: 1, initializer: failToInitialize });
        assert.throws(() => pool.warmUp(2), /minWorkers takes a whole number|maxWorkers/);
        await assert.rejects(Promise.resolve(pool.warmUp()), {
          code: `ERR_BROKEN_${what.toUpperCase()}_POOL`,
        });
        pool.shutdown();
      });
    });

    describe('runOnAll()', () => {
      for (const fn of [there.setLevel, there.setLevelLater, there.setLevelInCoroutine]) {
        test(`${fn.name}: once in each thread`, async () => {
          await using pool = newPool({ maxWorkers: 2 });
          await pool.warmUp();
          assert.deepEqual(await pool.runOnAll(fn as (next: string) => string, 'debug'), [
            'debug',
            'debug',
          ]);
          assert.deepEqual(await pool.runOnAll(there.getLevel), ['debug', 'debug']);
          assert.equal(await pool.submit(there.getLevel), 'debug');
        });
      }

      test('beside a task that waits, and after one that computes', async () => {
        await using pool = newPool({ maxWorkers: 1 });
        const words = newWords();
        const running = pool.submit(sleepLong, words);
        waitUntil(words, 0, 1);
        assert.deepEqual(await pool.runOnAll(there.setLevel, 'warn'), ['warn']);
        running.cancel();
      });

      test('an error; several errors', async () => {
        await using pool = newPool({ maxWorkers: 2 });
        await pool.warmUp();
        const [name] = (await pool.runOnAll(there.threadName)) as [string];
        const one = Promise.resolve(pool.runOnAll(there.failIn, name));
        await assert.rejects(one, new RangeError(`not in ${name}`));
        const all = Promise.resolve(pool.runOnAll(there.failIn, 'all'));
        await assert.rejects(
          all,
          (error) => error instanceof AggregateError && error.errors.length === 2,
        );
      });

      test('before any thread has come up: nobody', () => {
        using pool = newPool({ maxWorkers: 1 });
        run(function* () {
          assert.deepEqual(yield* pool.runOnAll(there.getLevel), []);
          yield* sleep(0);
        });
      });
    });
  });
}
