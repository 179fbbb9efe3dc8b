/** Pressure where it matters that tasks run in threads: several that submit, room, threads that come and go. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CancelledError,
  type ConcurrentFuture,
  QueueFull,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { addOne, beginAndWait, echo } from '../fixtures/functions.ts';
import { sleepLong } from '../fixtures/limited.ts';
import * as there from '../fixtures/mapped.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';
import { submitAndCancel, submitAndWait } from '../fixtures/pressing.ts';
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

describe('runOnAll()', () => {
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
