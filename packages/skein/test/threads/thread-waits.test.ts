/** Waiting for what threads share, in places where those who wait cannot go on: nobody else waits for them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  createTask,
  newEventLoop,
  NodeEventLoop,
  run,
  sleep,
  Thread,
  ThreadEvent,
  ThreadLock,
  ThreadPoolExecutor,
  ThreadQueue,
  ThreadSemaphore,
  TimeoutError,
  waitFor,
} from 'skein';
import { runWithVirtualTime } from 'skein/testing';
import { addOne } from '../fixtures/functions.ts';
import { runProgram } from '../fixtures/run-program.ts';
import * as between from '../fixtures/threads/between.ts';
import { open, putWord, sharedWords, waitUntil } from '../fixtures/words.ts';

/** Longer than any of this takes; who waits so long has been forgotten. */
const LONG = 30_000;

test('the first item of a process that the keeper carries is an item like any other', () => {
  const queue = new ThreadQueue<Int32Array>();
  queue.putSync(sharedWords());
  assert.equal(queue.getSync().length, 2);
});

let pool: ThreadPoolExecutor;
beforeEach(() => {
  pool = new ThreadPoolExecutor({ maxWorkers: 3 });
});
afterEach(() => pool[Symbol.asyncDispose]());

describe('a task that waits in a loop that nobody turns', () => {
  test('keeps no item from the tasks of other loops of its thread', async () => {
    const queue = new ThreadQueue<number>();
    const still = newEventLoop();
    const waiting = still.createTask(queue.get());
    still.runUntilComplete(sleep(1));
    queue.putNowait(1);
    const loop = newEventLoop();
    assert.equal(
      loop.runUntilComplete(() => waitFor(queue.get(), LONG)),
      1,
    );
    queue.putNowait(2);
    const turned = new NodeEventLoop();
    assert.equal(await turned.runUntilComplete(() => waitFor(queue.get(), LONG)), 2);
    queue.putNowait(3);
    assert.equal(await queue.get(), 3);
    queue.putNowait(4);
    assert.equal(still.runUntilComplete(waiting), 4);
    for (const each of [still, loop, turned]) each.close();
  });

  test('keeps no item from other threads, however many come', async () => {
    const queue = new ThreadQueue<number>();
    const words = sharedWords();
    const still = newEventLoop();
    const waiting = still.createTask(queue.get());
    still.runUntilComplete(sleep(1));
    const taking = [1, 2, 3, 4].map(() => pool.submit(between.takeOne, queue, words));
    const thread = new Thread({ target: between.putSlowly, args: [queue, words, 4] });
    thread.start();
    for (const each of taking) each.result(LONG);
    queue.putNowait(5);
    assert.equal(still.runUntilComplete(waiting), 5);
    open(words);
    thread.join();
    still.close();
  });

  test('keeps no lock from others, though it is the next', async () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const hog = pool.submit(between.hogSlowly, lock, words);
    waitUntil(words, 1, 1);
    const still = newEventLoop();
    const waiting = still.createTask(function* () {
      const hold = yield* lock.acquire();
      hold[Symbol.dispose]();
    });
    still.runUntilComplete(sleep(5)); // it has waited for long enough, and says so when it looks
    waitUntil(words, 1, 6);
    open(words);
    await hog;
    await pool.submit(between.isAbandoned, lock);
    for (let i = 0; i < 3; i++) lock.acquireSync(LONG)[Symbol.dispose]();
    if (!waiting.done()) still.runUntilComplete(waiting);
    still.close();
  });

  for (const mode of ['stopped', 'closed', 'node']) {
    test(`does not keep the process alive: ${mode}`, async () => {
      const { code, lines } = await runProgram('waits-left.js', [mode]);
      assert.deepEqual([code, lines], [0, ['over']]);
    });
  }
});

