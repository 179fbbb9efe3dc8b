/** One pool, many users: threads with loops, tasks, callbacks; handles at any depth of arguments. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getEventLoop, newEventLoop, NodeEventLoop, run, Thread, ThreadPoolExecutor } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne } from '../fixtures/functions.ts';
import { outcomeOf, type Reporter } from '../fixtures/outcomes.ts';
import { mainStyles } from '../fixtures/styles.ts';
import { callBack, heard, submitDeep } from '../fixtures/users-of-pools.ts';
import {
  askInNodeLoop,
  askInSelectorLoop,
  factorial,
  inNewPool,
  makeAndReturnPool,
  nest,
  returnPool,
  startThreadsAndPools,
  submitAndEnd,
} from '../fixtures/nesting.ts';
import { eventually, sharedWords } from '../fixtures/words.ts';

for (const { name: className, newPool } of executors) {
  describe(className, () => {
    describe('one pool used by five threads, each with a loop of its own', () => {
      for (const target of [askInSelectorLoop, askInNodeLoop]) {
        test(`${target.name}: each result comes back in the loop that asked`, async () => {
          await using pool = newPool({ maxWorkers: 2 });
          const outcomes = Array.from({ length: 5 }, (_, index) =>
            outcomeOf(
              (reporter: Reporter) => new Thread({ target, args: [reporter, pool, index] }),
            ),
          );
          for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
            assert.deepEqual(outcome, { asked: 100, right: 100, inLoop: 100, index });
          }
        });
      }

      test('while the main thread, too, submits and blocks', async () => {
        using pool = newPool({ maxWorkers: 2 });
        const start = (reporter: Reporter) =>
          new Thread({ target: askInSelectorLoop, args: [reporter, pool, 0] });
        const outcome = outcomeOf(start);
        for (let i = 0; i < 300; i++) assert.equal(pool.submit(addOne, i).result(), i + 1);
        assert.deepEqual(await outcome, { asked: 100, right: 100, inLoop: 100, index: 0 });
      });
    });

    test('several loops of one thread share a pool: each gets its own results', async () => {
      using pool = newPool({ maxWorkers: 2 });
      const loops = [newEventLoop(), newEventLoop(), new NodeEventLoop()];
      const futures = loops.map((loop, i) => loop.runInExecutor(pool, addOne, i));
      for (const [i, loop] of [...loops.entries()].reverse()) {
        assert.equal(await loop.runUntilComplete(futures[i] as never), i + 1);
        assert.equal(futures[i]?.getLoop(), loop);
        loop.close();
      }
    });
  });
}

describe('an executor and loop.remote() work wherever they stand in the arguments', () => {
  for (const style of mainStyles) {
    test(`${style.name}: an executor deep in the argument of a task`, async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      assert.equal(await style.call(pool, submitDeep, { deep: [{ pool }] }, 41), 42);
    });
  }

  test('both, several times, in the argument of a task', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    heard.length = 0;
    const remote = (getEventLoop() as NodeEventLoop).remote();
    await pool.submit(callBack, [{ inside: [pool, remote] }, { inside: [pool, remote] }]);
    await eventually(() => heard.length === 2, 'both calls came');
    assert.deepEqual(heard, [2, 2]);
  });

  test('both, deep in the argument of a thread, with a blocking loop at this end', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    heard.length = 0;
    const loop = newEventLoop();
    const thread = new Thread({
      target: callBack,
      args: [[{ inside: [pool, loop.remote()] }]],
    });
    thread.start();
    const stop = (): unknown => (heard.length > 0 ? loop.stop() : loop.callLater(5, stop));
    loop.callSoon(stop);
    loop.runForever();
    loop.close();
    thread.join();
    assert.deepEqual(heard, [2]);
  });

  test('beside what only a MessagePort can carry, and beside what refers to itself', async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const circle: { pool: ThreadPoolExecutor; words: Int32Array; self?: unknown } = { pool, words };
    circle.self = circle;
    assert.equal(await pool.submit(nest, circle), 'nested');
    assert.equal(words[0], 42);
  });

  test('an executor as a result', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const { again } = pool.submit(returnPool, pool).result();
    assert.ok(again instanceof ThreadPoolExecutor);
    assert.equal(again.submit(addOne, 1).result(), 2);
  });
});

describe('nesting', () => {
  test('tasks that submit to their own pool and block: more threads start', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 8 });
    assert.equal(pool.submit(factorial, pool, 6).result(), 720);
  });

  test('a task makes a pool of its own', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(pool.submit(inNewPool, 3).result(), 'in inner_0 of inner_0 of inner_0');
  });

  test('a pool made by a task outlives the task', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const made = pool.submit(makeAndReturnPool).result();
    assert.equal(made.submit(addOne, 1).result(), 2);
    made.shutdown();
  });

  test('a thread starts threads and pools, which start threads and pools', async () => {
    const start = (reporter: Reporter) =>
      new Thread({ target: startThreadsAndPools, args: [reporter, 3], name: 'root' });
    const names = (await outcomeOf(start)) as string[];
    assert.deepEqual(
      names.sort(),
      [
        'root',
        'root.0',
        'root.0.0',
        'root.0.0-pool_0',
        'root.0.1',
        'root.0.1-pool_0',
        'root.0-pool_0',
        'root.1',
        'root.1.0',
        'root.1.0-pool_0',
        'root.1.1',
        'root.1.1-pool_0',
        'root.1-pool_0',
        'root-pool_0',
      ].sort(),
    );
  });

  test('a thread that ends while its jobs run: they are done all the same', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const thread = new Thread({ target: submitAndEnd, args: [pool, words, 500] });
    thread.start();
    thread.join();
    pool.shutdown();
    assert.equal(words[0], 500);
  });

  test('a thread that ends while more of its jobs wait than fit into the pool', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords();
    const thread = new Thread({ target: submitAndEnd, args: [pool, words, 20_000] });
    thread.start();
    thread.join();
    pool.shutdown();
    assert.equal(words[0], 20_000);
  });

  test('run() in a task, and a coroutine that waits for two pools', () => {
    using a = new ThreadPoolExecutor({ maxWorkers: 1 });
    using b = new ThreadPoolExecutor({ maxWorkers: 1 });
    const sum = run(function* () {
      return (yield* a.submit(addOne, 1)) + (yield* b.submit(addOne, 2));
    });
    assert.equal(sum, 5);
  });
});
