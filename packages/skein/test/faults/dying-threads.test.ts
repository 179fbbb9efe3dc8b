/** Threads of a pool that die in a task: every task settles exactly once, and the pool works on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokenThreadPool, newEventLoop, NodeEventLoop, ThreadPoolExecutor } from 'skein';
import { type Death, die, plusOne, type Seen, whoAmI } from '../fixtures/dying.ts';
import { count } from '../fixtures/functions.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { mainStyles } from '../fixtures/styles.ts';
import { sharedWords, waitUntil } from '../fixtures/words.ts';

const deaths: readonly (readonly [Death, RegExp])[] = [
  ['process.exit', /BrokenThreadPool: The task ended its thread by process\.exit\(7\)/],
  ['process.exit in async', /BrokenThreadPool: The task ended its thread by process\.exit\(7\)/],
  ['endless loop', /BrokenThreadPool: The task 'die' did not finish: its thread was terminated/],
  [
    'endless promises',
    /BrokenThreadPool: The task 'die' did not finish: its thread was terminated/,
  ],
  ['error in a timer', /BrokenThreadPool: An error was thrown in the thread outside of the task/],
  [
    'unhandled rejection',
    /BrokenThreadPool: An error was thrown in the thread outside of the task/,
  ],
  [
    'out of memory',
    /BrokenThreadPool: The task 'die' did not finish: its thread ran out of memory/,
  ],
];

describe('one caller blocks in result(), another awaits: both hear of it, once', () => {
  for (const [how, message] of deaths) {
    test(how, async () => {
      const { lines, stderr, code } = await runProgram('dying.js', [how], {
        node: how === 'out of memory' ? ['--max-old-space-size=48'] : [],
      });
      assert.equal(lines.length, 3, stderr);
      for (const line of lines.slice(0, 2)) {
        const { errors, settled, after } = JSON.parse(line) as Seen;
        assert.equal(errors.length, 2);
        for (const error of errors) assert.match(error, message);
        assert.deepEqual(settled, [1, 1]);
        assert.equal(after, 2);
      }
      assert.deepEqual([lines[2], code], ['ended', 0]);
    });
  }
});

for (const style of mainStyles) {
  describe(style.name, () => {
    test('process.exit() in a task fails it with BrokenThreadPool', async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      await assert.rejects(
        style.call(pool, die, 'process.exit', sharedWords()),
        (error) => error instanceof BrokenThreadPool && error.code === 'ERR_BROKEN_THREAD_POOL',
      );
      assert.equal(await style.call(pool, plusOne, 1), 2);
    });

    test('an uncaught error in a timer fails the task, and is its cause', async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      await assert.rejects(style.call(pool, die, 'error in a timer', sharedWords()), (error) => {
        assert(error instanceof BrokenThreadPool);
        assert.ok(error.cause instanceof RangeError);
        assert.equal(error.cause.message, 'in a timer');
        return true;
      });
      assert.equal(await style.call(pool, plusOne, 1), 2);
    });
  });
}

describe('terminateWorkers()', () => {
  test('fails what runs; what is queued is done by new threads', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: 't' });
    const words = sharedWords();
    const counted = sharedWords();
    const endless = pool.submit(die, 'endless loop', words);
    const queued = Array.from({ length: 100 }, () => pool.submit(count, counted));
    waitUntil(words, 1, 1);
    assert.equal(endless.running(), true);
    pool.terminateWorkers();
    assert.ok(endless.exception() instanceof BrokenThreadPool);
    for (const future of queued) future.result();
    assert.equal(counted[0], 100);
    assert.notEqual(pool.submit(whoAmI).result(), 't_0');
  });

  for (const loop of [newEventLoop(), new NodeEventLoop()]) {
    test(`called from a callback of a ${loop.constructor.name}`, async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const words = sharedWords();
      const future = loop.runInExecutor(pool, die, 'endless loop', words);
      const look = (): unknown =>
        Atomics.load(words, 1) > 0 ? pool.terminateWorkers() : loop.callLater(5, look);
      loop.callSoon(look);
      await assert.rejects(async () => loop.runUntilComplete(future), BrokenThreadPool);
      loop.close();
    });
  }

  test('of an idle pool, and of one that nobody used, is harmless', () => {
    using unused = new ThreadPoolExecutor({ maxWorkers: 1 });
    unused.terminateWorkers();
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(pool.submit(plusOne, 1).result(), 2);
    pool.terminateWorkers();
    assert.equal(pool.submit(plusOne, 2).result(), 3);
  });

  test('again and again under load: every task settles once, done or failed', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const settled = new Map<number, number>();
    let done = 0;
    for (let round = 0; round < 10; round++) {
      const futures = Array.from({ length: 200 }, (_, i) => {
        const future = pool.submit(plusOne, i);
        const key = 1000 * round + i;
        future.addDoneCallback(() => settled.set(key, (settled.get(key) ?? 0) + 1));
        return future;
      });
      futures[100]?.exception();
      pool.terminateWorkers();
      for (const [i, future] of futures.entries()) {
        const error = future.exception();
        if (error === null) {
          done++;
          assert.equal(future.result(), i + 1);
        } else {
          assert.ok(error instanceof BrokenThreadPool);
        }
      }
    }
    assert.equal(settled.size, 2000);
    for (const times of settled.values()) assert.equal(times, 1);
    assert.ok(done > 1000);
  });

  test('and shutdown() right after', () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const futures = [1, 2, 3].map(() => pool.submit(die, 'endless loop', words));
    waitUntil(words, 1, 2);
    pool.shutdown({ wait: false, cancelFutures: true });
    pool.terminateWorkers();
    pool.shutdown();
    for (const future of futures) assert.equal(future.done() || future.exception() !== null, true);
  });
});
