import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getRunningLoop, run, sleep, Thread, ThreadPoolExecutor } from 'skein';
import { assertBalanced, BalanceError, balanceSheet, runWithVirtualTime } from 'skein/testing';
import { addAfter } from '../fixtures/virtual-time.ts';

describe('the balance sheet', () => {
  test('is empty in a program that has given everything back', () => {
    run(function* () {
      yield* sleep(0);
      assertBalanced();
      const sheet = balanceSheet();
      assert.deepEqual(sheet, {
        pendingTasks: [],
        openTimers: 0,
        readyHandles: 0,
        unretrievedFailures: [],
        jobs: 0,
        pools: [],
        threads: [],
      });
    });
  });

  test('shows what is open', () => {
    run(function* () {
      const loop = getRunningLoop();
      const task = loop.createTask(sleep(60_000), { name: 'sleeper' });
      const timer = loop.callLater(60_000, () => {});
      const failed = loop.createFuture<void>();
      failed.setException(new RangeError('x'));
      yield* sleep(0);
      loop.callSoon(() => {});
      const sheet = balanceSheet();
      assert.deepEqual(sheet.pendingTasks, [task]);
      assert.equal(sheet.openTimers, 2);
      assert.equal(sheet.readyHandles, 1);
      assert.deepEqual(sheet.unretrievedFailures, [failed]);
      assert.throws(assertBalanced, (error: unknown) => {
        assert.ok(error instanceof BalanceError);
        assert.equal(error.code, 'ERR_NOT_BALANCED');
        assert.match(error.message, /pending task: <Task pending name="sleeper"/);
        assert.match(error.message, /2 timers/);
        assert.match(error.message, /failure nobody saw: <Future failed>/);
        return true;
      });
      timer.cancel();
      task.cancel();
      failed.exception();
      yield* sleep(0);
      yield* sleep(0);
      assertBalanced();
    });
  });

  test('shows jobs and pools, and not those of before', () => {
    run(function* () {
      const before = balanceSheet();
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const job = pool.submit(addAfter, 5, 1, 2);
      const sheet = balanceSheet();
      assert.equal(sheet.jobs - before.jobs, 1);
      assert.equal(sheet.pools.length - before.pools.length, 1);
      assert.throws(assertBalanced, /1 jobs of this thread[^]*1 thread pools/);
      assertBalanced(getRunningLoop(), { since: sheet });
      job.result();
      pool.shutdown();
      assertBalanced();
    });
  });

  test('shows threads that run', () => {
    run(function* () {
      const before = balanceSheet();
      const thread = new Thread({ target: addAfter, args: [50, 1, 2] });
      thread.start();
      assert.equal(balanceSheet().threads.length - before.threads.length, 1);
      assert.throws(
        () => assertBalanced(getRunningLoop(), { since: before }),
        /1 threads: call join\(\)/,
      );
      thread.join();
      assertBalanced(getRunningLoop(), { since: before });
    });
  });

  test('is looked at when a run of virtual time ends', () => {
    const leaves = function* () {
      getRunningLoop().createTask(sleep(5), { name: 'left' });
    };
    assert.throws(() => runWithVirtualTime(leaves), /pending task: <Task pending name="left"/);
    runWithVirtualTime(leaves, { balanced: false });
  });
});
