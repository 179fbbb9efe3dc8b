/** How many threads a pool has, what they are called, and when they start. */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import {
  type Coroutine,
  gather,
  newEventLoop,
  NodeEventLoop,
  ThreadPoolExecutor,
  ValueError,
} from 'skein';
import {
  addOne,
  beginAndWait,
  compute,
  count,
  identOfThread,
  meet,
  nameOfThread,
  waitForWord,
} from '../fixtures/functions.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { open, sharedWords, waitUntil } from '../fixtures/words.ts';

const cores = availableParallelism();

/** Idents of the threads that have run some tasks. */
function threadsOf(pool: ThreadPoolExecutor, tasks: number): Set<number> {
  const futures = Array.from({ length: tasks }, () => pool.submit(identOfThread));
  return new Set(futures.map((future) => future.result()));
}

describe('how many threads', () => {
  test('the default is min(32, availableParallelism() + 4)', () => {
    using pool = new ThreadPoolExecutor();
    const most = Math.min(32, cores + 4);
    const words = sharedWords();
    const all = Array.from({ length: most }, () => pool.submit(meet, words, most));
    assert.equal(
      all.every((future) => future.result()),
      true,
    );
    const gate = sharedWords();
    const more = Array.from({ length: most + 1 }, () => pool.submit(beginAndWait, gate));
    waitUntil(gate, 1, most);
    assert.equal(more.filter((future) => future.running()).length, most);
    open(gate);
  });

  test('never more than maxWorkers', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 3 });
    const gate = sharedWords();
    const all = Array.from({ length: 6 }, () => pool.submit(beginAndWait, gate));
    waitUntil(gate, 1, 3);
    assert.deepEqual(
      all.map((future) => future.running()),
      [true, true, true, false, false, false],
    );
    open(gate);
    assert.deepEqual(
      all.map((future) => future.result()).sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5],
    );
  });

  test('five sleeping tasks overlap, on however few cores', () => {
    using pool = new ThreadPoolExecutor();
    const words = sharedWords();
    const loop = newEventLoop();
    const all = Array.from({ length: 5 }, () => loop.runInExecutor(pool, meet, words, 5));
    assert.deepEqual(loop.runUntilComplete(gather(...all)), [true, true, true, true, true]);
    loop.close();
  });

  test('computing tasks start no more threads than there are cores', () => {
    // The rest of the machine may take the cores away, which looks like sleep: several tries.
    let fewest = Infinity;
    for (let tries = 0; tries < 8 && fewest > cores; tries++) {
      using pool = new ThreadPoolExecutor({ maxWorkers: 4 * cores });
      const all = Array.from({ length: 8 * cores }, () => pool.submit(compute, 10));
      fewest = Math.min(fewest, new Set(all.map((future) => future.result())).size);
    }
    assert.ok(fewest <= cores, `${fewest} threads computed on ${cores} cores`);
  });

  for (const options of [null, 4, 'four'] as never[]) {
    test(`${options} instead of options is refused`, () => {
      assert.throws(
        () => new ThreadPoolExecutor(options),
        (error) => error instanceof TypeError && /object of options, got/.test(error.message),
      );
    });
  }

  test('initargs that are no array are refused', () => {
    assert.throws(
      () => new ThreadPoolExecutor({ initializer: addOne, initargs: 5 as never }),
      (error) => error instanceof TypeError && /initargs takes an array, got 5/.test(error.message),
    );
  });

  for (const maxWorkers of [0, -1, 1.5, NaN, Infinity, '2' as never]) {
    test(`maxWorkers: ${maxWorkers} is refused`, () => {
      assert.throws(
        () => new ThreadPoolExecutor({ maxWorkers }),
        (error) => error instanceof ValueError && /maxWorkers.*whole number/.test(error.message),
      );
    });
  }
});

describe('when threads start', () => {
  test('g42: none before the first task, one for the first, and no more than cores for 50 in turn', async () => {
    // It looks into the memory of the package, so it must have the same modules.
    const node = ['--conditions=skein-modules'];
    assert.deepEqual((await runProgram('pool-starts.js', [], { node })).lines, [
      'after new: 0 workers',
      'after one task: 1 workers',
      'after 50 tasks, one at a time: within the cores',
    ]);
  });

  test('threads are reused', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    assert.ok(threadsOf(pool, 300).size <= 2);
  });
});

describe('who is woken', () => {
  for (const [name, newLoop] of [
    ['a blocking loop', newEventLoop],
    ['a NodeEventLoop', () => new NodeEventLoop()],
  ] as const) {
    test(`work begins although the one who submitted it computes on: ${name}`, async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      const loop = newLoop();
      const met = sharedWords();
      function* main(): Coroutine<void> {
        for (let turn = 0; turn < 20; turn++) {
          yield* gather(
            ...Array.from({ length: 64 }, (_, i) => loop.runInExecutor(pool, addOne, i)),
          );
          met.fill(0);
          const all = [1, 2].map(() => loop.runInExecutor(pool, meet, met, 2));
          const until = performance.now() + 30_000;
          while (Atomics.load(met, 0) < 2 && performance.now() < until);
          assert.equal(Atomics.load(met, 0), 2, `turn ${turn}`);
          yield* gather(...all);
        }
      }
      await loop.runUntilComplete(main());
      loop.close();
    });
  }

  test('a task that waits for one behind it in the queue does not wait in vain', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    for (let turn = 0; turn < 50; turn++) {
      const gate = sharedWords();
      const waiting = pool.submit(waitForWord, gate);
      const opening = pool.submit(count, gate);
      assert.equal(waiting.result(), true);
      opening.result();
    }
  });

  test('nor where Node turns the thread, which looks for results before it sleeps', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    for (let turn = 0; turn < 50; turn++) {
      const gate = sharedWords();
      const waiting = pool.submit(waitForWord, gate);
      const opening = pool.submit(count, gate);
      assert.equal(await waiting, true);
      await opening;
    }
  });
});

describe('what threads are called', () => {
  test('PREFIX_0, PREFIX_1 and so on, in the order in which they start', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2, threadNamePrefix: 'wool' });
    assert.equal(pool.submit(nameOfThread).result(), 'wool_0');
    const words = sharedWords();
    pool.submit(meet, words, 2);
    assert.equal(pool.submit(meet, words, 2).result(), true);
    const names = new Set(Array.from({ length: 50 }, () => pool.submit(nameOfThread).result()));
    for (const name of names) assert.match(name, /^wool_[01]$/);
  });

  test('ThreadPoolExecutor-N_0 where no prefix was given, N counting pools', () => {
    using one = new ThreadPoolExecutor({ maxWorkers: 1 });
    using two = new ThreadPoolExecutor({ maxWorkers: 1 });
    const [a, b] = [one, two].map((pool) => pool.submit(nameOfThread).result());
    const number = (name = ''): number => Number(/^ThreadPoolExecutor-(\d+)_0$/.exec(name)?.[1]);
    assert.equal(number(b), number(a) + 1);
  });

  test('asyncio_N in the default executor of a loop', () => {
    const loop = newEventLoop();
    const name = loop.runUntilComplete(loop.runInExecutor(null, nameOfThread));
    assert.equal(name, 'asyncio_0');
    assert.equal(loop.runUntilComplete(loop.runInExecutor(null, addOne, 1)), 2);
    loop.runUntilComplete(loop.shutdownDefaultExecutor());
    loop.close();
  });

  test('an empty prefix leaves no name but the number', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: '' });
    assert.match(pool.submit(nameOfThread).result(), /_0$/);
  });
});
