/** What comes back from a pool, in every way of waiting, from the main thread and from threads. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ThreadPoolExecutor } from 'skein';
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
import { StrictRefusal, refuse } from '../fixtures/throwing.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
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

    for (const fn of [fail, failLater, failInCoroutine]) {
      test(`what ${fn.name} throws is thrown where it is waited for`, async () => {
        await assert.rejects(
          style.call(pool, fn as (message: string) => unknown, 'too far'),
          (error) => error instanceof RangeError && error.message === 'too far',
        );
      });
    }

    test('a thrown error of a user’s class comes back whole', async () => {
      await assert.rejects(style.call(pool, refuse as (field: string) => unknown, 'age'), (error) => {
        assert(error instanceof StrictRefusal);
        assert.equal(error.code, 'ERR_REFUSED');
        assert.equal(error.explain(), 'age must be within 1 to 9');
        return true;
      });
    });
  });
}

for (const style of mainStyles) {
  test(`${style.name}: a function registered with task() is found`, async () => {
    assert.equal(await style.call(pool, shout, 'boo'), 'BOO');
  });

  test(`${style.name}: many at once come back to whom they belong`, async () => {
    const all = Array.from({ length: 200 }, (_, i) => style.call(pool, addOne, i));
    const values = await Promise.all(all);
    assert.deepEqual(
      values,
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
  });
}
