/** `pool.stream`: a generator in a worker, and its values here. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { newEventLoop, type Streamable, Thread, ThreadPoolExecutor } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { doubles, Money } from '../fixtures/sharing/money.ts';
import * as there from '../fixtures/streamed.ts';
import { eventually, sharedWords, wordAt, type Words } from '../fixtures/words.ts';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** Waits until a generator has noted that it was closed. */
const closed = (words: Words): Promise<void> =>
  eventually(() => wordAt(words, 1) === 1, 'the generator is closed');

const kinds: readonly ((to: number) => Streamable<number> | Promise<Streamable<number>>)[] = [
  there.count,
  there.countSlowly,
  there.listOf,
  there.promisedListOf,
];

for (const { name: className, newPool, newWords, Broken, what } of executors) {
  describe(className, () => {
    const pool = newPool({ maxWorkers: 2 });
    after(() => pool.shutdown());

    for (const fn of kinds) {
      describe(fn.name, () => {
        for (const bufferSize of [1, 2, 3, 64, 1000]) {
          test(`all values in order, blocking and awaiting; bufferSize ${bufferSize}`, async () => {
            const view = pool.with({ bufferSize });
            for (const length of [0, 1, 2, 3, 150]) {
              const expected = there.listOf(length);
              assert.deepEqual(Array.from(view.stream(fn, length)), expected);
              assert.deepEqual(await collect(view.stream(fn, length)), expected);
            }
          });
        }
      });
    }

    for (const bufferSize of [1, 5, 64]) {
      test(`no more than ${bufferSize} values are ahead of whoever asks`, async () => {
        const words = newWords();
        let asked = 0;
        for await (const value of pool.with({ bufferSize }).stream(there.endless, words)) {
          assert.equal(value, asked++);
          // The generator has made the next one before it finds the buffer full.
          assert.ok(wordAt(words, 0) <= asked + bufferSize + 1, `${wordAt(words, 0)} at ${asked}`);
          if (asked % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          if (asked === 500) break;
        }
      });
    }

    for (const fn of [there.endless, there.endlessLater]) {
      test(`leaving the loop closes the generator: ${fn.name}`, async () => {
        const awaited = newWords();
        for await (const value of pool.stream(fn, awaited)) if (value === 100) break;
        await closed(awaited);
        const blocking = newWords();
        for (const value of pool.stream(fn, blocking)) if (value === 100) break;
        await closed(blocking);
        const before = newWords();
        const values = pool.stream(fn, before)[Symbol.asyncIterator]();
        await values.next();
        await values.return?.(undefined);
        assert.deepEqual(await values.next(), { done: true, value: undefined });
        await closed(before);
      });
    }

    test('leaving the loop while the generator waits for something else', async () => {
      const words = newWords();
      for await (const _ of pool.stream(there.pausing, words)) break;
      await closed(words);
    });

    test('what the generator throws comes after the values before', async () => {
      for (const length of [0, 3, 100]) {
        const seen: number[] = [];
        await assert.rejects(
          async () => {
            for await (const value of pool.stream(there.failsAfter, length)) seen.push(value);
          },
          { name: 'RangeError', message: `after ${length}` },
        );
        assert.deepEqual(seen, there.listOf(length));
        assert.throws(() => Array.from(pool.stream(there.failsAfter, length)), RangeError);
      }
    });

    test('a thread that ends in the middle: the values before, and then why', async () => {
      const seen: number[] = [];
      await assert.rejects(
        async () => {
          for await (const value of pool.stream(there.exits)) seen.push(value);
        },
        { name: Broken.name, message: /process\.exit\(3\)/ },
      );
      assert.deepEqual(seen, [1, 2]);
    });

    describe('what cannot be streamed', () => {
      test('a value that cannot cross is named', async () => {
        await assert.rejects(collect(pool.stream(there.uncloneable)), {
          name: 'DataCloneError',
          message: /value 2 of the stream, property 'deep\[0\]\.socket'/,
        });
      });
      test('a coroutine', async () => {
        const stream = pool.stream(there.coroutine as () => Streamable<unknown>);
        await assert.rejects(collect(stream), {
          code: 'ERR_STREAM_WAITS',
          message: /async function\*/,
        });
      });
      test('what is no iterable', async () => {
        const stream = pool.stream(there.noIterable as () => never);
        await assert.rejects(
          collect(stream),
          /'noIterable' gave number\. For a single result use submit/,
        );
      });
      test('a closure, an argument that cannot cross, bufferSize and retries: at once', () => {
        assert.throws(() => pool.stream(() => [1]), { name: 'FunctionReferenceError' });
        const wrong = (() => 1) as never;
        assert.throws(() => pool.stream(there.count, wrong), { name: 'DataCloneError' });
        assert.throws(
          () => pool.with({ bufferSize: 0 }),
          /'bufferSize' takes a whole number ≥ 1, got 0/,
        );
        assert.throws(
          () => pool.with({ retries: 1 }).stream(there.count, 1),
          /cannot be taken back/,
        );
      });
    });

    describe('with the options of a view', () => {
      test('name', async () => {
        const named = await collect(pool.with({ name: 'n' }).stream(there.names));
        assert.equal(named[0], 'n');
        assert.equal((await collect(pool.stream(there.names)))[0], 'names');
      });
      for (const fn of [there.endless, there.endlessLater, there.pausing]) {
        test(`timeout: ${fn.name}`, async () => {
          await using single = newPool({ maxWorkers: 1 });
          for await (const _ of single.stream(fn, newWords())) break; // now all is loaded
          const words = newWords();
          const stream = single.with({ timeout: 200, grace: 30_000 }).stream(fn, words);
          await assert.rejects(collect(stream), {
            name: 'TimeoutError',
            message: /timeout of 200 ms/,
          });
          await closed(words);
        });
        test(`signal: ${fn.name}`, async () => {
          const words = newWords();
          const controller = new AbortController();
          const { signal } = controller;
          const stream = pool.with({ signal, grace: 30_000 }).stream(fn, words);
          const reason = new Error('enough');
          await assert.rejects(async () => {
            for await (const _ of stream) controller.abort(reason);
          }, reason);
          await closed(words);
        });
      }
      test('timeout while nobody takes a value', async () => {
        await using single = newPool({ maxWorkers: 1 });
        for await (const _ of single.stream(there.endless, newWords())) break;
        const words = newWords();
        const stream = single.with({ timeout: 200, grace: 30_000 }).stream(there.endless, words);
        await closed(words);
        await assert.rejects(collect(stream), {
          name: 'TimeoutError',
          message: /timeout of 200 ms/,
        });
      });
      test('timeout of one that does not look: it is ended, and the pool works on', async () => {
        const stream = pool.with({ timeout: 20, grace: 10 }).stream(there.computing);
        await assert.rejects(collect(stream), {
          name: 'TimeoutError',
          message: new RegExp(`its ${what} was ended`),
        });
        assert.deepEqual(await collect(pool.stream(there.count, 3)), [0, 1, 2]);
      });
    });

    test('values that are moved', async () => {
      const sums = (await collect(pool.stream(there.buffers))).map((bytes) => bytes[99_999]);
      assert.deepEqual(sums, [0, 1, 2, 3]);
    });

    test('values that are large', async () => {
      let next = 0;
      for await (const bytes of pool.stream(there.large, 100, 2 ** 20)) {
        assert.equal(bytes.length, 2 ** 20);
        assert.equal(bytes[2 ** 19], next++);
      }
      assert.equal(next, 100);
    });

    test('many streams at once, in one worker', async () => {
      using wide = newPool({ maxWorkers: 1, concurrencyPerWorker: 8 });
      const streams = Array.from({ length: 8 }, () => wide.stream(there.countSlowly, 50));
      const all = await Promise.all(streams.map((stream) => collect(stream)));
      for (const values of all) assert.deepEqual(values, there.listOf(50));
    });

    test('more streams than threads: the others wait for one', async () => {
      const streams = Array.from({ length: 20 }, () => pool.stream(there.count, 200));
      const all = await Promise.all(streams.map((stream) => collect(stream)));
      for (const values of all) assert.deepEqual(values, there.listOf(200));
    });

    test('in a loop that blocks, and in a thread', async () => {
      const loop = newEventLoop();
      const sum = loop.runUntilComplete(function* () {
        let all = 0;
        for (const value of pool.stream(there.count, 100)) all += value;
        return all;
      });
      loop.close();
      assert.equal(sum, 4950);
      const result = sharedWords();
      const thread = new Thread({ target: there.sum, args: [pool, result] });
      thread.start();
      await thread.joined();
      assert.equal(result[0], 4950);
    });

    test('the thread that asked ends in the middle: the generator is closed', async () => {
      const words = newWords();
      const thread = new Thread({ target: there.takeOne, args: [pool, words] });
      thread.start();
      await thread.joined();
      await closed(words);
    });
  });
}

test('in a task of the same pool', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const words = sharedWords();
      await pool.submit(there.sum, pool, words);
      assert.equal(words[0], 4950);
    }),
  );
});

describe('a program ends by itself, and the generator is closed', () => {
  for (const how of ['forgotten', 'never begun', 'shut down', 'disposed']) {
    test(`a stream that was ${how}`, async () => {
      const { code, stdout, stderr } = await runProgram('streams.js', [how]);
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'closed\n', stderr: '' });
    });
  }
  test('who comes back after the shutdown gets what has come, and is told', async () => {
    const { code, lines } = await runProgram('streams.js', ['taken after the shutdown']);
    assert.equal(code, 0);
    assert.match(
      lines.at(-1) as string,
      /^63 CancelledError: The stream was ended, for nobody took/,
    );
  });
});

test('arguments whose encoding is in a module with a top-level await', async () => {
  await using own = new ThreadPoolExecutor({ maxWorkers: 1 });
  const seen: number[] = [];
  for await (const value of own.stream(doubles, new Money(1))) seen.push(value);
  assert.deepEqual(seen, [2, 4]);
});
