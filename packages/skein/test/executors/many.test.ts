/** Large numbers of everything. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BrokenThreadPool,
  gather,
  newEventLoop,
  NodeEventLoop,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { addOne, beginAndWait, compute, count, echo, note } from '../fixtures/functions.ts';
import { failToInitialize } from '../fixtures/initializers.ts';
import { makeTooMany } from '../fixtures/nesting.ts';
import { outcomeOf, type Reporter } from '../fixtures/outcomes.ts';
import { firstOf, lengthOf } from '../fixtures/values.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('10 000 submits at once', () => {
  test('with result()', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const futures = numbers(10_000).map((i) => pool.submit(addOne, i));
    for (const [i, future] of futures.entries()) assert.equal(future.result(), i + 1);
  });

  for (const loop of [newEventLoop(), new NodeEventLoop()]) {
    test(`in a ${loop.constructor.name}`, async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      const futures = numbers(10_000).map((i) => loop.runInExecutor(pool, addOne, i));
      const values = await loop.runUntilComplete(gather(...futures));
      assert.deepEqual(
        values,
        numbers(10_000).map((i) => i + 1),
      );
      loop.close();
    });
  }
});

describe('more results than fit into a turn of Node', () => {
  for (const [what, isLoopOn] of [
    ['no loop', false],
    ['a NodeEventLoop', true],
  ] as const) {
    test(`${what}: Node turns in between, and all come`, async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      const words = sharedWords();
      const loop = new NodeEventLoop();
      let heard = 0;
      const heardAtTurns: number[] = [];
      for (let i = 0; i < 500; i++) {
        pool.submit(count, words).addDoneCallback(() => {
          compute(0.5);
          heard++;
          if (isLoopOn) loop.callSoon(() => {}); // and it looks into the mailbox in its turn, too
        });
      }
      waitUntil(words, 0, 500);
      const turn = (): void => {
        heardAtTurns.push(heard);
        if (heard < 500) setImmediate(turn);
      };
      turn();
      await eventually(() => heard === 500, 'all are heard of');
      assert.ok(new Set(heardAtTurns).size > 3, `heard at each turn: ${heardAtTurns.join(' ')}`);
      loop.close();
    });
  }
});

describe('100 000 submits at once, more than there are places', () => {
  test('with result()', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const futures = numbers(100_000).map((i) => pool.submit(addOne, i));
    for (const [i, future] of futures.entries()) assert.equal(future.result(), i + 1);
  });

  test('with await', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const values = await Promise.all(numbers(100_000).map((i) => pool.submit(addOne, i)));
    for (const [i, value] of values.entries()) assert.equal(value, i + 1);
  });

  test('first come, first served: one thread does them in order', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const order = sharedWords(50_001);
    const futures = numbers(50_000).map((i) => pool.submit(note, order, i));
    futures.at(-1)?.result();
    assert.deepEqual([...order.subarray(1)], numbers(50_000));
  });

  test('shutdown() waits for all of them', () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    for (let i = 0; i < 50_000; i++) pool.submit(count, words);
    pool.shutdown();
    assert.equal(words[0], 50_000);
  });

  test('cancelled, all but the last', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const futures = numbers(50_000).map((i) => pool.submit(addOne, i));
    for (const future of futures.slice(0, -1)) future.cancel();
    assert.equal(futures.at(-1)?.result(), 50_000);
    assert.equal(pool.submit(addOne, 1).result(), 2);
  });
});

describe('more bytes at once than the threads have room for', () => {
  const bytes = new Uint8Array(8_000_000);

  test('all of them are carried, in order', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const futures = numbers(200).map((i) => pool.submit(firstOf, bytes.fill(i)));
    for (const [i, future] of futures.entries()) assert.equal(future.result(), i % 256);
  });

  test('while they wait, other calls, results and functions have room', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    using other = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = sharedWords();
    pool.submit(beginAndWait, words);
    const futures = numbers(140).map((i) => pool.submit(firstOf, bytes.fill(i)));
    assert.deepEqual(other.submit(echo, bytes.fill(7)).result(), bytes);
    assert.deepEqual(await other.submit(echo, [bytes, 'and more']), [bytes, 'and more']);
    assert.equal(other.submit(lengthOf, bytes).result(), bytes.length);
    assert.equal(pool.submit(echo, bytes).cancel(), true);
    open(words);
    for (const [i, future] of futures.entries()) assert.equal(future.result(), i);
  });
});

test('large values back and forth, hundreds of times, use no more room', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const bytes = new Uint8Array(2_000_000).fill(7);
  for (let i = 0; i < 400; i++) assert.equal(pool.submit(echo, bytes).result().length, 2_000_000);
});

describe('many pools', () => {
  test('300, one after the other, made and shut down', () => {
    for (let i = 0; i < 300; i++) {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      if (i % 10 === 0) assert.equal(pool.submit(addOne, i).result(), i + 1);
    }
  });

  test('dozens, each used once, shut down without waiting', () => {
    for (let batch = 0; batch < 3; batch++) {
      const pools = numbers(20).map(() => new ThreadPoolExecutor({ maxWorkers: 1 }));
      const futures = pools.map((pool, i) => pool.submit(addOne, i));
      for (const pool of pools) pool.shutdown({ wait: false });
      for (const [i, future] of futures.entries()) assert.equal(future.result(), i + 1);
      for (const pool of pools) pool.shutdown();
    }
  });

  test('broken ones give back their place, too', () => {
    for (let i = 0; i < 3; i++) {
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: failToInitialize });
      assert.ok(pool.submit(addOne, 1).exception() instanceof BrokenThreadPool);
      pool.shutdown();
    }
  });

  test('more than there can be: a clear error, and room again after shutdown()', async () => {
    const start = (reporter: Reporter) => new Thread({ target: makeTooMany, args: [reporter] });
    const told = (await outcomeOf(start)) as Record<string, unknown>;
    assert.equal(told['code'], 'ERR_TOO_MANY_POOLS');
    assert.match(String(told['message']), /shutdown\(\)/);
    assert.equal(told['made'], 256); // so all pools of the tests above have been given back
    assert.equal(told['after'], 2);
  });
});
