import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getRunningLoop, sleep } from 'skein';
import {
  DeadlockError,
  runWithVirtualTime,
  VirtualTimeLoop,
  VirtualTimeNodeLoop,
} from 'skein/testing';

const isDeadlock =
  (...words: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof DeadlockError);
    assert.equal(error.name, 'DeadlockError');
    assert.equal(error.code, 'ERR_DEADLOCK');
    for (const word of words) assert.match(error.message, word);
    return true;
  };

describe('to wait for ever is an error', () => {
  test('and says which tasks wait for what', () => {
    assert.throws(
      () =>
        runWithVirtualTime(function* () {
          const loop = getRunningLoop();
          const never = loop.createFuture<void>();
          const b = loop.createTask(
            function* () {
              yield* never;
            },
            { name: 'B' },
          );
          yield* loop.createTask(
            function* () {
              yield* b;
            },
            { name: 'A' },
          );
        }),
      isDeadlock(/B waits for <Future pending>/, /A waits for <Task pending name="B"/),
    );
  });

  test('also of async functions', async () => {
    await assert.rejects(
      runWithVirtualTime(async () => {
        const loop = getRunningLoop();
        const never = loop.createFuture<void>();
        await loop.createTask(async () => await never, { name: 'B' });
      }),
      isDeadlock(/B waits for <Future pending>/, /waits for <Task pending name="B"/),
    );
  });

  test('to sleep for ever, too', () => {
    assert.throws(
      () =>
        runWithVirtualTime(function* () {
          yield* sleep(Infinity);
        }),
      isDeadlock(/waits for a timer that is never due/),
    );
  });

  test('a loop without anything', async () => {
    const loop = new VirtualTimeLoop();
    assert.throws(() => loop.runForever(), isDeadlock(/There is no task/));
    loop.close();
    const nodeLoop = new VirtualTimeNodeLoop();
    await assert.rejects(nodeLoop.runForever(), isDeadlock(/There is no task/));
    nodeLoop.close();
  });

  test('after the error the loop can be used', () => {
    const loop = new VirtualTimeLoop();
    const future = loop.createFuture<number>();
    assert.throws(() => loop.runUntilComplete(future), DeadlockError);
    loop.callLater(5, () => future.setResult(1));
    assert.equal(loop.runUntilComplete(future), 1);
    loop.close();
  });

  test('a foreign promise that does not come ends the patience', async () => {
    await assert.rejects(
      runWithVirtualTime(async () => await new Promise<void>(() => {}), { patienceMs: 20 }),
      isDeadlock(/waits for a promise that is not of this library/, /patienceMs/),
    );
  });

  test('a task that refuses to be cancelled does not hide it', () => {
    assert.throws(
      () =>
        runWithVirtualTime(function* () {
          const never = getRunningLoop().createFuture<void>();
          try {
            yield* never;
          } catch {
            yield* getRunningLoop().createFuture<void>();
          }
        }),
      DeadlockError,
    );
  });
});