describe('a thread that is blocked by something else', () => {
  test('keeps no lock from the one that it is blocked by', () => {
    const lock = new ThreadLock();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    run(function* () {
      const task = createTask(function* () {
        (yield* lock.acquire())[Symbol.dispose]();
      });
      yield* sleep(5);
      const other = pool.submit(between.isAbandoned, lock);
      pool.submit(between.openLater, words, 20);
      assert.equal(other.result(LONG), false); // blocks, though a task of this thread waits for the lock
      yield* task;
    });
    holder.result();
  });

  test('by a loop that runs within the call that waits, keeps no item from others', () => {
    const queue = new ThreadQueue<number>();
    const words = sharedWords();
    const taking = pool.submit(between.takeLater, queue, words);
    waitUntil(words, 0, 1);
    pool.submit(addOne, 1).addDoneCallback(() => {
      run(function* () {
        pool.submit(between.putSlowly, queue, words, 1);
        while (!taking.done()) yield* sleep(1);
      });
      putWord(words, 0, 1); // the one that has put may go
      queue.putNowait(7);
    });
    assert.equal(queue.getSync(LONG), 7);
    assert.equal(taking.result(), 0);
  });

  test('by a call within the call that waits, keeps no lock from others', () => {
    const lock = new ThreadLock();
    const queue = new ThreadQueue<string>();
    const words = sharedWords();
    const holder = pool.submit(between.holdUntilOpen, lock, words);
    waitUntil(words, 1, 1);
    let got = '';
    pool.submit(addOne, 1).addDoneCallback(() => {
      pool.submit(between.lockAndPut, lock, queue);
      open(words);
      got = queue.getSync(LONG); // comes when the other thread has had the lock
    });
    lock.acquireSync(LONG)[Symbol.dispose]();
    assert.equal(got, 'put');
    holder.result();
  });
});

test('what is waited for is told apart, whatever else is waited for', () => {
  const queues = Array.from({ length: 3 }, () => new ThreadQueue<number>());
  const things = Array.from({ length: 100 }, () => [
    new ThreadLock(),
    new ThreadSemaphore(),
  ]).flat();
  run(function* () {
    const tasks = queues.map((queue) => createTask(queue.get()));
    yield* sleep(0);
    for (const thing of things) {
      const hold = yield* waitFor<Disposable>(thing.acquire(), LONG);
      hold[Symbol.dispose]();
    }
    for (const queue of queues) queue.putNowait(1);
    for (const task of tasks) assert.equal(yield* task, 1);
  });
});

test('what a thread puts in its exit hooks arrives whole', async () => {
  const THREADS = 3;
  const queue = new ThreadQueue<[number, number]>();
  const words = sharedWords();
  const threads = Array.from(
    { length: THREADS },
    (_, nth) => new Thread({ target: between.putAtExit, args: [queue, words, nth, THREADS] }),
  );
  for (const thread of threads) thread.start();
  const next = Array.from({ length: THREADS }, () => 0);
  for (let i = 0; i < THREADS * 3000; i++) {
    const [nth, item] = await queue.get();
    assert.equal(item, next[nth]);
    next[nth] = item + 1;
  }
  assert.equal(queue.empty(), true);
  for (const thread of threads) thread.join();
});

test('an item is copied when it is put, though it waits behind others', async () => {
  const queue = new ThreadQueue<{ n: number }>(1);
  queue.putNowait({ n: 0 });
  const items = [{ n: 1 }, { n: 2 }];
  const putting = items.map(async (item) => queue.put(item));
  const refused = queue.put({ n: (() => 1) as never });
  await assert.rejects(async () => refused, /cannot/);
  for (const item of items) item.n = 9;
  assert.deepEqual(
    [await queue.get(), await queue.get(), await queue.get()].map(({ n }) => n),
    [0, 1, 2],
  );
  await Promise.all(putting);
});

test('a getter in an item may put another one', () => {
  const queue = new ThreadQueue<unknown>();
  queue.putNowait({
    get a() {
      queue.putNowait('inner');
      return 1;
    },
    b: 'outer',
  });
  assert.equal(queue.getSync(), 'inner');
  assert.deepEqual(queue.getSync(), { a: 1, b: 'outer' });
});

test('virtual time goes on while a task waits for other threads', async () => {
  await assert.rejects(
    async () =>
      runWithVirtualTime(function* () {
        yield* waitFor(new ThreadEvent().wait(), 3_600_000);
      }),
    TimeoutError,
  );
});

test('a timeout ends a wait, and says what was waited for', () => {
  assert.throws(
    () => new ThreadQueue(3).getSync(5),
    /^TimeoutError: getSync\(\).*<ThreadQueue size=0/,
  );
  assert.throws(() => new ThreadEvent().waitSync(-1), TimeoutError);
  assert.throws(
    () =>
      run(function* () {
        yield* waitFor(new ThreadSemaphore(0).acquire(), 5);
      }),
    TimeoutError,
  );
});
