/** `pool.map`: what goes wrong in its source, its queue and its tasks, and what is handed out all the same. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type MapOptions, ThreadPoolExecutor, TimeoutError } from 'skein';
import { addOne, echo } from '../fixtures/functions.ts';
import { failSome, sleepLong } from '../fixtures/limited.ts';
import * as there from '../fixtures/mapped.ts';
import { double, Money } from '../fixtures/sharing/money.ts';
import { giveUnrevivable, Unrevivable } from '../fixtures/sharing/unrevivable.ts';
import { eventually, sharedWords, waitUntil } from '../fixtures/words.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
after(() => pool.shutdown());

/** What comes of a loop, and what it ends with. */
async function outcomeOf<T>(results: AsyncIterable<T>): Promise<[seen: T[], error: unknown]> {
  const seen: T[] = [];
  try {
    for await (const result of results) seen.push(result);
  } catch (error) {
    return [seen, error];
  }
  return [seen, null];
}

function outcomeOfBlocking<T>(results: Iterable<T>): [seen: T[], error: unknown] {
  const seen: T[] = [];
  try {
    for (const result of results) seen.push(result);
  } catch (error) {
    return [seen, error];
  }
  return [seen, null];
}

const noMore = new RangeError('no more');

function* threeAndThrow(): Generator<number> {
  yield* [1, 2, 3];
  throw noMore;
}

async function* threeAndThrowLater(): AsyncGenerator<number> {
  yield* [1, 2, 3];
  await null;
  throw noMore;
}

describe('a source that throws: the results of what it gave come first', () => {
  for (const options of [{}, { chunkSize: 2 }, { ordered: false }] as MapOptions[]) {
    test(`asynchronous, ${JSON.stringify(options)}`, async () => {
      const [seen, error] = await outcomeOf(pool.map(there.square, threeAndThrowLater(), options));
      assert.deepEqual([seen.sort((a, b) => a - b), error], [[1, 4, 9], noMore]);
    });

    test(`drawn as results are asked for, ${JSON.stringify(options)}`, async () => {
      const few = { ...options, bufferSize: 1 };
      const results = [
        await outcomeOf(pool.map(there.square, threeAndThrow(), few)),
        outcomeOfBlocking(pool.map(there.square, threeAndThrow(), few)),
      ];
      for (const result of results) assert.deepEqual(result, [[1, 4, 9], noMore]);
    });
  }

  test('an element that cannot cross, named by its place in the whole source', async () => {
    const items = [1, 2, 3, 4, { a: () => 5 }, 6] as number[];
    const options = { chunkSize: 2, bufferSize: 1 };
    const [seen, error] = await outcomeOf(pool.map(there.square, items, options));
    assert.deepEqual(seen, [1, 4, 9, 16]);
    assert.match(String(error), /element 4, property 'a': a function \(a\) cannot be sent/);
  });

  test('a shutdown on the way', async () => {
    await using own = new ThreadPoolExecutor({ maxWorkers: 1 });
    const seen: number[] = [];
    const look = async (): Promise<void> => {
      for await (const x of own.map(there.square, [1, 2, 3, 4, 5], { bufferSize: 2 })) {
        if (seen.push(x) === 1) own.shutdown({ wait: false });
      }
    };
    await assert.rejects(look, { code: 'ERR_EXECUTOR_SHUTDOWN' });
    assert.deepEqual(seen, [1, 4, 9]);
  });
});

describe('a map that nobody asks', () => {
  test('when its time is over, an endless source is closed', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    const results = pool.map(there.square, endless(), { timeout: 20 });
    await eventually(() => isClosed, 'the source is closed');
    const [seen, error] = await outcomeOf(results);
    assert.ok(seen.length <= 64 && seen.every((x, i) => x === i * i), String(seen));
    assert.ok(error instanceof TimeoutError, String(error));
  });
});

test('a timeout of more than Node’s timers can wait', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  const [seen, error] = await outcomeOf(pool.map(there.wait, [5, 20], { timeout: 3e9 }));
  const source = outcomeOf(pool.map(there.square, threeAndThrowLater(), { timeout: 3e9 }));
  assert.deepEqual([seen, error, await source], [[5, 20], null, [[1, 4, 9], noMore]]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  assert.deepEqual(warnings, []);
});

test('not in order, blocking: a chunk is listened to once, however many there are', () => {
  const future = pool.submit(addOne, 1);
  const shared = Object.getPrototypeOf(future) as typeof future;
  const original = Object.getOwnPropertyDescriptor(shared, 'addDoneCallback')!;
  let count = 0;
  shared.addDoneCallback = function (this: typeof future, ...args) {
    count++;
    return Reflect.apply(original.value as typeof shared.addDoneCallback, this, args);
  };
  try {
    const results = Array.from(
      pool.map(
        there.square,
        Array.from({ length: 500 }, (_, i) => i),
        { ordered: false },
      ),
    );
    assert.equal(results.length, 500);
  } finally {
    Object.defineProperty(shared, 'addDoneCallback', original);
  }
  assert.equal(count, 500);
});

