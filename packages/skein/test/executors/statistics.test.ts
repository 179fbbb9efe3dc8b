/** `pool.statistics()`, metrics, the channels of `diagnostics_channel`, traces. */
import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { after, describe, test } from 'node:test';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  type PoolStatistics,
  poolMetrics,
  ProcessPoolExecutor,
  type TaskSettled,
  type TaskSubmitted,
  Thread,
  ThreadPoolExecutor,
  type TimeStatistics,
} from 'skein';
import { addOne } from '../fixtures/functions.ts';
import * as limited from '../fixtures/limited.ts';
import { square, squareUnless, wait } from '../fixtures/mapped.ts';
import * as traced from '../fixtures/traced.ts';
import { eventually, sharedWords, waitUntil } from '../fixtures/words.ts';
import { submitInThread } from '../fixtures/pressing.ts';

const counts = ({ queued, running, completed, failed, cancelled }: PoolStatistics): object => ({
  queued,
  running,
  completed,
  failed,
  cancelled,
});

const none = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };

describe('statistics()', () => {
  test('of a pool that was never submitted to', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.deepEqual(counts(pool.statistics()), none);
    assert.deepEqual(pool.statistics().workers, []);
    assert.equal(pool.statistics().runTime.p99, 0);
  });

  test('counts every way in which a task ends', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = sharedWords();
    const running = pool.submit(limited.sleepLong, words);
    waitUntil(words, 0, limited.Came.begun);
    const queued = [1, 2, 3].map((x) => pool.submit(addOne, x));
    assert.deepEqual(counts(pool.statistics()), { ...none, queued: 3, running: 1 });
    queued[1]?.cancel();
    assert.deepEqual(counts(pool.statistics()), { ...none, queued: 2, running: 1, cancelled: 1 });
    running.cancel();
    await Promise.allSettled([running, ...queued]);
    assert.deepEqual(counts(pool.statistics()), { ...none, completed: 2, cancelled: 2 });
    await assert.rejects(async () => pool.submit(squareUnless, 5));
    assert.deepEqual(counts(pool.statistics()), { ...none, completed: 2, failed: 1, cancelled: 2 });
    const late = pool.with({ timeout: 20, grace: 0 }).submit(limited.compute, sharedWords());
    await assert.rejects(async () => late, { name: 'TimeoutError' });
    assert.equal(pool.statistics().failed, 2, 'the thread was ended');
    const killed = pool.submit(limited.compute, sharedWords());
    await eventually(() => pool.statistics().running === 1, 'it runs');
    pool.terminateWorkers();
    await assert.rejects(async () => killed, { name: 'BrokenThreadPool' });
    assert.deepEqual(counts(pool.statistics()), { ...none, completed: 2, failed: 3, cancelled: 2 });
    pool.shutdown();
    assert.deepEqual(counts(pool.statistics()), { ...none, completed: 2, failed: 3, cancelled: 2 });
  });

  test('what a worker has done goes on to count when it is gone', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2, maxTasksPerWorker: 3 });
    for (let i = 1; i <= 20; i++) {
      await pool.submit(square, i);
      assert.equal(pool.statistics().completed, i);
      assert.equal(pool.statistics().runTime.count, i);
    }
    const { workers } = pool.statistics();
    assert.ok(workers.reduce((sum, { completed }) => sum + completed, 0) < 20);
  });

  test('from every thread, of what all threads submit', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const words = sharedWords(8);
    const threads = [0, 1].map(
      (nth) => new Thread({ target: submitInThread, args: [pool, words, nth, 200] }),
    );
    for (const thread of threads) thread.start();
    for (const thread of threads) thread.join();
    const { completed, waitTime, runTime, workers } = pool.statistics();
    assert.deepEqual([completed, waitTime.count, runTime.count], [400, 400, 400]);
    assert.equal(
      workers.reduce((sum, worker) => sum + worker.completed, 0),
      400,
    );
  });

  test('what was cancelled before it found room in the queue', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const futures = Array.from({ length: 9000 }, (_, x) => pool.submit(addOne, x));
    for (const future of futures.slice(8500)) future.cancel();
    await Promise.allSettled(futures);
    assert.deepEqual(counts(pool.statistics()), { ...none, completed: 8500, cancelled: 500 });
  });

  test('what was queued for workers that cannot be started', async () => {
    using pool = new ProcessPoolExecutor({ maxWorkers: 1, execArgv: ['--no-such-option'] });
    const futures = [1, 2, 3].map((x) => pool.submit(addOne, x));
    await Promise.allSettled(futures);
    assert.deepEqual(counts(pool.statistics()), { ...none, failed: 3 });
  });

  test('times: how long tasks waited and ran', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    await Promise.all([pool.submit(wait, 50), pool.submit(wait, 50), pool.submit(wait, 50)]);
    const { waitTime, runTime } = pool.statistics();
    for (const times of [waitTime, runTime]) {
      assert.equal(times.count, 3);
      assert.ok(Math.abs(times.mean * 3 - times.sum) < 0.01);
      assert.ok(times.p50 <= times.p90 && times.p90 <= times.p99 && times.p99 <= times.max);
      assert.equal(
        times.buckets.reduce((sum, { count }) => sum + count, 0),
        3,
      );
    }
    // Node's timers may be early by a millisecond.
    assert.ok(runTime.sum >= 3 * 49 && waitTime.sum >= 3 * 49, `${runTime.sum}, ${waitTime.sum}`);
    assert.ok(runTime.p50 >= 49 && waitTime.max >= 98);
  });

  test('of many small tasks one in 16 is timed, and stands for all', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 1000 }, (_, x) => pool.submit(square, x)));
    }
    const { completed, runTime, waitTime } = pool.statistics();
    assert.equal(completed, 20_000);
    for (const { count } of [runTime, waitTime]) {
      assert.ok(count <= completed && count > completed - 16, `${count}`);
    }
  });
});

