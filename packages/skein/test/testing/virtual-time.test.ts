import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import {
  type Coroutine,
  gather,
  getRunningLoop,
  run,
  sleep,
  ThreadPoolExecutor,
  timeout,
  wrapPromise,
} from 'skein';
import { runWithVirtualTime, VirtualTimeLoop, VirtualTimeNodeLoop } from 'skein/testing';
import { addAfter, addSoon } from '../fixtures/virtual-time.ts';

const TEN_HOURS = 36_000_000;

describe('virtual time in coroutines', () => {
  test('ten hours of sleep take none', () => {
    const slept = runWithVirtualTime(function* () {
      yield* sleep(TEN_HOURS);
      return getRunningLoop().time();
    });
    assert.equal(slept, TEN_HOURS);
  });

  test('the order is that of the moments', () => {
    const o = runWithVirtualTime(function* () {
      const o: string[] = [];
      function* worker(name: string, periodMs: number): Coroutine<void> {
        for (let i = 1; i <= 3; i++) {
          yield* sleep(periodMs);
          o.push(`${name}${getRunningLoop().time()}`);
        }
      }
      yield* gather(worker('a', 20), worker('b', 30), worker('c', 1000));
      return o.join(' ');
    });
    assert.equal(o, 'a20 b30 a40 b60 a60 b90 c1000 c2000 c3000');
  });

  test('begins when it is told to, and stands still while something is ready', () => {
    const loop = new VirtualTimeLoop({ startMs: 500 });
    const times = loop.runUntilComplete(function* () {
      const times: number[] = [];
      for (let i = 0; i < 1000; i++) yield* sleep(0);
      times.push(loop.time());
      yield* sleep(0.25);
      times.push(loop.time());
      return times;
    });
    loop.close();
    assert.deepEqual(times, [500, 500.25]);
  });

  test('a timer is due at its moment, however far away that is', () => {
    const far = 2 ** 60;
    runWithVirtualTime(function* () {
      yield* sleep(far);
      assert.ok(getRunningLoop().time() >= far);
    });
  });

  test('a cancelled timer does not move the clock', () => {
    const time = runWithVirtualTime(function* () {
      const loop = getRunningLoop();
      const long = loop.createTask(sleep(TEN_HOURS));
      yield* sleep(5);
      long.cancel();
      yield* gather(long, { returnExceptions: true });
      return loop.time();
    });
    assert.equal(time, 5);
  });

  test('a job in a pool takes no time, and comes before every timer', () => {
    const o = runWithVirtualTime(function* () {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const loop = getRunningLoop();
      const o: string[] = [];
      loop.callLater(1, () => o.push('timer'));
      const sum = yield* loop.runInExecutor(pool, addAfter, 30, 1, 2);
      o.push(`${sum} at ${loop.time()}`);
      yield* sleep(2);
      return o;
    });
    assert.deepEqual(o, ['3 at 0', 'timer']);
  });

  test('a call from another thread is waited for', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const loop = new VirtualTimeLoop();
    const remote = loop.remote();
    pool.submit(addSoon, remote, 1, 2).result();
    loop.runForever(); // until the call stops it: nothing else is there
    loop.close();
  });

  test('the loop can be run again', () => {
    const loop = new VirtualTimeLoop();
    loop.runUntilComplete(sleep(10));
    loop.runUntilComplete(sleep(10));
    assert.equal(loop.time(), 20);
    loop.close();
  });

  test('what main throws is thrown, and tasks that are left see their end', () => {
    const o: string[] = [];
    assert.throws(
      () =>
        runWithVirtualTime(function* () {
          getRunningLoop().createTask(function* () {
            try {
              yield* sleep(TEN_HOURS);
            } finally {
              o.push('cleaned up');
            }
          });
          yield* sleep(1);
          throw new RangeError('x');
        }),
      RangeError,
    );
    assert.deepEqual(o, ['cleaned up']);
  });

  test('not inside a loop, and not of nothing', () => {
    run(function* () {
      assert.throws(() => runWithVirtualTime(function* () {}), { code: 'ERR_RUNTIME' });
    });
    assert.throws(() => runWithVirtualTime(5 as never), TypeError);
  });

  test('a plain function that makes a coroutine is as good', () => {
    function* later(delayMs: number): Coroutine<number> {
      yield* sleep(delayMs);
      return getRunningLoop().time();
    }
    assert.equal(
      runWithVirtualTime(() => later(7)),
      7,
    );
  });
});

