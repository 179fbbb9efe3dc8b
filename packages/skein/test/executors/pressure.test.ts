/** A queue with a limit, waiting for room, threads that are started before they are needed, calls in all. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CancelledError,
  type ConcurrentFuture,
  QueueFull,
  run,
  sleep,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { failToInitialize } from '../fixtures/initializers.ts';
import { addOne, beginAndWait, echo } from '../fixtures/functions.ts';
import { sleepLong } from '../fixtures/limited.ts';
import * as there from '../fixtures/mapped.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';
import { submitAndCancel, submitAndWait, submitInThread } from '../fixtures/pressing.ts';
import { double, Money } from '../fixtures/sharing/money.ts';
import { giveUnrevivable, Unrevivable } from '../fixtures/sharing/unrevivable.ts';

/** Submits until the queue is full. */
function fill(pool: ThreadPoolExecutor): void {
  try {
    for (;;) pool.submit(addOne, 1);
  } catch (error) {
    if (!(error instanceof QueueFull)) throw error;
  }
}

describe('maxQueue', () => {
  test('submit() throws QueueFull; what was submitted is done', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 3 });
    const words = sharedWords();
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
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2, maxQueue: 4 });
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

  test('ready() in a callback of ready()', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    for (let round = 0; round < 20; round++) {
      fill(pool);
      await new Promise<void>((resolve) => {
        pool.ready().addDoneCallback(() => {
          fill(pool);
          pool.ready().addDoneCallback(() => resolve());
        });
      });
    }
  });

  test('four threads press on one pool with ready(): nobody starves', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2, maxQueue: 8 });
    const words = sharedWords(8);
    const threads = [0, 1, 2, 3].map(
      (nth) => new Thread({ target: submitInThread, args: [pool, words, nth, 200] }),
    );
    for (const thread of threads) thread.start();
    for (const thread of threads) thread.join();
    assert.deepEqual([...words.subarray(0, 4)], [200, 200, 200, 200]);
  });

  test('ready() can be cancelled, and fails when the pool is shut down', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    const words = sharedWords();
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
    const never = new ThreadPoolExecutor();
    never.shutdown();
    await assert.rejects(Promise.resolve(never.ready()), { code: 'ERR_EXECUTOR_SHUTDOWN' });
  });

  for (const [maxQueue, priority] of [
    [7000, 0],
    [1500, 1],
  ] as const) {
    test(`${maxQueue}, with priority ${priority}: no more than that`, async () => {
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue });
      const words = sharedWords();
      const running = pool.submit(sleepLong, words);
      waitUntil(words, 0, 1);
      const hurried = pool.with({ priority });
      let count = 0;
      const submit = (): void => {
        for (; count <= maxQueue; count++) hurried.submit(addOne, count);
      };
      assert.throws(submit, QueueFull);
      const ready = pool.ready();
      assert.equal(ready.done(), false);
      ready.cancel();
      pool.shutdown({ wait: false, cancelFutures: true });
      running.cancel();
      await pool[Symbol.asyncDispose]();
    });
  }

  test('without maxQueue a pool is ready', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(pool.ready().done(), true);
  });
});

describe('warmUp() is done', () => {
  const isDone = (future: ConcurrentFuture<void>): Promise<void> =>
    eventually(() => future.done(), 'the threads are up');

  test('when another one has asked for fewer meanwhile', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 3 });
    const many = pool.warmUp(3);
    const few = pool.warmUp(1);
    await Promise.all([isDone(many), isDone(few)]);
  });

  test('when the pool shall have fewer meanwhile', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 3 });
    const future = pool.warmUp(3);
    pool.resize({ maxWorkers: 1 });
    await isDone(future);
  });

  test('when the threads were ended on their way', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const future = pool.warmUp(2);
    pool.terminateWorkers();
    await isDone(future);
  });

  test('when a thread that was up has been replaced meanwhile', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2, maxTasksPerWorker: 1 });
    const task = pool.submit(addOne, 1);
    await isDone(pool.warmUp(2));
    assert.equal(await task, 2);
  });
});