test('poolMetrics(): names, units, attributes, exponential histograms', async () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  for (let i = 0; i < 10; i++) await pool.submit(wait, i);
  await assert.rejects(async () => pool.submit(squareUnless, 5));
  const statistics = pool.statistics();
  const metrics = poolMetrics(statistics, { 'skein.pool.name': 'p' });
  assert.deepEqual(
    metrics.map(({ name, unit, type }) => `${name} ${unit} ${type}`),
    [
      'skein.pool.task.queued {task} updowncounter',
      'skein.pool.task.running {task} updowncounter',
      'skein.pool.task.ended {task} counter',
      'skein.pool.thread.count {thread} updowncounter',
      'skein.pool.resource.active {resource} updowncounter',
      'skein.pool.task.wait.duration ms histogram',
      'skein.pool.task.run.duration ms histogram',
    ],
  );
  const own = { 'skein.pool.name': 'p' };
  assert.deepEqual(metrics[2]?.points, [
    { attributes: { ...own, 'skein.task.outcome': 'completed' }, value: 10 },
    { attributes: { ...own, 'skein.task.outcome': 'failed' }, value: 1 },
    { attributes: { ...own, 'skein.task.outcome': 'cancelled' }, value: 0 },
  ]);
  checkHistogram(metrics[6]?.points[0] as Histogram, statistics.runTime);
  assert.throws(() => poolMetrics(pool as never), /takes what pool\.statistics\(\) gives/);
});

interface Histogram {
  readonly count: number;
  readonly scale: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly number[] };
}

/** Reads a histogram as OpenTelemetry does. */
function checkHistogram({ count, scale, positive }: Histogram, times: TimeStatistics): void {
  const base = 2 ** (2 ** -scale);
  const found = positive.bucketCounts.flatMap((each, nth) =>
    each === 0 ? [] : [{ upTo: base ** (positive.offset + nth + 1), count: each }],
  );
  assert.equal(count, times.count);
  assert.equal(found.length, times.buckets.length);
  for (const [nth, bucket] of times.buckets.entries()) {
    assert.equal(found[nth]?.count, bucket.count);
    assert.ok(Math.abs((found[nth]?.upTo as number) / bucket.upTo - 1) < 1e-9);
  }
}

