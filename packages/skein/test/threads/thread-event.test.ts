/** Events and semaphores between threads. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  createTask,
  gather,
  run,
  sleep,
  ThreadEvent,
  ThreadPoolExecutor,
  ThreadSemaphore,
  TimeoutError,
  ValueError,
} from 'skein';
import { echo } from '../fixtures/functions.ts';
import * as between from '../fixtures/threads/between.ts';
import { sharedWords, waitUntil } from '../fixtures/words.ts';

let pool: ThreadPoolExecutor;
beforeEach(() => {
  pool = new ThreadPoolExecutor({ maxWorkers: 4 });
});
afterEach(() => pool[Symbol.asyncDispose]());

const waits = [
  between.waitBlocking,
  between.waitAwaiting,
  between.waitInCoroutine,
] as (typeof between.waitBlocking)[];

describe('an event between threads', () => {
  for (const set of [between.setEvent, between.setAndClear]) {
    test(`wakes all who wait, in all threads: ${set.name}`, async () => {
      const event = new ThreadEvent();
      const words = sharedWords();
      const waiting = [...waits, waits[0] as never].map((wait) => pool.submit(wait, event, words));
      const here = [event.wait(), event.wait()].map(async (wait) => wait);
      waitUntil(words, 0, waiting.length);
      const inLoop = run(function* () {
        const tasks = [1, 2, 3].map(() => createTask(event.wait()));
        yield* sleep(30); // the others are in line by then, most likely
        set(event);
        return yield* gather(...tasks);
      });
      assert.deepEqual(inLoop, [true, true, true]);
      if (set === between.setAndClear) event.set(); // for one who was not in line after all
      for (const each of waiting) assert.equal(await each, true);
      assert.deepEqual(await Promise.all(here), [true, true]);
    });
  }

  test('that is set and cleared at once lets those go who waited before', () => {
    const event = new ThreadEvent();
    const ends = run(function* () {
      const tasks = [1, 2].map(() => createTask(event.wait()));
      yield* sleep(0);
      yield* pool.submit(between.setAndClear, event);
      const before = yield* gather(...tasks);
      assert.equal(event.isSet(), false);
      return before;
    });
    assert.deepEqual(ends, [true, true]);
    assert.throws(() => event.waitSync(10), TimeoutError);
  });

  test('is set by another thread while this one blocks', () => {
    const event = new ThreadEvent();
    pool.submit(between.setEvent, event);
    assert.equal(event.waitSync(), true);
    assert.equal(event.isSet(), true);
    assert.equal(event.waitSync(0), true);
    event.clear();
    event.clear();
    assert.equal(String(event), '<ThreadEvent unset>');
    assert.deepEqual(event.statistics(), { isSet: false, threadsWaiting: 0 });
  });

  test('crosses back as the same event', async () => {
    const event = new ThreadEvent();
    (await pool.submit(echo<ThreadEvent>, event)).set();
    assert.equal(event.isSet(), true);
  });
});

describe('a semaphore between threads', () => {
  test('lets so many in at a time, and no more', async () => {
    const semaphore = new ThreadSemaphore(2);
    const words = sharedWords();
    const tasks = Array.from({ length: 4 }, () =>
      pool.submit(between.enterAndLeave, semaphore, words, 400),
    );
    for (const each of tasks) await each;
    assert.equal(words[0], 0);
    assert.ok((words[1] as number) <= 2);
    assert.deepEqual(semaphore.statistics(), { value: 2, locked: false, threadsWaiting: 0 });
  });

  test('lets as many in as there are permits', async () => {
    const semaphore = new ThreadSemaphore(2);
    const words = sharedWords();
    const tasks = [1, 2, 3].map(() => pool.submit(between.meetInside, semaphore, words));
    for (const each of tasks) await each;
    assert.equal(words[0], 3);
  });

  test('that has none is waited for, by several tasks', () => {
    const semaphore = new ThreadSemaphore(0);
    const order = run(function* () {
      const seen: number[] = [];
      const tasks = [1, 2, 3].map((nth) =>
        createTask(
          (function* () {
            using _ = yield* semaphore.acquire();
            seen.push(nth);
          })(),
        ),
      );
      yield* sleep(0);
      semaphore.release(3);
      yield* gather(...tasks);
      return seen;
    });
    assert.deepEqual(order, [1, 2, 3]);
    assert.equal(semaphore.statistics().value, 3);
  });

  test('is given back once by what acquire() gives', async () => {
    const semaphore = new ThreadSemaphore();
    const hold = await semaphore.acquire();
    assert.equal(semaphore.tryAcquire(), null);
    assert.equal(String(semaphore), '<ThreadSemaphore locked>');
    assert.throws(() => semaphore.acquireSync(5), TimeoutError);
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    assert.equal(String(semaphore), '<ThreadSemaphore unlocked value=1>');
    assert.notEqual(semaphore.tryAcquire(), null);
  });

  test('counts in whole numbers', () => {
    for (const wrong of [-1, 0.5, Infinity, '1', 2 ** 30]) {
      assert.throws(() => new ThreadSemaphore(wrong as never), ValueError);
    }
    const semaphore = new ThreadSemaphore(2 ** 30 - 1);
    for (const wrong of [0, -1, 1.5, '1']) {
      assert.throws(() => semaphore.release(wrong as never), ValueError);
    }
    assert.throws(() => semaphore.release(), ValueError);
    assert.equal(semaphore.statistics().value, 2 ** 30 - 1);
  });
});