describe('room', () => {
  test('ready() is done when another thread cancels what waits', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 2 });
    const words = sharedWords(4);
    const running = pool.submit(beginAndWait, words);
    waitUntil(words, 1, 1);
    const other = new Thread({ target: submitAndCancel, args: [pool, words] });
    other.start();
    waitUntil(words, 2, 1);
    const ready = pool.ready();
    assert.equal(ready.done(), false);
    Atomics.store(words, 3, 1);
    Atomics.notify(words, 3);
    await eventually(() => ready.done(), 'there is room');
    open(words);
    await running;
    other.join();
  });

  test('what is held back goes on when a worker finds nothing but what was cancelled', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = sharedWords(4);
    const other = new Thread({ target: submitAndWait, args: [pool, words] });
    other.start(); // it hears of the end of the task, and not this thread
    waitUntil(words, 1, 1);
    const held = 1024;
    const urgent = pool.with({ priority: 1 });
    const queued = Array.from({ length: held }, () => urgent.submit(addOne, 1));
    const last = urgent.submit(addOne, 2);
    for (const future of queued) assert.equal(future.cancel(), true);
    await new Promise((resolve) => setImmediate(resolve)); // this thread listens
    open(words);
    await eventually(() => last.done(), 'it is done');
    assert.equal(last.result(), 3);
    other.join();
  });
});

describe('warmUp()', () => {
  test('is done when so many threads have come up', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 3, threadNamePrefix: 'w' });
    await pool.warmUp(2);
    assert.deepEqual((await pool.runOnAll(there.threadName)).sort(), ['w_0', 'w_1']);
    pool.warmUp().result();
    assert.equal(pool.runOnAll(there.threadName).result().length, 3);
  });

  test('fails when the initializer does; takes no more than maxWorkers', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: failToInitialize });
    assert.throws(() => pool.warmUp(2), /minWorkers takes a whole number|maxWorkers/);
    await assert.rejects(Promise.resolve(pool.warmUp()), { code: 'ERR_BROKEN_THREAD_POOL' });
    pool.shutdown();
  });
});

describe('runOnAll()', () => {
  for (const fn of [there.setLevel, there.setLevelLater, there.setLevelInCoroutine]) {
    test(`${fn.name}: once in each thread`, async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
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
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = sharedWords();
    const running = pool.submit(sleepLong, words);
    waitUntil(words, 0, 1);
    assert.deepEqual(await pool.runOnAll(there.setLevel, 'warn'), ['warn']);
    running.cancel();
  });

  test('an error; several errors', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2, threadNamePrefix: 'e' });
    await pool.warmUp();
    const one = Promise.resolve(pool.runOnAll(there.failIn, 'e_1'));
    await assert.rejects(one, new RangeError('not in e_1'));
    const all = Promise.resolve(pool.runOnAll(there.failIn, 'all'));
    await assert.rejects(
      all,
      (error) => error instanceof AggregateError && error.errors.length === 2,
    );
  });

  test('a call that cancels itself', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    await pool.warmUp();
    await assert.rejects(
      Promise.resolve(pool.runOnAll(there.cancelItself)),
      (error) =>
        error instanceof AggregateError &&
        error.errors.every((each) => each instanceof CancelledError),
    );
    const one = new ThreadPoolExecutor({ maxWorkers: 1 });
    await one.warmUp();
    await assert.rejects(Promise.resolve(one.runOnAll(there.cancelItself)), CancelledError);
    one.shutdown();
  });

  test('arguments and results that cannot be revived, or have to wait for their module', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    await pool.warmUp();
    const failure = new RangeError('cannot be revived');
    await assert.rejects(Promise.resolve(pool.runOnAll(echo, new Unrevivable())), failure);
    await assert.rejects(Promise.resolve(pool.runOnAll(giveUnrevivable)), failure);
    assert.deepEqual(await pool.runOnAll(double, new Money(3)), [6]);
  });

  test('an argument that cannot cross, also where no thread is up', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const message = /argument 1, property 'a': a function \(a\) cannot be sent/;
    assert.throws(() => pool.runOnAll(echo, { a: () => 1 } as never), message);
  });

  test('before any thread has come up: nobody', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    run(function* () {
      assert.deepEqual(yield* pool.runOnAll(there.getLevel), []);
      yield* sleep(0);
    });
  });
});

describe('options that make no sense', () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const wrong: readonly (readonly [what: string, call: () => void, message: RegExp])[] = [
    [
      'resize()',
      () => pool.resize(undefined as never),
      /resize\(\) takes options .* got undefined/,
    ],
    ['resize', () => pool.resize({ max: 5 } as never), /knows the options .* was given 'max'/],
    ['shutdown', () => pool.shutdown({ cancel: true } as never), /was given 'cancel'/],
  ];
  for (const [what, call, message] of wrong) {
    test(what, () => assert.throws(call, { name: 'TypeError', message }));
  }
});
