/** wrapPromise: promises of others, in reach of the task (NodeEventLoop only). */
import assert from 'node:assert/strict';
import { setTimeout as nodeSleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import {
  CancelledError,
  currentTask,
  gather,
  getRunningLoop,
  newEventLoop,
  NodeEventLoop,
  run,
  sleep,
  taskGroup,
  timeout,
  wrapPromise,
} from 'skein';

describe('wrapPromise', () => {
  test('gives the value, or throws the error', async () => {
    await run(async () => {
      assert.equal(await wrapPromise(nodeSleep(1, 'value')), 'value');
      await assert.rejects(async () => await wrapPromise(Promise.reject(new RangeError('no'))), {
        name: 'RangeError',
      });
    });
  });

  test('the task stays the current one', async () => {
    await run(async () => {
      const task = currentTask();
      await wrapPromise(nodeSleep(1));
      assert.equal(currentTask(), task);
      await sleep(1);
      assert.equal(currentTask(), task);
    });
  });

  test('the task can be cancelled there and afterwards', async () => {
    const o: string[] = [];
    const waiting = (first: number, then: number) => async () => {
      try {
        await wrapPromise(nodeSleep(first, undefined, { ref: false }));
        o.push('went on');
        await sleep(then);
      } catch (error) {
        o.push(`${error instanceof CancelledError}`);
        throw error;
      }
    };
    await run(async () => {
      const there = getRunningLoop().createTask(waiting(60_000, 0));
      const afterwards = getRunningLoop().createTask(waiting(1, 60_000));
      await wrapPromise(nodeSleep(20));
      there.cancel();
      afterwards.cancel();
      await gather(there, afterwards, { returnExceptions: true });
      assert.deepEqual([there.cancelled(), afterwards.cancelled()], [true, true]);
    });
    assert.deepEqual(o, ['went on', 'true', 'true']);
  });

  test('what becomes of the promise after a cancellation is nobody’s business', async () => {
    await run(async () => {
      const failing = wrapPromise(nodeSleep(1).then(() => Promise.reject(new RangeError('late'))));
      failing.cancel();
      await sleep(10);
      assert.equal(failing.cancelled(), true);
    });
  });

  test('an async function that did without is told of it where it wants a task', async () => {
    await run(async () => {
      await nodeSleep(1);
      const cure = /async function that has awaited .* await wrapPromise\(promise\) instead/;
      for (const scope of [timeout(1, async () => 1), taskGroup(async () => 1)]) {
        await assert.rejects(async () => scope, { name: 'RuntimeError', message: cure });
      }
    });
  });

  test('in a coroutine of a NodeEventLoop', async () => {
    using loop = Object.assign(new NodeEventLoop(), {
      [Symbol.dispose](this: NodeEventLoop) {
        this.close();
      },
    });
    const value = await loop.runUntilComplete(function* () {
      return yield* wrapPromise(Promise.resolve(7));
    });
    assert.equal(value, 7);
  });

  test('a loop that blocks refuses it', () => {
    const loop = newEventLoop();
    assert.throws(
      () =>
        loop.runUntilComplete(function* () {
          yield* wrapPromise(Promise.resolve(1));
        }),
      /no promise gets settled. Use a NodeEventLoop/,
    );
    loop.close();
  });
});