describe('virtual time in async functions', () => {
  test('ten hours of sleep take none', async () => {
    const slept = await runWithVirtualTime(async () => {
      await sleep(TEN_HOURS);
      return getRunningLoop().time();
    });
    assert.equal(slept, TEN_HOURS);
  });

  test('the order is that of the moments', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: string[] = [];
      const loop = getRunningLoop();
      const worker = (name: string, periodMs: number) =>
        loop.createTask(async () => {
          for (let i = 1; i <= 3; i++) {
            await sleep(periodMs);
            o.push(`${name}${loop.time()}`);
          }
        });
      await gather(worker('a', 20), worker('b', 30), worker('c', 1000));
      return o.join(' ');
    });
    assert.equal(o, 'a20 b30 a40 b60 a60 b90 c1000 c2000 c3000');
  });

  test('promises run to their end before the clock moves', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: string[] = [];
      const loop = getRunningLoop();
      loop.callLater(1, () => o.push('timer'));
      let chain = Promise.resolve();
      for (let i = 0; i < 50; i++) chain = chain.then(() => {});
      await chain;
      o.push(`chain at ${loop.time()}`);
      await loop.createTask(sleep(2));
      return o;
    });
    assert.deepEqual(o, ['chain at 0', 'timer']);
  });

  test('what a task waits for outside takes no time', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: string[] = [];
      const loop = getRunningLoop();
      loop.callLater(1, () => o.push('timer'));
      await readFile(new URL(import.meta.url));
      await realSleep(20);
      o.push(`outside at ${loop.time()}`);
      await loop.createTask(realSleep(20));
      o.push(`task at ${loop.time()}`);
      await sleep(TEN_HOURS);
      return o;
    });
    assert.deepEqual(o, ['outside at 0', 'task at 0', 'timer']);
  });

  test('foreign promises that are gathered or raced are waited for', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: unknown[] = [];
      o.push(await gather(wrapPromise(realSleep(10, 'a')), wrapPromise(realSleep(20, 'b'))));
      o.push(await Promise.race([sleep(TEN_HOURS, 'late'), wrapPromise(realSleep(10, 'c'))]));
      o.push(getRunningLoop().time());
      await sleep(TEN_HOURS); // what lost the race has its timer until then
      return o;
    });
    assert.deepEqual(o, [['a', 'b'], 'c', 0]);
  });

  test('a body inside an async function is no foreign promise', async () => {
    const time = await runWithVirtualTime(async () => {
      await timeout(TEN_HOURS * 2, async () => await sleep(TEN_HOURS));
      return getRunningLoop().time();
    });
    assert.equal(time, TEN_HOURS);
  });

  test('after a foreign promise sleep takes no time either', async () => {
    const time = await runWithVirtualTime(async () => {
      await realSleep(1);
      await gather(sleep(TEN_HOURS), sleep(5));
      return getRunningLoop().time();
    });
    assert.equal(time, TEN_HOURS);
  });

  test('a job in a pool takes no time, and comes before every timer', async () => {
    const o = await runWithVirtualTime(async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const loop = getRunningLoop();
      const o: string[] = [];
      loop.callLater(1, () => o.push('timer'));
      const sum = await loop.runInExecutor(pool, addAfter, 30, 1, 2);
      o.push(`${sum} at ${loop.time()}`);
      await sleep(2);
      return o;
    });
    assert.deepEqual(o, ['3 at 0', 'timer']);
  });

  test('coroutines run in it as well', async () => {
    const loop = new VirtualTimeNodeLoop();
    await loop.runUntilComplete(sleep(TEN_HOURS));
    assert.equal(loop.time(), TEN_HOURS);
    loop.close();
  });

  test('a task that yields for ever does not keep Node from its turn', async () => {
    const sum = await runWithVirtualTime(async () => {
      const job = getRunningLoop().runInExecutor(null, addAfter, 10, 1, 2);
      while (!job.done()) await sleep(0);
      return job.result();
    });
    assert.equal(sum, 3);
  });
});