describe('a queue with a limit', () => {
  test('map waits for room', async () => {
    await using own = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 2 });
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const squares = numbers.map((x) => x * x);
    assert.deepEqual(Array.from(own.map(there.square, numbers)), squares);
    assert.deepEqual(await outcomeOf(own.map(there.square, numbers)), [squares, null]);
    const eager = own.map(there.square, numbers, { bufferSize: 100 });
    assert.deepEqual(await outcomeOf(eager), [squares, null]);
  });

  test('also when it is others that fill it', async () => {
    await using own = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    for (const source of [[1, 2, 3], threeLater()]) {
      const words = sharedWords();
      const running = own.submit(sleepLong, words);
      waitUntil(words, 0, 1);
      const queued = own.submit(addOne, 1);
      const results = outcomeOf(own.map(there.square, source));
      running.cancel();
      await queued;
      assert.deepEqual(await results, [[1, 4, 9], null]);
    }
  });

  test('whose time is over while it waits for room: an error, and it waits no more', async () => {
    await using own = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    const words = sharedWords();
    const running = own.submit(sleepLong, words);
    waitUntil(words, 0, 1);
    const queued = own.submit(addOne, 1);
    const late = (results: unknown): void => {
      assert.match(String(results), /TimeoutError: map\(\) did not have all results after 20 ms/);
    };
    late((await outcomeOf(own.map(there.square, [1], { timeout: 20 })))[1]);
    late(outcomeOfBlocking(own.map(there.square, [1], { timeout: 20 }))[1]);
    late((await outcomeOf(own.map(there.square, threeLater(), { timeout: 20 })))[1]);
    running.cancel();
    assert.equal(await queued, 2);
  });

  async function* threeLater(): AsyncGenerator<number> {
    yield* [1, 2, 3];
  }
});

describe('retries', () => {
  for (const chunkSize of [1, 2]) {
    test(`a chunk of ${chunkSize} is done again until it succeeds`, async () => {
      const items = [sharedWords(), sharedWords()];
      for (const words of items) words[0] = 1;
      const stubborn = pool.with({ retries: 2 });
      const [seen, error] = await outcomeOf(stubborn.map(failSome, items, { chunkSize }));
      assert.equal(error, null);
      assert.equal(seen.length, 2);
      assert.ok(items.every((words) => (words[1] as number) >= 2));
    });
  }

  test('the last failure is told, after the values before it', async () => {
    const words = sharedWords();
    words[0] = 9;
    const fine = sharedWords();
    const items = [fine, words];
    const results = pool.with({ retries: 2 }).map(failSome, items, { chunkSize: 2 });
    const [seen, error] = await outcomeOf(results);
    assert.deepEqual([seen, String(error), words[1]], [[3], 'RangeError: attempt 3', 3]);
  });
});

test('leaving the loop while a coroutine waits for an element: that is cancelled', async () => {
  for (const chunkSize of [1, 2]) {
    const left = sharedWords();
    const items = [null, null, left, left];
    for await (const _ of pool.map(there.waitOrNotInCoroutine, items, { chunkSize })) {
      await eventually(() => Atomics.load(left, 1) === 1, 'it waits');
      break;
    }
    await eventually(() => Atomics.load(left, 0) === 1, 'it was cancelled');
  }
});

test('a task that blocks for a map of an async function', async () => {
  await using own = new ThreadPoolExecutor({ maxWorkers: 2 });
  assert.equal(await own.submit(there.sumOfMap, own, [1, 2, 3]), 14);
});

describe('elements that have an encoding', () => {
  test('whose module has a top-level await', async () => {
    await using own = new ThreadPoolExecutor({ maxWorkers: 1 });
    const items = [new Money(1), new Money(2)];
    assert.deepEqual(await outcomeOf(own.map(double, items)), [[2, 4], null]);
  });

  test('that cannot be revived', async () => {
    const there = await outcomeOf(pool.map(echo, [new Unrevivable()]));
    assert.deepEqual(there, [[], new RangeError('cannot be revived')]);
    const here = await outcomeOf(pool.map(giveUnrevivable, [1]));
    assert.deepEqual(here, [[], new RangeError('cannot be revived')]);
  });
});

describe('what makes no sense', () => {
  const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
    [{ ordered: 'no' }, /the option 'ordered' takes true or false, got 'no'/],
    [[], /takes its options as an object, got \[\]/],
  ];
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () => {
      assert.throws(() => pool.map(there.square, [1], options as MapOptions), message);
    });
  }

  for (const symbol of [Symbol.iterator, Symbol.asyncIterator]) {
    test(`${String(symbol)} that gives no iterator`, () => {
      const source = { [symbol]: () => ({}) } as unknown as Iterable<number>;
      const message = /gives \{\} instead of an iterator: that has a method next\(\)/;
      assert.throws(() => pool.map(there.square, source), message);
    });
  }
});

test('an iterator that is left before its first result, or while it waits, closes the source', async () => {
  let closed = 0;
  function* endless(): Generator<number> {
    try {
      for (;;) yield 1;
    } finally {
      closed++;
    }
  }
  const results = (): AsyncIterable<number> & Iterable<number> =>
    pool.map(addOne, endless(), { bufferSize: 4 });
  results()[Symbol.iterator]().return?.();
  await results()[Symbol.asyncIterator]().return?.();
  assert.equal(closed, 2);
  const waiting = pool.map(there.waitOrNot, [sharedWords()])[Symbol.asyncIterator]();
  const next = waiting.next();
  assert.deepEqual(await waiting.return(undefined), { done: true, value: undefined });
  assert.deepEqual(await next, { done: true, value: undefined });
});

test('leaving the loop while an element waits: that is cancelled', async () => {
  const left = sharedWords();
  for await (const _ of pool.map(there.waitOrNot, [null, left])) {
    await eventually(() => Atomics.load(left, 1) === 1, 'it waits');
    break;
  }
  await eventually(() => Atomics.load(left, 0) === 1, 'it was cancelled');
  const words = sharedWords();
  const limited = pool.with({ timeout: 200, grace: 60_000 });
  const late = outcomeOf(limited.map(there.waitOrNot, [words], { chunkSize: 2 }));
  const [, error] = await late;
  assert.equal((error as Error).name, 'TimeoutError');
  assert.equal(words[0], 1);
});
