/** Workers come and go: min and max, idle, recycled, resized; several tasks at once; teardown. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokenThreadPool, ThreadPoolExecutor, TimeoutError } from 'skein';
import * as there from '../fixtures/lives.ts';
import { compute } from '../fixtures/limited.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';

const namesOf = async (pool: ThreadPoolExecutor, tasks: number, ms: number): Promise<string[]> => {
  const futures = Array.from({ length: tasks }, () => pool.submit(there.occupy, ms));
  return [...new Set(await Promise.all(futures))].sort();
};

const inPool = async (
  options: object,
  use: (pool: ThreadPoolExecutor) => Promise<void>,
): Promise<void> => {
  await using pool = new ThreadPoolExecutor({ threadNamePrefix: 'life', ...options });
  await use(pool);
};

describe('size', () => {
  test('minWorkers threads are started at once', () =>
    inPool({ minWorkers: 2, maxWorkers: 2 }, async (pool) => {
      await pool.warmUp();
      assert.deepEqual(await namesOf(pool, 8, 100), ['life_0', 'life_1']);
    }));

  test('resize() to fewer: the others end when they are through', () =>
    inPool({ minWorkers: 2, maxWorkers: 2 }, async (pool) => {
      await namesOf(pool, 4, 10);
      pool.resize({ minWorkers: 1, maxWorkers: 1 });
      let names: string[] = [];
      for (let i = 0; i < 100 && names.length !== 1; i++) names = await namesOf(pool, 4, 5);
      assert.equal(names.length, 1);
    }));

  test('resize() to more', () =>
    inPool({ maxWorkers: 1 }, async (pool) => {
      assert.deepEqual(await namesOf(pool, 4, 10), ['life_0']);
      pool.resize({ maxWorkers: 2 });
      let names: string[] = [];
      for (let i = 0; i < 100 && names.length !== 2; i++) names = await namesOf(pool, 4, 20);
      assert.deepEqual(names, ['life_0', 'life_1']);
    }));

  test('resize() takes what the constructor takes, and nothing after shutdown()', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.throws(() => pool.resize({ maxWorkers: 0 }), /max_workers must be greater than 0/);
    assert.throws(
      () => pool.resize({ minWorkers: 2 }),
      /minWorkers takes a whole number from 0 to/,
    );
    pool.shutdown();
    assert.throws(() => pool.resize({ maxWorkers: 2 }), { code: 'ERR_EXECUTOR_SHUTDOWN' });
  });
});

describe('end', () => {
  test('a thread that had nothing to do for idleTimeout ends, after its teardown', async () => {
    const words = sharedWords();
    const options = {
      maxWorkers: 2,
      idleTimeout: 30,
      initializer: there.rememberCounter,
      initargs: [words],
      teardown: there.sayGoodbye,
    };
    await inPool(options, async (pool) => {
      await namesOf(pool, 4, 60);
      await eventually(() => (words[0] as number) >= 1, 'a thread ends');
      assert.match(await pool.submit(there.occupy, 0), /^life_/);
    });
  });

  test('minWorkers threads stay, however long they have nothing to do', () =>
    inPool({ minWorkers: 1, maxWorkers: 1, idleTimeout: 1 }, async (pool) => {
      await namesOf(pool, 1, 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.deepEqual(await namesOf(pool, 2, 0), ['life_0']);
    }));

  test('a thread is replaced after maxTasksPerWorker tasks, none is lost', () =>
    inPool({ maxWorkers: 1, maxTasksPerWorker: 3 }, async (pool) => {
      assert.deepEqual(await namesOf(pool, 9, 0), ['life_0', 'life_1', 'life_2']);
    }));

  test('a thread is replaced when its heap is larger than maxHeapPerWorker', () =>
    inPool({ maxWorkers: 1, maxHeapPerWorker: 30 }, async (pool) => {
      assert.equal(await pool.submit(there.keep, 40), 'life_0');
      // It looks when it runs out of work.
      let name = 'life_0';
      for (let i = 0; i < 1000 && name === 'life_0'; i++) name = await pool.submit(there.keep, 0);
      assert.equal(name, 'life_1');
    }));

  test('resourceLimits: who exceeds them ends, and its task fails', () =>
    inPool({ maxWorkers: 1, resourceLimits: { maxOldGenerationSizeMb: 20 } }, async (pool) => {
      const future = pool.submit(there.keep, 100);
      await assert.rejects(Promise.resolve(future), /ran out of memory/);
      assert.match(await pool.submit(there.occupy, 0), /^life_/);
    }));

  test('the teardown of each thread is called at shutdown', async () => {
    const words = sharedWords();
    const options = {
      minWorkers: 2,
      maxWorkers: 2,
      initializer: there.rememberCounter,
      initargs: [words],
      teardown: there.sayGoodbye,
    };
    await inPool(options, async (pool) => void (await namesOf(pool, 6, 30)));
    assert.equal(words[0], 2);
  });

  test('a teardown that throws is printed, and the pool ends', () =>
    inPool({ maxWorkers: 1, teardown: there.failGoodbye }, async (pool) => {
      await namesOf(pool, 1, 0);
    }));
});

describe('several tasks at once', () => {
  test('those that wait let the next ones begin, each with its own name', () =>
    inPool({ maxWorkers: 1, concurrencyPerWorker: 3 }, async (pool) => {
      const futures = ['a', 'b', 'c', 'd', 'e'].map((name) =>
        pool.with({ name }).submit(there.nameOverWaits),
      );
      const seen = await Promise.all(futures);
      for (const [index, [names]] of seen.entries()) {
        const name = 'abcde'[index];
        assert.deepEqual(names, [name, name, name]);
      }
      const most = Math.max(...seen.map(([, beside]) => beside));
      assert.ok(most > 1 && most <= 3, String(most));
    }));

  test('one that does not end when asked is given up; those beside it go on', () =>
    inPool({ maxWorkers: 1, concurrencyPerWorker: 3 }, async (pool) => {
      const beside = pool.submit(there.nap, 600);
      // Long enough that it is under way by then: one that is asked before it begins ends at once.
      const hanging = pool.with({ timeout: 300, grace: 10 }).submit(there.hang);
      await assert.rejects(Promise.resolve(hanging), TimeoutError);
      assert.equal(await beside, 'life_0');
      assert.equal(await pool.submit(there.nap, 0), 'life_1');
    }));

  test('one that blocks the thread takes those beside it down, and each is told', () =>
    inPool({ maxWorkers: 1, concurrencyPerWorker: 3 }, async (pool) => {
      const words = sharedWords();
      const beside = pool.submit(there.nap, 60_000);
      const blocking = pool.with({ timeout: 20, grace: 0 }).submit(compute, words);
      waitUntil(words, 0, 1);
      await assert.rejects(Promise.resolve(blocking), TimeoutError);
      await assert.rejects(Promise.resolve(beside), BrokenThreadPool);
      assert.equal(await pool.submit(there.nap, 0), 'life_1');
    }));

  test('shutdown() waits for all that are under way', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, concurrencyPerWorker: 3 });
    const futures = [30, 20, 10].map((ms) => pool.submit(there.nap, ms));
    pool.shutdown();
    assert.ok(futures.every((future) => future.done()));
  });
});

describe('a thread that takes no more, with tasks under way', () => {
  const oneThread = { maxWorkers: 1, concurrencyPerWorker: 2 };

  for (const [name, options] of [
    ['maxTasksPerWorker', { ...oneThread, maxTasksPerWorker: 2 }],
    ['maxHeapPerWorker', { ...oneThread, maxHeapPerWorker: 1 }],
  ] as const) {
    test(`${name}: what these wait for is done`, () =>
      inPool(options, async (pool) => {
        assert.equal(await pool.submit(there.waitInTurn, pool, 6), 6);
      }));

    test(`${name}: another one takes the next task, though one is under way`, () =>
      inPool(options, async (pool) => {
        const words = sharedWords();
        const beside = pool.submit(there.untilTold, words);
        for (let nth = 0; nth < 6; nth++) await pool.submit(there.one);
        assert.equal(words[0], 0);
        open(words);
        assert.equal(await beside, 'life_0');
      }));
  }

  test('a task was given up: another one takes the next task, and what the neighbour waits for', () =>
    inPool({ maxWorkers: 1, concurrencyPerWorker: 3 }, async (pool) => {
      const words = sharedWords();
      const beside = pool.submit(there.untilTold, words);
      const waiting = pool.submit(there.waitAfter, pool, words);
      const hanging = pool.with({ timeout: 300, grace: 10 }).submit(there.hang);
      waitUntil(words, 1, 1);
      await assert.rejects(Promise.resolve(hanging), TimeoutError);
      assert.equal(await pool.submit(there.nap, 0), 'life_1');
      open(words);
      assert.equal(await beside, 'life_0');
      assert.equal(await waiting, 1);
    }));

  test('one that is one too many keeps none of the others from leaving', () =>
    inPool({ minWorkers: 3, maxWorkers: 3, concurrencyPerWorker: 3 }, async (pool) => {
      await pool.warmUp();
      const words = sharedWords();
      const long = Array.from({ length: 2 }, () => pool.submit(there.untilTold, words));
      waitUntil(words, 1, 2);
      pool.resize({ minWorkers: 1, maxWorkers: 1 });
      let names: string[] = [];
      for (let i = 0; i < 1000 && names.length !== 1; i++) names = await namesOf(pool, 4, 1);
      assert.equal(names.length, 1);
      open(words);
      await Promise.all(long);
    }));

  test('its teardown holds up nobody', async () => {
    const words = sharedWords();
    const options = {
      maxWorkers: 1,
      maxTasksPerWorker: 1,
      initializer: there.rememberCounter,
      initargs: [words],
      teardown: there.untilToldInTeardown,
    };
    await inPool(options, async (pool) => {
      for (let nth = 0; nth < 3; nth++) assert.equal(await pool.submit(there.one), 1);
      waitUntil(words, 1, 1);
      open(words);
    });
  });
});

describe('a thread in which something was left behind', () => {
  test('ends after idleTimeout', async () => {
    const words = sharedWords();
    const options = {
      maxWorkers: 1,
      idleTimeout: 30,
      initializer: there.rememberCounter,
      initargs: [words],
      teardown: there.sayGoodbye,
    };
    await inPool(options, async (pool) => {
      await pool.submit(there.leaveTimer);
      await eventually(() => words[0] === 1, 'the thread ends');
    });
  });

  test('ends when the pool shall have fewer', async () => {
    const words = sharedWords();
    const options = {
      minWorkers: 2,
      maxWorkers: 2,
      initializer: there.rememberCounter,
      initargs: [words],
      teardown: there.sayGoodbye,
    };
    await inPool(options, async (pool) => {
      await pool.warmUp();
      await pool.runOnAll(there.leaveTimer);
      pool.resize({ minWorkers: 1, maxWorkers: 1 });
      await eventually(() => words[0] === 1, 'one of them ends');
    });
  });
});

describe('options that make no sense', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ minWorkers: -1 }, /minWorkers takes a whole number from 0/],
    [{ minWorkers: 5, maxWorkers: 4 }, /from 0 to maxWorkers, which is 4, got 5/],
    [{ idleTimeout: 0 }, /idleTimeout takes milliseconds > 0, got 0/],
    [{ concurrencyPerWorker: Infinity }, /concurrencyPerWorker takes a whole number ≥ 1, got/],
    [{ maxTasksPerWorker: 0 }, /maxTasksPerWorker takes a whole number ≥ 1, or Infinity, got 0/],
    [{ maxHeapPerWorker: '1' }, /maxHeapPerWorker takes MiB > 0, got '1'/],
    [{ resourceLimits: 5 }, /resourceLimits takes an object, got 5/],
    [{ resourceLimits: { foo: 1 } }, /resourceLimits knows .*stackSizeMb, and was given 'foo'/],
    [{ resourceLimits: { maxOldGenerationSizeMb: 'x' } }, /SizeMb takes MiB ≥ 0, got 'x'/],
    [{ resourceLimits: { stackSizeMb: 0.01 } }, /stackSizeMb takes MiB ≥ 0\.5, got 0\.01/],
    [{ initargs: [1] }, /initargs are the arguments of the initializer, and there is none/],
    [{ maxWorkers: 2 ** 31 }, /maxWorkers takes at most 1024, .* got 2147483648/],
    [[], /takes an object of options, got \[\]/],
    [{ maxQueue: 0 }, /maxQueue takes a whole number ≥ 1/],
    [{ maxThreads: 4 }, /knows the options maxWorkers, .*, and was given 'maxThreads'/],
  ];
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () => {
      assert.throws(() => new ThreadPoolExecutor(options), message);
    });
  }
});
