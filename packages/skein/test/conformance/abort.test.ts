import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import {
  type Awaitable,
  CancelledError,
  type Coroutine,
  currentTask,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  wait,
  FIRST_COMPLETED,
  wrapSignal,
} from 'skein';

/* AbortSignals and tasks, in both directions. */

const here = (): Task<unknown> => currentTask() as Task<unknown>;

describe('task.signal', () => {
  test('is aborted when the task is cancelled, with a CancelledError', () => {
    run(function* () {
      const task = getRunningLoop().createTask(sleeping(9000));
      const { signal } = task;
      assert.equal(signal, task.signal);
      yield* sleep(0);
      assert.equal(signal.aborted, false);
      task.cancel('enough');
      assert.equal(signal.aborted, true);
      assert.ok(signal.reason instanceof CancelledError);
      assert.equal(signal.reason.message, 'enough');
      yield* wait([task]);
      assert.equal(task.cancelled(), true);
    });
  });

  test('asked for late, is aborted already', () => {
    run(function* () {
      const task = getRunningLoop().createTask(sleeping(9000));
      task.cancel('too late');
      assert.equal(task.signal.aborted, true);
      assert.equal((task.signal.reason as Error).message, 'too late');
      yield* wait([task]);
    });
  });

  test('is a new one when the request was taken back, as after a timeout', () => {
    run(function* () {
      let inside: AbortSignal | undefined;
      const late = timeout(1, function* () {
        inside = here().signal;
        yield* sleep(9000);
      });
      assert.equal(yield* thrown(late), 'TimeoutError');
      assert.equal(inside?.aborted, true);
      assert.notEqual(here().signal, inside);
      assert.equal(here().signal.aborted, false);
    });
  });

  test('of a task that is not cancelled is never aborted', async () => {
    const signal = await run(async () => {
      await sleep(0);
      return here().signal;
    });
    assert.equal(signal.aborted, false);
  });

  test('ends a fetch, and the async function that awaits it', async () => {
    const server = createServer(() => {}); // never answers
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const o: string[] = [];
    await run(async () => {
      const task = getRunningLoop().createTask(async () => {
        try {
          await fetch(`http://127.0.0.1:${port}/`, { signal: here().signal });
        } catch (error) {
          o.push((error as Error).name);
          throw error;
        } finally {
          o.push('cleaned up');
        }
      });
      await sleep(20);
      task.cancel();
      await wait([task]);
      assert.equal(task.cancelled(), true);
      await assert.rejects(async () => {
        await timeout(20, async () =>
          fetch(`http://127.0.0.1:${port}/`, { signal: here().signal }),
        );
      }, TimeoutError);
    });
    assert.deepEqual(o, ['CancelledError', 'cleaned up']);
    server.closeAllConnections();
    server.close();
  });
});

describe('createTask(x, { signal })', () => {
  test('is cancelled when the signal is aborted, with its reason as the message', () => {
    run(function* () {
      const controller = new AbortController();
      const task = getRunningLoop().createTask(sleeping(9000), { signal: controller.signal });
      yield* sleep(0);
      controller.abort(new Error('the user went away'));
      yield* wait([task]);
      assert.throws(() => task.result(), { name: 'CancelledError', message: 'the user went away' });
    });
  });

  test('never begins when the signal is aborted already, also when it is eager', () => {
    const o: string[] = [];
    run(function* () {
      for (const eagerStart of [false, true]) {
        const signal = AbortSignal.abort();
        const begin = function* (): Coroutine<void> {
          o.push('begun');
        };
        const task = getRunningLoop().createTask(begin, { signal, eagerStart });
        yield* wait([task]);
        assert.throws(() => task.result(), { message: 'This operation was aborted' });
      }
    });
    assert.deepEqual(o, []);
  });

  test('listens no longer than the task lasts', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (
      listeners--,
      remove(...args)
    );
    await run(async () => {
      const task = getRunningLoop().createTask(async () => sleep(1, 'value'), { signal });
      assert.equal(listeners, 1);
      assert.equal(await task, 'value');
      assert.equal(listeners, 0);
    });
    controller.abort();
  });

  test('takes AbortSignal.timeout, where Node turns the loop', async () => {
    await run(async () => {
      const signal = AbortSignal.timeout(5);
      const task = getRunningLoop().createTask(async () => sleep(9000), { signal });
      await assert.rejects(async () => task, CancelledError);
    });
  });

  test('refuses what is no signal', () => {
    run(function* () {
      const loop = getRunningLoop();
      assert.throws(() => loop.createTask(sleeping(0), { signal: {} as AbortSignal }), {
        name: 'TypeError',
        message: /takes an AbortSignal, got a plain object/,
      });
      yield;
    });
  });
});

describe('wrapSignal', () => {
  test('is done when the signal is aborted, with the reason', () => {
    run(function* () {
      const controller = new AbortController();
      const aborted = wrapSignal(controller.signal);
      getRunningLoop().callSoon(() => controller.abort('reason'));
      const task = getRunningLoop().createTask(sleeping(9000));
      const { done } = yield* wait([task, aborted], { returnWhen: FIRST_COMPLETED });
      assert.deepEqual([...done], [aborted]);
      assert.equal(aborted.result(), 'reason');
      task.cancel();
      yield* wait([task]);
    });
  });

  test('of an aborted signal is done; cancelled, or on a closed loop, it listens to nothing', async () => {
    const loop = newEventLoop();
    const controller = new AbortController();
    await run(async () => {
      assert.equal(await wrapSignal(AbortSignal.abort('before')), 'before');
      const future = wrapSignal(controller.signal);
      assert.equal(future.cancel(), true);
      wrapSignal(controller.signal); // its loop is closed when the signal comes
    });
    controller.abort();
    loop.close();
  });
});

function* sleeping(delayMs: number): Coroutine<void> {
  yield* sleep(delayMs);
}

function* thrown(wait: Awaitable<unknown>): Coroutine<string> {
  try {
    yield* wait;
    return '';
  } catch (error) {
    return (error as Error).name;
  }
}
