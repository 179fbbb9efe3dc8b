/** What comes back from a pool, in every way of waiting, from the main thread and from threads. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gather, newEventLoop, NodeEventLoop, run, setEventLoop } from 'skein';
import { executors } from '../fixtures/executors.ts';
import {
  addOne,
  addOneAfterSkeinsSleep,
  addOneInCoroutine,
  addOneLater,
  echo,
  fail,
  failInCoroutine,
  failLater,
  promiseOf,
  shout,
} from '../fixtures/functions.ts';
import { allStyles, mainStyles } from '../fixtures/styles.ts';
import { StrictRefusal, refuse, thenThrows } from '../fixtures/throwing.ts';

for (const { name: className, newPool } of executors) {
  describe(className, () => {
    const pool = newPool({ maxWorkers: 2 });
    before(() => setEventLoop(new NodeEventLoop())); // a run() before this has left none
    after(() => pool[Symbol.asyncDispose]());

    for (const style of allStyles) {
      describe(style.name, () => {
        test('a plain function gives its value', async () => {
          assert.equal(await style.call(pool, addOne, 41), 42);
        });

        test('an async function gives the value of its promise', async () => {
          assert.equal(await style.call(pool, addOneLater, 41), 42);
        });

        test('an async function may wait for what is Skein’s', async () => {
          assert.equal(await style.call(pool, addOneAfterSkeinsSleep, 41), 42);
        });

        test('a generator function runs as a coroutine and gives its value', async () => {
          assert.equal(await style.call(pool, addOneInCoroutine, 41), 42);
        });

        test('a plain function that returns a promise is waited for', async () => {
          assert.equal(await style.call(pool, promiseOf, 7), 7);
        });

        test('undefined, null and NaN come back as they are', async () => {
          assert.deepEqual(await style.call(pool, echo, [undefined, null, NaN, -0]), [
            undefined,
            null,
            NaN,
            -0,
          ]);
        });

        test('a result whose `then` throws when it is looked at fails its task, and no other', async () => {
          await assert.rejects(style.call(pool, thenThrows, 'looked at'), { message: 'looked at' });
          assert.equal(await style.call(pool, addOne, 41), 42);
        });

        for (const fn of [fail, failLater, failInCoroutine]) {
          test(`what ${fn.name} throws is thrown where it is waited for`, async () => {
            await assert.rejects(
              style.call(pool, fn as (message: string) => unknown, 'too far'),
              (error) => error instanceof RangeError && error.message === 'too far',
            );
          });
        }

        test('a thrown error of a user’s class comes back whole', async () => {
          await assert.rejects(
            style.call(pool, refuse as (field: string) => unknown, 'age'),
            (error) => {
              assert(error instanceof StrictRefusal);
              assert.equal(error.code, 'ERR_REFUSED');
              assert.equal(error.explain(), 'age must be within 1 to 9');
              return true;
            },
          );
        });
      });
    }

    for (const style of mainStyles) {
      test(`${style.name}: a function registered with task() is found`, async () => {
        assert.equal(await style.call(pool, shout, 'boo'), 'BOO');
      });
    }

    describe('many at once come back to whom they belong', () => {
      const numbers = Array.from({ length: 500 }, (_, i) => i);
      const expected = numbers.map((i) => i + 1);

      test('with result()', () => {
        const futures = numbers.map((i) => pool.submit(addOne, i));
        assert.deepEqual(
          futures.map((future) => future.result()),
          expected,
        );
      });

      test('with await', async () => {
        assert.deepEqual(await Promise.all(numbers.map((i) => pool.submit(addOne, i))), expected);
      });

      for (const loop of [newEventLoop(), new NodeEventLoop()]) {
        test(`in a ${loop.constructor.name}`, async () => {
          const futures = numbers.map((i) => loop.runInExecutor(pool, addOne, i));
          assert.deepEqual(await loop.runUntilComplete(gather(...futures)), expected);
          loop.close();
        });
      }

      test('with yield* of concurrent futures', () => {
        const sum = run(function* () {
          let total = 0;
          for (const future of numbers.map((i) => pool.submit(addOne, i))) total += yield* future;
          return total;
        });
        assert.equal(sum, (500 * 501) / 2);
      });
    });
  });
}