describe('channels', () => {
  test('of the thread that submits', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const seen: unknown[] = [];
    const onSubmit = (message: unknown): void => {
      const { future, name } = message as TaskSubmitted;
      seen.push(['submit', name, future]);
    };
    const onSettle = (message: unknown): void => {
      const { future, name, outcome, error } = message as TaskSettled;
      seen.push([outcome, name, future, ...(error === undefined ? [] : [String(error)])]);
    };
    diagnostics.subscribe('skein:task:submit', onSubmit);
    diagnostics.subscribe('skein:task:settle', onSettle);
    const words = sharedWords();
    const first = pool.submit(limited.sleepLong, words);
    waitUntil(words, 0, limited.Came.begun);
    const second = pool.with({ name: 'second' }).submit(squareUnless, 5);
    const third = pool.submit(addOne, 1);
    third.cancel();
    first.cancel();
    await Promise.allSettled([first, second]);
    await pool.ready(); // no task
    diagnostics.unsubscribe('skein:task:submit', onSubmit);
    diagnostics.unsubscribe('skein:task:settle', onSettle);
    await pool.submit(addOne, 1);
    assert.deepEqual(seen, [
      ['submit', 'sleepLong', first],
      ['submit', 'second', second],
      ['submit', 'addOne', third],
      ['cancelled', 'addOne', third],
      ['cancelled', 'sleepLong', first],
      ['error', 'second', second, 'RangeError: five'],
    ]);
  });

  test('of the worker', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: traced.listenToTasks });
    await pool.with({ name: 'named' }).submit(wait, 1);
    await assert.rejects(async () => pool.submit(squareUnless, 5));
    assert.deepEqual(await pool.submit(traced.whatWasSeen), [
      'start named',
      'end named',
      'start squareUnless',
      'end squareUnless RangeError: five',
      'start whatWasSeen',
      'end whatWasSeen', // what is returned crosses afterwards
    ]);
  });
});

describe('traces', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const span = { traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const traceparent = `00-${traceId}-${span.spanId}-01`;
  const inTrace = trace.setSpanContext(ROOT_CONTEXT, span);
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: traced.setUpTracing });
  const plain = new ThreadPoolExecutor({ maxWorkers: 1 });
  after(() => (pool.shutdown(), plain.shutdown()));

  test('without OpenTelemetry there is none', async () => {
    assert.deepEqual(await pool.submit(traced.lookAtTrace), [undefined, undefined]);
  });

  for (const fn of [traced.lookAtTrace, traced.lookAtTraceLater, traced.lookAtTraceInCoroutine]) {
    test(`${fn.name}: that of the caller, and none outside of one`, async () => {
      traced.setUpTracing();
      const submit = fn as () => unknown;
      for (const view of [
        pool,
        pool.with({ name: 'n', timeout: 60_000, context: true, retries: 1 }),
      ]) {
        const found = await context.with(inTrace, () => view.submit(submit));
        assert.deepEqual(found, [traceId, traceparent]);
        assert.deepEqual(await view.submit(submit), [undefined, undefined]);
      }
      const untraced = await context.with(inTrace, () => plain.submit(submit));
      assert.deepEqual(untraced, [undefined, traceparent], 'a worker that does not trace');
    });
  }

  test('a propagator that throws: the tasks are done, without a trace', async () => {
    const throws = (): never => {
      throw new RangeError('no propagator');
    };
    propagation.disable();
    propagation.setGlobalPropagator({ inject: throws, extract: throws, fields: () => [] });
    const found = await context.with(inTrace, () => pool.submit(traced.lookAtTrace));
    assert.deepEqual(found, [undefined, undefined]);
    propagation.disable();
    traced.setUpTracing();
    await pool.submit(traced.breakTracing);
    const broken = await context.with(inTrace, () => pool.submit(traced.lookAtTrace));
    assert.deepEqual(broken, [undefined, traceparent]);
    await pool.submit(traced.mendTracing);
  });

  test('map and stream, too', async () => {
    traced.setUpTracing();
    const mapped = context.with(inTrace, () => pool.map(traced.lookAtTrace as () => unknown, [1]));
    assert.deepEqual(Array.from(mapped), [[traceId, traceparent]]);
    const streamed = context.with(inTrace, () => pool.stream(traced.lookAtTrace));
    assert.deepEqual(Array.from(streamed), [traceId, traceparent]);
  });
});
