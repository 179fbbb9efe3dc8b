/** `pool.map`: over iterables and asynchronous ones, blocking and awaiting, in chunks, in order or not. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type MapOptions, newEventLoop } from 'skein';
import { executors, threads } from '../fixtures/executors.ts';
import * as there from '../fixtures/mapped.ts';
import { wordAt } from '../fixtures/words.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const squares = (n: number): number[] => range(n).map((x) => x * x);

async function* slowly<T>(items: Iterable<T>, onEnd?: () => void): AsyncGenerator<T> {
  try {
    for (const item of items) {
      await new Promise((resolve) => setImmediate(resolve));
      yield item;
    }
  } finally {
    onEnd?.();
  }
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const optionsOf: readonly MapOptions[] = [
  {},
  { chunkSize: 3 },
  { bufferSize: 1 },
  { chunkSize: 4, bufferSize: 2 },
  { chunkSize: 100 },
];

for (const { name: className, newPool, newWords } of executors) {
  describe(className, () => {
    const pool = newPool({ maxWorkers: 2 });
    after(() => pool.shutdown());

    for (const options of optionsOf) {
      describe(JSON.stringify(options), () => {
        for (const fn of [
          there.square,
          there.squareLater,
          there.squareInCoroutine,
          there.squarePromised,
        ] as ((x: number) => number)[]) {
          test(`${fn.name}: blocking, awaiting, and of an asynchronous iterable`, async () => {
            const expected = squares(10);
            assert.deepEqual(Array.from(pool.map(fn, range(10), options)), expected);
            assert.deepEqual(await collect(pool.map(fn, range(10), options)), expected);
            assert.deepEqual(await collect(pool.map(fn, slowly(range(10)), options)), expected);
          });
        }

        test('not in order: all of them', async () => {
          const unordered = { ...options, ordered: false };
          const sorted = (list: number[]): number[] => list.sort((a, b) => a - b);
          assert.deepEqual(
            sorted(Array.from(pool.map(there.square, range(20), unordered))),
            squares(20),
          );
          const some = await collect(pool.map(there.square, slowly(range(20)), unordered));
          assert.deepEqual(sorted(some), squares(20));
        });

        test('an error comes after the results before it, and ends the loop', async () => {
          const seen: number[] = [];
          const look = (): void => {
            for (const x of pool.map(there.squareUnless, range(10), options)) seen.push(x);
          };
          assert.throws(look, new RangeError('five'));
          assert.deepEqual(seen, squares(5));
          const later = collect(pool.map(there.squareUnless, slowly(range(10)), options));
          await assert.rejects(later, new RangeError('five'));
        });

        test('nothing at all', async () => {
          assert.deepEqual(Array.from(pool.map(there.square, [], options)), []);
          assert.deepEqual(await collect(pool.map(there.square, slowly([]), options)), []);
        });
      });
    }

    test('as they are ready: the short ones first', () => {
      using wide = newPool({ maxWorkers: 1, concurrencyPerWorker: 3 });
      const results = Array.from(wide.map(there.wait, [200, 1, 100], { ordered: false }));
      assert.deepEqual(results, [1, 100, 200]);
    });

    test('leaving the loop cancels what is left, and closes the source', async () => {
      const words = newWords();
      const items = range(1000).map(() => [words, 5] as const);
      for await (const _ of pool.map(there.countAndWait, items)) break;
      const begun = wordAt(words, 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(wordAt(words, 0) - begun <= 2, `${begun}, and then ${wordAt(words, 0)}`);
      let isClosed = false;
      const source = slowly(range(1000), () => (isClosed = true));
      for await (const x of pool.map(there.square, source, { bufferSize: 4 })) if (x === 9) break;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isClosed, true);
    });

    test('bufferSize: no more of the source is drawn than that', () => {
      let drawn = 0;
      function* endless(): Generator<number> {
        for (;;) yield drawn++;
      }
      for (const x of pool.map(there.square, endless(), { chunkSize: 2, bufferSize: 3 })) {
        assert.ok(drawn <= x ** 0.5 + 10, `${drawn} drawn at ${x}`);
        if (x === 10_000) break;
      }
    });

    for (const ordered of [true, false]) {
      test(`timeout, ${ordered ? 'in order' : 'not in order'}: an error, and nothing goes on`, async () => {
        const options = { timeout: 60, ordered };
        const block = (): number[] => Array.from(pool.map(there.wait, [1, 60_000], options));
        assert.throws(block, { name: 'TimeoutError', message: /after 60 ms/ });
        const awaited = collect(pool.map(there.wait, [1, 60_000], options));
        await assert.rejects(awaited, { name: 'TimeoutError', message: /after 60 ms/ });
      });
    }

    test('a source that throws', async () => {
      function* failing(): Generator<number> {
        yield 1;
        throw new RangeError('no more');
      }
      assert.throws(() => pool.map(there.square, failing()), new RangeError('no more'));
      async function* failingLater(): AsyncGenerator<number> {
        yield 2;
        throw new RangeError('no more');
      }
      const seen: number[] = [];
      await assert.rejects(async () => {
        for await (const x of pool.map(there.square, failingLater())) seen.push(x);
      }, new RangeError('no more'));
    });

    test('an element that cannot cross is named', () => {
      const items = [{ a: 1 }, { a: () => 1 }];
      const wrong = (): unknown => pool.map(there.square as (item: unknown) => unknown, items);
      assert.throws(wrong, /element 1, property 'a': a function \(a\)/);
    });

    test('an asynchronous source cannot be waited for by blocking', () => {
      assert.throws(() => Array.from(pool.map(there.square, slowly([1]))), /Write for await/);
    });

    test('with the options of a view', async () => {
      const named = pool.with({ name: 'n' });
      assert.deepEqual(Array.from(named.map(there.nameFor, [1, 2])), ['n 1', 'n 2']);
      assert.deepEqual(Array.from(pool.map(there.nameFor, [1, 2], { chunkSize: 2 })), [
        'nameFor 1',
        'nameFor 2',
      ]);
      const limited = pool.with({ timeout: 20, grace: 0 });
      await assert.rejects(collect(limited.map(there.wait, [60_000])), { name: 'TimeoutError' });
    });

    test('in a loop that blocks', () => {
      const loop = newEventLoop();
      const sum = loop.runUntilComplete(function* () {
        let all = 0;
        for (const x of pool.map(there.square, range(10))) all += x;
        return all;
      });
      loop.close();
      assert.equal(sum, 285);
    });
  });
}

describe('options that make no sense', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ chunkSize: 0 }, /'chunkSize' takes a whole number ≥ 1, got 0/],
    [{ bufferSize: 1.5 }, /'bufferSize' takes a whole number ≥ 1, got 1\.5/],
    [{ timeout: 'soon' }, /'timeout' takes milliseconds ≥ 0, got 'soon'/],
    [{ chunksize: 5 }, /knows the options .*, and was given 'chunksize'/],
    [5, /takes its options as an object, got 5/],
  ];
  const pool = threads.newPool();
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () => {
      assert.throws(() => pool.map(there.square, [1], options as MapOptions), message);
    });
  }
  test('no iterable', () => {
    assert.throws(() => pool.map(there.square, 5 as never), /takes an iterable, .* got 5/);
  });
});
