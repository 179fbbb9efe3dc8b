/** A lock between threads, taken by calls that block, by async functions and by coroutines. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CancelledError,
  createTask,
  DataCloneError,
  gather,
  newEventLoop,
  NodeEventLoop,
  ProcessPoolExecutor,
  run,
  RuntimeError,
  sleep,
  ThreadLock,
  ThreadPoolExecutor,
  TimeoutError,
} from 'skein';
import { echo } from '../fixtures/functions.ts';
import * as between from '../fixtures/threads/between.ts';
import { eventually, open, putWord, sharedWords, waitUntil } from '../fixtures/words.ts';

let pool: ThreadPoolExecutor;
beforeEach(() => {
  pool = new ThreadPoolExecutor({ maxWorkers: 3 });
});
afterEach(() => pool[Symbol.asyncDispose]());

describe('a lock between threads', () => {
  const TIMES = 1500;
  const adders = [between.addBlocking, between.addAwaiting, between.addInCoroutine];

  test('lets one in at a time, however it is taken, and in whatever thread', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const tasks = [...adders, ...adders].map((adder) =>
      pool.submit(adder as typeof between.addBlocking, lock, words, TIMES),
    );
    between.addBlocking(lock, words, TIMES);
    newEventLoop().runUntilComplete(between.addInCoroutine(lock, words, TIMES));
    await new NodeEventLoop().runUntilComplete(async () => {
      await between.addAwaiting(lock, words, TIMES);
    });
    await between.addAwaiting(lock, words, TIMES); // no loop
    for (const task of tasks) await task;
    assert.equal(words[0], 10 * TIMES);
    assert.equal(lock.locked(), false);
  });

  test('is the same lock wherever it comes, also when its maker is gone', async () => {
    const maker = new ThreadPoolExecutor({ maxWorkers: 1 });
    const lock = await maker.submit(between.makeLock);
    const copy = await maker.submit(echo<ThreadLock>, lock);
    await maker[Symbol.asyncDispose]();
    using _ = lock.acquireSync();
    assert.equal(copy.locked(), true);
    assert.equal(copy.tryAcquire(), null);
    assert.equal(String(copy), `<ThreadLock locked by thread ${copy.statistics().holder}>`);
  });

  test('is taken in any loop, one after the other, and in none', async () => {
    const lock = new ThreadLock();
    for (let i = 0; i < 2; i++) {
      newEventLoop().runUntilComplete(
        (function* () {
          using _ = yield* lock.acquire();
        })(),
      );
    }
    (await lock.acquire())[Symbol.dispose]();
    assert.equal(lock.locked(), false);
  });

  test('waits without a loop for another thread', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    const waits = [lock.acquire(), lock.acquire()].map(async (wait) => {
      using hold = await wait;
      return hold.abandoned;
    });
    open(words);
    assert.deepEqual(await Promise.all(waits), [false, false]);
    await holder;
  });

  test('is released once by what acquire() gives', () => {
    const lock = new ThreadLock();
    const hold = lock.acquireSync();
    hold[Symbol.dispose]();
    using _ = lock.acquireSync();
    hold[Symbol.dispose]();
    assert.equal(lock.locked(), true);
  });

  test('that is free cannot be released', () => {
    assert.throws(
      () => new ThreadLock().release(),
      (error) => error instanceof RuntimeError && /Lock is not acquired/.test(error.message),
    );
  });

  test('does not wait longer than it may', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    assert.throws(() => lock.acquireSync(20), TimeoutError);
    assert.throws(() => lock.acquireSync(0), TimeoutError);
    for (const each of [lock, new ThreadLock()]) {
      assert.throws(() => each.acquireSync(Number.NaN), /a timeout in milliseconds, got NaN/);
    }
    assert.equal(lock.tryAcquire(), null);
    open(words);
    await holder;
    lock.acquireSync(60_000)[Symbol.dispose]();
  });

  test('that this thread holds is not waited for by blocking', () => {
    const lock = new ThreadLock();
    using _ = lock.acquireSync();
    assert.throws(() => lock.acquireSync(), { code: 'ERR_WAITS_FOR_ITSELF' });
    assert.throws(() => lock.acquireSync(0), TimeoutError);
  });

  test('goes on to the next when a task that waits is cancelled', () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    const got = run(function* () {
      const results: string[] = [];
      const wait = (name: string) =>
        function* () {
          using _ = yield* lock.acquire();
          results.push(name);
        };
      const tasks = ['a', 'b', 'c'].map((name) => createTask(wait(name)));
      yield* sleep(5);
      tasks[0]?.cancel();
      tasks[1]?.cancel();
      open(words);
      const ends = yield* gather(...tasks, { returnExceptions: true });
      assert.ok(ends[0] instanceof CancelledError && ends[1] instanceof CancelledError);
      return results;
    });
    assert.deepEqual(got, ['c']);
    assert.equal(lock.locked(), false);
    holder.result();
  });

  test('comes to the tasks of a thread in their order', () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    const order = run(function* () {
      const seen: number[] = [];
      const wait = (nth: number) =>
        function* () {
          using _ = yield* lock.acquire();
          seen.push(nth);
          yield* sleep(0);
        };
      const tasks = Array.from({ length: 20 }, (_, nth) => createTask(wait(nth)));
      yield* sleep(0);
      open(words);
      yield* gather(...tasks);
      return seen;
    });
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, nth) => nth),
    );
    holder.result();
  });

  test('comes to everybody who waits, though somebody takes it again and again', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const hogs = [pool.submit(between.hog, lock, words), pool.submit(between.hog, lock, words)];
    waitUntil(words, 1, 3);
    for (let i = 0; i < 3; i++) lock.acquireSync()[Symbol.dispose]();
    for (let i = 0; i < 3; i++) (await lock.acquire())[Symbol.dispose]();
    open(words);
    for (const each of hogs) await each;
  });

  test('comes to a call that blocks, though it is kept for a task whose loop stands still', async () => {
    const lock = new ThreadLock();
    const words = sharedWords(6);
    const still = newEventLoop();
    const takers = [1, 2].map((nth) => pool.submit(between.takeInTurns, lock, words, nth, 3 - nth));
    putWord(words, 1, 1);
    waitUntil(words, 4, 1); // the first one holds it
    const waiting = still.createTask(function* () {
      using hold = yield* lock.acquire();
      return hold.abandoned;
    });
    still.runUntilComplete(sleep(5));
    putWord(words, 2, 1);
    await eventually(() => lock.statistics().threadsWaiting === 2, 'the second one waits');
    putWord(words, 3, 1);
    waitUntil(words, 4, 2); // the task was rung, and its loop stands still
    still.runUntilComplete(sleep(5)); // it looks, and is the next
    putWord(words, 1, 2);
    await eventually(() => lock.statistics().threadsWaiting === 2, 'the first one waits again');
    putWord(words, 3, 2);
    waitUntil(words, 4, 3); // it has come
    putWord(words, 3, 3);
    for (const each of takers) await each;
    assert.equal(still.runUntilComplete(waiting), false);
    still.close();
  });

  test('is lost on nobody when the loop of one who waits is closed', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    const loop = newEventLoop();
    loop.setExceptionHandler(() => {}); // it says that a task is destroyed that waits
    loop.createTask(
      (function* () {
        using _ = yield* lock.acquire();
      })(),
    );
    loop.runUntilComplete(sleep(5));
    const other = pool.submit(between.isAbandoned, lock);
    loop.close();
    const here = lock.acquire().then((hold) => {
      hold[Symbol.dispose]();
      return hold.abandoned;
    });
    open(words);
    assert.deepEqual([await other, await here], [false, false]);
    await holder;
  });

  test('is not kept from others by a loop that stands still', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    const loop = newEventLoop();
    const task = loop.createTask(
      (function* () {
        using hold = yield* lock.acquire();
        return hold.abandoned;
      })(),
    );
    loop.runUntilComplete(sleep(5));
    const other = pool.submit(between.isAbandoned, lock);
    open(words);
    assert.equal(await other, false);
    await holder;
    assert.equal(loop.runUntilComplete(task), false);
    loop.close();
  });
});

describe('a lock whose thread dies', () => {
  for (const next of [between.isAbandoned, between.isAbandonedLater]) {
    test(`is taken by the next, who is told: ${next.name}`, async () => {
      const lock = new ThreadLock();
      const words = sharedWords();
      const dying = new ThreadPoolExecutor({ maxWorkers: 1 });
      const lost = dying.submit(between.holdForEver, lock, words);
      waitUntil(words, 1, 1);
      const waits = [pool.submit(next as typeof between.isAbandoned, lock)];
      dying.terminateWorkers();
      await assert.rejects(async () => lost);
      waits.push(pool.submit(next as typeof between.isAbandoned, lock));
      const told = [await waits[0], await waits[1]];
      assert.equal(told.filter((each) => each).length, 1);
      await dying[Symbol.asyncDispose]();
    });
  }

  test('is free in the eyes of all', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const dying = new ThreadPoolExecutor({ maxWorkers: 1 });
    const lost = dying.submit(between.holdForEver, lock, words);
    waitUntil(words, 1, 1);
    assert.equal(lock.locked(), true);
    dying.terminateWorkers();
    await assert.rejects(async () => lost);
    await eventually(() => !lock.locked(), 'the lock is free');
    assert.throws(() => lock.release(), RuntimeError); // nobody holds it
    assert.equal(lock.tryAcquire()?.abandoned, true);
    lock.release();
    assert.equal(lock.tryAcquire()?.abandoned, false);
    await dying[Symbol.asyncDispose]();
  });
});

test('what acquire() gives stays where it is', () => {
  const lock = new ThreadLock();
  using hold = lock.acquireSync();
  assert.throws(() => pool.submit(echo, hold), /send the lock/);
});

test('a lock does not cross to another process', async () => {
  await using processes = new ProcessPoolExecutor({ maxWorkers: 1 });
  assert.throws(() => processes.submit(echo, new ThreadLock()), DataCloneError);
});
