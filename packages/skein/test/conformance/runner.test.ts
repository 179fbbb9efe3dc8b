import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addOne, fail, threadNameOf } from '../fixtures/functions.ts';
import {
  CancelledError,
  type Coroutine,
  type EventLoop,
  gather,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  NodeEventLoop,
  Runner,
  SelectorEventLoop,
  setEventLoop,
  sleep,
  ThreadPoolExecutor,
  toThread,
} from 'skein';

/* Runner (RunnerTests of test_runners.py) and to_thread (test_threads.py). */

function* nameLoop(): Coroutine<EventLoop> {
  yield* sleep(0);
  return getRunningLoop();
}

function* leave(o: string[]): Coroutine<void> {
  getRunningLoop().createTask(function* () {
    try {
      yield* sleep(9000);
    } finally {
      yield* sleep(0);
      o.push('cleaned up');
    }
  });
  yield* sleep(0);
}

const closedError = { name: 'RuntimeError', message: /Runner is closed/ };

describe('Runner', () => {
  test('runs many times in one loop, which is made when needed (RunnerTests.test_run, test_non_debug)', () => {
    const runner = new Runner();
    const first = runner.run(nameLoop());
    assert.equal(runner.run(nameLoop), first);
    assert.equal(runner.getLoop(), first);
    assert.ok(first instanceof SelectorEventLoop);
    assert.equal(first.isClosed(), false);
    runner.close();
    assert.equal(first.isClosed(), true);
  });

  test('cleans up when it is closed (g41)', () => {
    const o: string[] = [];
    const runner = new Runner();
    runner.run(leave(o));
    o.push('run is over');
    runner.close();
    assert.deepEqual(o, ['run is over', 'cleaned up']);
  });

  test('closing twice, or what was never used, does nothing (test_double_close)', () => {
    const runner = new Runner();
    runner.run(nameLoop);
    runner.close();
    runner.close();
    new Runner().close();
  });

  test('cannot be used after it was closed (RunnerTests.test_explicit_close, test_second_with_block_raises)', () => {
    const runner = new Runner();
    runner.close();
    assert.throws(() => runner.getLoop(), closedError);
    assert.throws(() => runner.run(nameLoop), closedError);
  });

  test('using closes it (RunnerTests.test_run)', () => {
    let loop: EventLoop;
    {
      using runner = new Runner();
      loop = runner.run(nameLoop);
    }
    assert.equal(loop.isClosed(), true);
  });

  test('takes a loop factory, and leaves the current loop alone (RunnerTests.test_custom_factory, test_set_event_loop_called_once)', () => {
    const before = newEventLoop();
    setEventLoop(before);
    const made = newEventLoop();
    {
      using runner = new Runner({ loopFactory: () => made });
      assert.equal(runner.run(nameLoop), made);
      assert.equal(getEventLoop(), before);
    }
    assert.equal(made.isClosed(), true);
    before.close();
    setEventLoop(null);
  });

  test('debug is that of the loop (test_debug)', () => {
    for (const debug of [true, false]) {
      using runner = new Runner({ debug });
      assert.equal(runner.getLoop().getDebug(), debug);
    }
  });

  test('errors are those of main; the runner goes on (RunnerTests.test_run)', () => {
    using runner = new Runner();
    assert.throws(
      () =>
        runner.run(function* () {
          yield* sleep(0);
          throw new RangeError('no');
        }),
      RangeError,
    );
    assert.ok(runner.run(nameLoop));
  });

  test('reports what leftovers fail with (RunTests.test_asyncio_run_reports_hanging_tasks_errors)', () => {
    const reports: string[] = [];
    const runner = new Runner();
    runner.getLoop().setExceptionHandler((_, { message }) => void reports.push(message));
    runner.run(function* () {
      getRunningLoop().createTask(function* () {
        try {
          yield* sleep(9000);
        } catch {
          throw new RangeError('while it was cancelled');
        }
      });
      yield* sleep(0);
    });
    runner.close();
    assert.deepEqual(reports, ['unhandled exception during run() shutdown']);
  });

  test('not from a running loop (RunnerTests.test_recursive_run)', () => {
    using runner = new Runner();
    using other = new Runner();
    runner.run(function* () {
      assert.throws(() => other.run(nameLoop()), /cannot be called from a running event loop/);
    });
  });

  test('with a NodeEventLoop it gives promises, and runs async functions', async () => {
    const o: string[] = [];
    let loop: EventLoop;
    {
      await using runner = new Runner({ loopFactory: () => new NodeEventLoop() });
      loop = await runner.run(async () => {
        await sleep(0);
        return getRunningLoop();
      });
      await runner.run(leave(o));
      assert.equal(loop.isClosed(), false);
      await assert.rejects(
        runner.run(async () => {
          throw new CancelledError('by itself');
        }),
        CancelledError,
      );
    }
    assert.deepEqual([loop.isClosed(), o], [true, ['cleaned up']]);
    const closed = new Runner({ loopFactory: () => new NodeEventLoop() });
    assert.equal(await closed.close(), undefined);
  });
});

describe('toThread', () => {
  test('gives values and errors, called once each (test_to_thread_exception, _once, _concurrent, _args_kwargs)', () => {
    using runner = new Runner();
    const results = runner.run(function* () {
      const calls = [1, 2, 3].map((x) => toThread(addOne, x));
      return yield* gather(...calls, toThread(fail, 'in the thread'), { returnExceptions: true });
    });
    assert.deepEqual(results.slice(0, 3), [2, 3, 4]);
    assert.ok(results[3] instanceof RangeError && results[3].message === 'in the thread');
  });

  test('calls in another thread (test_to_thread)', () => {
    using runner = new Runner();
    const name = runner.run(function* () {
      return yield* toThread(threadNameOf, 'thread ');
    });
    assert.match(name, /^thread asyncio_\d+$/);
  });

  test('uses the default executor of the loop', async () => {
    await using runner = new Runner({ loopFactory: () => new NodeEventLoop() });
    runner.getLoop().setDefaultExecutor(new ThreadPoolExecutor({ threadNamePrefix: 'mine' }));
    assert.equal(await runner.run(async () => toThread(threadNameOf, '')), 'mine_0');
  });

  test('needs a running loop', () => {
    assert.throws(() => toThread(threadNameOf, ''), /no running event loop/);
  });
});
