/** How a stream ends before its generator does: left at any moment, refused, or with a value that cannot be read. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QueueFull, transfer } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne, echo } from '../fixtures/functions.ts';
import * as left from '../fixtures/left-streams.ts';
import * as there from '../fixtures/streamed.ts';
import { eventually, waitUntil, wordAt, type Words } from '../fixtures/words.ts';

/** Waits until a generator has noted that it was closed. */
const closed = (words: Words): Promise<void> =>
  eventually(() => wordAt(words, 1) === 1, 'the generator is closed');

for (const { name: className, newPool, newWords } of executors) {
  describe(className, () => {
    describe('an iterator that is left closes the generator', () => {
      type Leave = (values: Iterable<number> & AsyncIterable<number>) => unknown;
      const ways: readonly (readonly [string, Leave])[] = [
        ['return() before the first value', (values) => values[Symbol.asyncIterator]().return?.()],
        ['the same of one that blocks', (values) => values[Symbol.iterator]().return?.()],
        [
          'throw() before the first value',
          (values) => {
            const error = new RangeError('enough');
            const thrown = values[Symbol.asyncIterator]().throw?.(error);
            return assert.rejects(Promise.resolve(thrown), error);
          },
        ],
        [
          'a pattern that takes nothing',
          (values) => {
            const [] = values; // oxlint-disable-line no-empty-pattern -- that is what is tested
          },
        ],
      ];
      for (const [how, leave] of ways) {
        test(how, async () => {
          await using pool = newPool({ maxWorkers: 1 });
          const words = newWords();
          const values = pool.stream(there.endless, words);
          waitUntil(words, 0, 1);
          await leave(values);
          await closed(words);
        });
      }

      test('while it waits for a value that does not come', async () => {
        await using pool = newPool({ maxWorkers: 1 });
        const words = newWords();
        const values = pool.stream(there.pausing, words)[Symbol.asyncIterator]();
        assert.deepEqual(await values.next(), { done: false, value: 1 });
        const next = values.next();
        assert.deepEqual(await values.return(undefined), { done: true, value: undefined });
        assert.deepEqual(await next, { done: true, value: undefined });
        await closed(words);
      });
    });

    test('a value that cannot be read comes as its error, and is the last', async () => {
      await using pool = newPool({ maxWorkers: 1 });
      for (const isPrompt of [true, false]) {
        const words = newWords();
        const values = pool.stream(left.fragile, words);
        if (!isPrompt) waitUntil(words, 0, 5);
        const seen: number[] = [];
        await assert.rejects(
          async () => {
            for await (const { value } of values) seen.push(value);
          },
          { name: 'RangeError', message: '2 cannot be read' },
        );
        assert.deepEqual(seen, [0, 1]);
        await closed(words);
      }
    });

    test('the same when nobody asks for it: the pool can be shut down', async () => {
      const words = newWords();
      const pool = newPool({ maxWorkers: 1 });
      pool.stream(left.fragile, words);
      waitUntil(words, 0, 1);
      pool.shutdown();
      await closed(words);
    });

    test('what is no function is named', async () => {
      await using pool = newPool({ maxWorkers: 1 });
      for (const wrong of [undefined, null, 'count'] as never[]) {
        assert.throws(() => pool.stream(wrong), /^TypeError: a function was expected, got /);
        assert.throws(() => pool.map(wrong, [1]), /^TypeError: a function was expected, got /);
      }
    });

    test('what stream() and map() give cannot be sent elsewhere: it would be an empty object there', async () => {
      await using pool = newPool({ maxWorkers: 1 });
      const send = echo as (value: unknown) => unknown;
      const message = /^argument 1: what (stream|map)\(\) gives cannot be sent to another .* asked/;
      for (const own of [pool.stream(there.count, 1), pool.map(addOne, [1])]) {
        assert.throws(() => pool.submit(send, own), { name: 'DataCloneError', message });
        assert.equal(Array.from<unknown>(own).length, 1);
      }
    });

    describe('what was to be moved stays where it is when the stream is refused', () => {
      const bytes = new Uint8Array(1000);
      const moved = (): Uint8Array => transfer(bytes, [bytes.buffer]);

      test('after the shutdown', () => {
        const pool = newPool();
        pool.shutdown();
        assert.throws(() => pool.stream(left.lengthOf, moved()), { code: 'ERR_EXECUTOR_SHUTDOWN' });
        assert.equal(bytes.length, 1000);
      });

      test('when the queue is full', async () => {
        await using pool = newPool({ maxWorkers: 1, maxQueue: 1 });
        const words = newWords();
        const busy = pool.stream(there.endless, words)[Symbol.asyncIterator]();
        waitUntil(words, 0, 1);
        const queued = pool.submit(addOne, 1);
        assert.throws(() => pool.stream(left.lengthOf, moved()), QueueFull);
        assert.equal(bytes.length, 1000);
        await busy.return?.(undefined);
        assert.equal(await queued, 2);
      });

      test('when its signal was aborted before', async () => {
        await using pool = newPool({ maxWorkers: 1 });
        const signal = AbortSignal.abort(new RangeError('never mind'));
        const values = pool.with({ signal }).stream(left.lengthOf, moved());
        assert.throws(() => Array.from(values), { message: 'never mind' });
        assert.equal(bytes.length, 1000);
      });
    });
  });
}
