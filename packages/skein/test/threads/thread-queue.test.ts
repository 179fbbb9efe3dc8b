/** A queue between threads, used by calls that block, by async functions and by coroutines. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CancelledError,
  createTask,
  DataCloneError,
  gather,
  newEventLoop,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  run,
  sleep,
  Thread,
  ThreadLock,
  ThreadPoolExecutor,
  ThreadQueue,
  TimeoutError,
  transfer,
  ValueError,
} from 'skein';
import { echo } from '../fixtures/functions.ts';
import * as between from '../fixtures/threads/between.ts';
import { sharedWords, waitUntil } from '../fixtures/words.ts';

let pool: ThreadPoolExecutor;
beforeEach(() => {
  pool = new ThreadPoolExecutor({ maxWorkers: 6 });
});
afterEach(() => pool[Symbol.asyncDispose]());

const producers = [
  between.produceBlocking,
  between.produceAwaiting,
  between.produceInCoroutine,
] as (typeof between.produceBlocking)[];
const consumers = [
  between.consumeBlocking,
  between.consumeAwaiting,
  between.consumeInCoroutine,
] as (typeof between.consumeBlocking)[];

describe('a queue between threads', () => {
  for (const maxsize of [0, 1, 7]) {
    test(`brings each item to one, whoever puts and gets, maxsize ${maxsize}`, async () => {
      const EACH = 1000;
      const queue = new ThreadQueue<number>(maxsize);
      const taking = consumers.map((consume) => pool.submit(consume, queue));
      const putting = producers.map((produce, nth) =>
        pool.submit(produce, queue, nth * EACH, (nth + 1) * EACH),
      );
      for (const each of putting) await each;
      await queue.join();
      queue.shutdown();
      const taken: number[][] = [];
      for (const each of taking) taken.push(await each);
      const all = taken.flat().sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: 3 * EACH }, (_, nth) => nth),
      );
      for (const items of taken) {
        for (let nth = 0; nth < producers.length; nth++) {
          const ofOne = items.filter((item) => Math.floor(item / EACH) === nth);
          assert.deepEqual(
            ofOne,
            ofOne.toSorted((a, b) => a - b),
          );
        }
      }
    });
  }

  for (const consume of consumers) {
    test(`keeps the order of what one thread puts: ${consume.name}`, async () => {
      const queue = new ThreadQueue<number>(3);
      const taking = pool.submit(consume, queue);
      between.produceBlocking(queue, 0, 500);
      queue.shutdown();
      assert.deepEqual(
        await taking,
        Array.from({ length: 500 }, (_, nth) => nth),
      );
    });
  }

  test('carries whatever an argument may be', async () => {
    const requests = new ThreadQueue<unknown>();
    const replies = new ThreadQueue<unknown>();
    const task = pool.submit(between.sendBack, requests, replies);
    const items = [
      1,
      'ß €',
      undefined,
      { a: [1, { b: new Date(5) }] },
      new Map([[1, new Set(['x'])]]),
      new RangeError('out', { cause: 'c' }),
      Buffer.alloc(300_000, 7),
      'long '.repeat(50_000),
      new Float64Array([1, 2]),
      10n ** 30n,
    ];
    for (const item of items) {
      requests.putSync(item);
      assert.deepEqual(replies.getSync(), item);
    }
    for (const item of items) await requests.put(item);
    for (const item of items) assert.deepEqual(await replies.get(), item);
    const words = sharedWords();
    requests.putSync({ words, lock: new ThreadLock(), queue: requests });
    const back = replies.getSync() as {
      words: Int32Array;
      lock: ThreadLock;
      queue: ThreadQueue<null>;
    };
    words[1] = 9;
    assert.equal(back.words[1], 9);
    back.lock.acquireSync();
    back.queue.putSync(null);
    await task;
  });

  test('moves what shall be moved, when there is room for it', async () => {
    const queue = new ThreadQueue<Uint8Array>(1);
    const [first, second] = [new Uint8Array(100_000), new Uint8Array(200_000)];
    queue.putSync(transfer(first, [first.buffer]));
    assert.equal(first.length, 0);
    assert.throws(() => queue.putNowait(transfer(second, [second.buffer])), QueueFull);
    assert.equal(second.length, 200_000);
    const wait = queue.put(transfer(second, [second.buffer])).then(() => second.length);
    assert.equal(queue.getSync().length, 100_000);
    assert.equal(await wait, 0);
    assert.equal(await pool.submit(between.length, queue.getNowait()), 200_000);
  });

  test('moves nothing that it does not take', async () => {
    const queue = new ThreadQueue<Uint8Array>(1);
    const taking = pool.submit(between.takeAll, queue);
    for (let put = 0; put < 200;) {
      const bytes = new Uint8Array(100);
      try {
        queue.putNowait(transfer(bytes, [bytes.buffer]));
        assert.equal(bytes.length, 0);
        put++;
      } catch (error) {
        assert.ok(error instanceof QueueFull);
        assert.equal(bytes.length, 100);
      }
    }
    queue.shutdown();
    assert.equal(await taking, 200);
  });

  test('says what cannot cross, and where it is', async () => {
    const queue = new ThreadQueue<unknown>();
    const item = { a: [{ f: () => 1 }] };
    const says = (error: unknown): boolean =>
      error instanceof DataCloneError &&
      /the item, property 'a\[0\]\.f'|the item/.test(error.message);
    assert.throws(() => queue.putSync(item), says);
    await assert.rejects(async () => queue.put(item), says);
    assert.equal(queue.qsize(), 0);
    assert.equal(queue.statistics().unfinished, 0);
  });

  test('keeps what was put by a thread that is gone', async () => {
    const queue = new ThreadQueue<unknown>();
    const words = sharedWords();
    const thread = new Thread({ target: between.putAndExit, args: [queue, words] });
    thread.start();
    thread.join();
    waitUntil(words, 0, 1);
    assert.equal(queue.getSync(), 'left behind');
    assert.deepEqual(queue.getSync(), words);
  });

  test('grows, and goes round', () => {
    const queue = new ThreadQueue<string>();
    const long = (nth: number): string => `${nth} `.repeat((nth * 37) % 500);
    let put = 0;
    let got = 0;
    for (const [more, fewer] of [
      [10, 7],
      [100, 60],
      [10, 50],
      [500, 100],
      [0, 403],
      [20, 20],
    ] as const) {
      for (let i = 0; i < more; i++) queue.putNowait(long(put++));
      for (let i = 0; i < fewer; i++) assert.equal(queue.getNowait(), long(got++));
    }
    assert.equal(queue.empty(), true);
  });

  test('waits no longer than it may', () => {
    const queue = new ThreadQueue<number>(1);
    assert.throws(() => queue.getSync(10), TimeoutError);
    assert.throws(() => queue.getNowait(), QueueEmpty);
    queue.putNowait(1);
    assert.throws(() => queue.putSync(2, 10), TimeoutError);
    assert.throws(() => queue.putNowait(2), QueueFull);
    assert.throws(() => queue.joinSync(10), TimeoutError);
    assert.deepEqual(
      [queue.qsize(), queue.full(), queue.empty(), queue.maxsize],
      [1, true, false, 1],
    );
    assert.equal(queue.getSync(10), 1);
    queue.taskDone();
    queue.joinSync(10);
    assert.throws(() => queue.taskDone(), ValueError);
    assert.equal(String(queue), '<ThreadQueue size=0 maxsize=1>');
  });

  test('takes a whole number of items', () => {
    for (const wrong of ['1', Number.NaN, 1.5, null]) {
      assert.throws(() => new ThreadQueue(wrong as never), ValueError);
    }
    assert.equal(new ThreadQueue(-1).maxsize, 0);
  });

  test('loses no item when one who waits is cancelled', () => {
    const queue = new ThreadQueue<number>();
    const got = run(function* () {
      const items: number[] = [];
      const take = function* () {
        items.push(yield* queue.get());
      };
      const tasks = [take, take, take].map((each) => createTask(each()));
      yield* sleep(0);
      const putting = pool.submit(between.produceBlocking, queue, 0, 2);
      tasks[0]?.cancel();
      const ends = yield* gather(...tasks, { returnExceptions: true });
      assert.ok(ends[0] instanceof CancelledError);
      yield* putting;
      return items;
    });
    assert.deepEqual(got, [0, 1]);
    assert.equal(queue.qsize(), 0);
  });

  test('is shut down for all who wait, in all threads', async () => {
    const queue = new ThreadQueue<number>();
    const taking = consumers.map((consume) => pool.submit(consume, queue));
    const here = queue.get().then(
      () => 'item',
      (error: unknown) => error,
    );
    const inLoop = newEventLoop();
    const task = inLoop.createTask(between.consumeInCoroutine(queue));
    inLoop.runUntilComplete(sleep(5));
    queue.shutdown();
    for (const each of taking) assert.deepEqual(await each, []);
    assert.ok((await here) instanceof QueueShutDown);
    assert.deepEqual(inLoop.runUntilComplete(task), []);
    inLoop.close();
    assert.throws(() => queue.putSync(1), QueueShutDown);
    assert.throws(() => queue.getNowait(), QueueShutDown);
    await assert.rejects(async () => queue.put(1), QueueShutDown);
  });

  test('is gone through until it is shut down', async () => {
    const queue = new ThreadQueue<number>(2);
    const putting = pool.submit(between.produceAndShut, queue, 50);
    const taken: number[] = [];
    for (const item of queue) {
      taken.push(item);
      if (taken.length === 20) break;
    }
    for await (const item of queue) {
      taken.push(item);
      if (taken.length === 40) break;
    }
    for await (const item of queue) taken.push(item);
    for (const item of queue) assert.fail(`there is still ${item}`);
    assert.deepEqual(
      taken,
      Array.from({ length: 50 }, (_, nth) => nth),
    );
    await putting;
  });

  test('that is shut down gives what is in it, or throws it away', async () => {
    const queue = new ThreadQueue<unknown>(2);
    queue.putSync(1);
    queue.putSync(sharedWords()); // the keeper has it
    const full = pool.submit(between.produceBlocking, queue as ThreadQueue<number>, 0, 1);
    queue.shutdown();
    await assert.rejects(async () => full, QueueShutDown);
    assert.equal(queue.getSync(), 1);
    queue.taskDone();
    assert.equal(queue.statistics().unfinished, 1);
    queue.shutdown({ immediate: true });
    await queue.join();
    assert.deepEqual(queue.statistics(), {
      size: 0,
      maxsize: 2,
      unfinished: 0,
      isShutDown: true,
      threadsWaitingToGet: 0,
      threadsWaitingToPut: 0,
      threadsWaitingToJoin: 0,
    });
    assert.throws(() => queue.getSync(), QueueShutDown);
  });

  test('stays whole when threads that use it are ended at any moment', async () => {
    const queue = new ThreadQueue<[number, number]>(20);
    const last = new Map<number, number>();
    for (let round = 0; round < 8; round++) {
      const dying = new ThreadPoolExecutor({ maxWorkers: 2 });
      const lost = [0, 1].map((nth) =>
        dying.submit(between.produceForEver, queue, 2 * round + nth),
      );
      const both = [2 * round, 2 * round + 1];
      for (let i = 0; i < 300 || !both.every((each) => last.has(each)); i++)
        note(await queue.get());
      dying.terminateWorkers();
      for (const each of lost) await assert.rejects(async () => each);
      await dying[Symbol.asyncDispose]();
      while (!queue.empty()) note(queue.getNowait());
    }
    queue.putNowait([-1, 0]);
    assert.deepEqual(queue.getNowait(), [-1, 0]);

    function note([producer, nth]: [number, number]): void {
      assert.equal(nth, (last.get(producer) ?? -1) + 1, `producer ${producer}`);
      last.set(producer, nth);
    }
  });

  test('crosses back as the same queue', async () => {
    const queue = new ThreadQueue<number>(3);
    const copy = await pool.submit(echo<ThreadQueue<number>>, queue);
    copy.putNowait(1);
    assert.equal(queue.getNowait(), 1);
    assert.equal(copy.maxsize, 3);
  });
});
