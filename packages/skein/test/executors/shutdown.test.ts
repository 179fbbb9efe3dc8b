/** The end of a pool: from any thread, waiting or not, with work in it or not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CancelledError,
  getRunningLoop,
  NodeEventLoop,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  sleepSync,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne, beginAndWait, count, echo, waitForWord } from '../fixtures/functions.ts';
import { outcomeOf, type Reporter } from '../fixtures/outcomes.ts';
import { open, sharedWords, waitUntil, wordAt } from '../fixtures/words.ts';
import {
  closePool,
  countAndSubmit,
  shutDownFromWithin,
  submitAndReport,
} from '../fixtures/users-of-pools.ts';

const isShutdownError = (error: unknown): boolean =>
  error instanceof RuntimeError &&
  error.code === 'ERR_EXECUTOR_SHUTDOWN' &&
  error.message.startsWith('cannot schedule new futures after shutdown');

for (const { name: className, newPool, newWords } of executors) {
  describe(className, () => {
    describe('shutdown()', () => {
      test('waits until all that was submitted is done', () => {
        const pool = newPool({ maxWorkers: 2 });
        const words = newWords();
        for (let i = 0; i < 200; i++) pool.submit(count, words);
        pool.shutdown();
        assert.equal(wordAt(words, 0), 200);
      });

      test('with wait: false returns at once, and queued work is still done', () => {
        const pool = newPool({ maxWorkers: 1 });
        const gate = newWords();
        const busy = pool.submit(beginAndWait, gate);
        const queued = pool.submit(addOne, 1);
        pool.shutdown({ wait: false });
        assert.equal(queued.done(), false);
        open(gate);
        assert.deepEqual([busy.result(), queued.result()], [0, 2]);
      });

      test('rule 76: cancelFutures cancels what is queued, and only that', () => {
        const pool = newPool({ maxWorkers: 1 });
        const gate = newWords();
        const words = newWords();
        const busy = pool.submit(beginAndWait, gate);
        waitUntil(gate, 1, 1);
        const queued = Array.from({ length: 20 }, () => pool.submit(count, words));
        pool.shutdown({ wait: false, cancelFutures: true });
        for (const future of queued) assert.throws(() => future.result(), CancelledError);
        assert.ok(queued.every((future) => future.cancelled()));
        assert.equal(busy.done(), false);
        open(gate);
        assert.equal(busy.result(), 0);
        pool.shutdown();
        assert.equal(wordAt(words, 0), 0);
      });

      test('with cancelFutures cancels what is held back as well', () => {
        const pool = newPool({ maxWorkers: 1 });
        const gate = newWords();
        const words = newWords();
        pool.submit(beginAndWait, gate);
        waitUntil(gate, 1, 1);
        const queued = Array.from({ length: 20_000 }, () => pool.submit(count, words));
        pool.shutdown({ wait: false, cancelFutures: true });
        open(gate);
        pool.shutdown();
        for (const future of queued) assert.throws(() => future.result(), CancelledError);
        assert.equal(wordAt(words, 0), 0);
      });

      test('twice is harmless, and so is shutting down a pool that nobody used', () => {
        const pool = newPool();
        pool.shutdown();
        pool.shutdown();
        pool[Symbol.dispose]();
        const used = newPool({ maxWorkers: 1 });
        used.submit(addOne, 1).result();
        used.shutdown();
        used.shutdown({ wait: true, cancelFutures: true });
      });

      test('a submit afterwards is refused, at once', () => {
        for (const wait of [true, false]) {
          const used = newPool({ maxWorkers: 1 });
          used.submit(addOne, 1).result();
          const unused = newPool({ maxWorkers: 1 });
          for (const pool of [used, unused]) {
            pool.shutdown({ wait });
            assert.throws(() => pool.submit(addOne, 1), isShutdownError);
            for (const loop of [newEventLoop(), new NodeEventLoop()]) {
              assert.throws(() => loop.runInExecutor(pool, addOne, 1), isShutdownError);
              loop.close();
            }
          }
        }
      });

      test('a submit afterwards from another thread is refused there', async () => {
        const pool = newPool({ maxWorkers: 1 });
        pool.submit(addOne, 1).result();
        pool.shutdown();
        const start = (reporter: Reporter) =>
          new Thread({ target: submitAndReport, args: [reporter, pool] });
        await assert.rejects(outcomeOf(start), isShutdownError);
      });

      test('called in another thread closes the pool for all', async () => {
        const pool = newPool({ maxWorkers: 1 });
        assert.equal(pool.submit(addOne, 1).result(), 2);
        const thread = new Thread({ target: closePool, args: [pool] });
        thread.start();
        thread.join();
        assert.throws(() => pool.submit(addOne, 1), isShutdownError);
      });
    });

    describe('using', () => {
      test('Symbol.dispose waits until the work is done', () => {
        const words = newWords();
        {
          using pool = newPool({ maxWorkers: 2 });
          for (let i = 0; i < 50; i++) pool.submit(count, words);
        }
        assert.equal(wordAt(words, 0), 50);
      });

      test('Symbol.asyncDispose waits without blocking', async () => {
        const words = newWords();
        const gate = newWords();
        {
          await using pool = newPool({ maxWorkers: 1 });
          pool.submit(beginAndWait, gate);
          for (let i = 0; i < 50; i++) pool.submit(count, words);
          setTimeout(() => open(gate), 20); // can only run if nothing blocks
        }
        assert.equal(wordAt(words, 0), 50);
      });

      test('Symbol.asyncDispose of a pool that nobody used, and twice', async () => {
        const pool = newPool();
        await pool[Symbol.asyncDispose]();
        await pool[Symbol.asyncDispose]();
        assert.throws(() => pool.submit(echo, 1), isShutdownError);
      });
    });
  });
}

describe('shutdown() of threads', () => {
  test('a task cannot wait for the end of its own pool', () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    assert.throws(() => pool.submit(shutDownFromWithin, pool, true).result(), {
      name: 'RuntimeError',
      message: /own end/,
    });
    assert.equal(pool.submit(shutDownFromWithin, pool, false).result(), 'shut down');
    assert.throws(() => pool.submit(addOne, 1), isShutdownError);
    pool.shutdown();
  });

  test('while others submit: each submit is done or refused, none is lost', async () => {
    for (let round = 0; round < 5; round++) {
      const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      const words = sharedWords(4);
      const threads = Array.from(
        { length: 2 },
        () => new Thread({ target: countAndSubmit, args: [pool, words] }),
      );
      for (const thread of threads) thread.start();
      waitUntil(words, 1, 100);
      sleepSync(round);
      pool.shutdown();
      for (const thread of threads) thread.join();
      assert.equal(words[0], words[1], `${words[1]} were taken, ${words[0]} done`);
      assert.equal(words[2], words[1], `${words[1]} were taken, ${words[2]} came back`);
      assert.equal(words[3], 2, 'both threads were refused in the end');
    }
  });
});

test('a blocking loop goes on while it waits for its default executor (rule 29)', () => {
  const gate = sharedWords();
  const seen = run(function* () {
    const loop = getRunningLoop();
    const waiting = loop.runInExecutor(null, waitForWord, gate);
    const ended = loop.shutdownDefaultExecutor();
    yield* sleep(5);
    open(gate); // only this task lets the executor come to its end
    yield* ended;
    return yield* waiting;
  });
  assert.equal(seen, true);
});
