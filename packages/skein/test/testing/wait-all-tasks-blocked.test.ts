import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Coroutine, getRunningLoop, run, sleep } from 'skein';
import { runWithVirtualTime, waitAllTasksBlocked } from 'skein/testing';

describe('waitAllTasksBlocked', () => {
  test('waits until a task has arrived where it waits', () => {
    const o = runWithVirtualTime(function* () {
      const o: string[] = [];
      const loop = getRunningLoop();
      const task = loop.createTask(function* () {
        for (let i = 0; i < 5; i++) {
          o.push(`${i}`);
          yield* sleep(0);
        }
        yield* sleep(10);
        o.push('woken');
      });
      yield* waitAllTasksBlocked();
      o.push(`blocked at ${loop.time()}`);
      yield* task;
      return o;
    });
    assert.deepEqual(o, ['0', '1', '2', '3', '4', 'blocked at 0', 'woken']);
  });

  test('in async functions', async () => {
    const o = await runWithVirtualTime(async () => {
      const o: string[] = [];
      const loop = getRunningLoop();
      const task = loop.createTask(async () => {
        for (let i = 0; i < 3; i++) {
          o.push(`${i}`);
          await sleep(0);
          await Promise.resolve();
        }
        await sleep(10);
        o.push('woken');
      });
      await waitAllTasksBlocked();
      o.push(`blocked at ${loop.time()}`);
      await task;
      return o;
    });
    assert.deepEqual(o, ['0', '1', '2', 'blocked at 0', 'woken']);
  });

  test('several at once do not wait for each other', () => {
    const o = runWithVirtualTime(function* () {
      const o: string[] = [];
      function* waits(name: string): Coroutine<void> {
        yield* waitAllTasksBlocked();
        o.push(name);
      }
      const loop = getRunningLoop();
      const tasks = ['a', 'b', 'c'].map((name) => loop.createTask(waits(name)));
      for (const task of tasks) yield* task;
      return o;
    });
    assert.deepEqual(o, ['a', 'b', 'c']);
  });

  test('one that is cancelled leaves the others', () => {
    const o = runWithVirtualTime(function* () {
      const o: string[] = [];
      const loop = getRunningLoop();
      const first = loop.createTask(function* () {
        yield* waitAllTasksBlocked();
        o.push('first');
      });
      const second = loop.createTask(function* () {
        yield* waitAllTasksBlocked();
        o.push('second');
      });
      yield* sleep(0);
      first.cancel();
      yield* second;
      return [...o, first.cancelled()];
    });
    assert.deepEqual(o, ['second', true]);
  });

  test('works in a loop of real time', () => {
    const o = run(function* () {
      const o: string[] = [];
      const loop = getRunningLoop();
      const never = loop.createFuture<void>();
      loop.createTask(function* () {
        yield* sleep(0);
        o.push('there');
        yield* never;
      });
      yield* waitAllTasksBlocked();
      o.push('blocked');
      return o;
    });
    assert.deepEqual(o, ['there', 'blocked']);
  });
});
