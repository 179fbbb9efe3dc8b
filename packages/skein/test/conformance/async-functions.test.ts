import assert from 'node:assert/strict';
import { setTimeout as nodeSleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { collectErrors, show, thrownBy, runAsync } from './driver.ts';
import {
  CancelledError,
  currentTask,
  eagerTaskFactory,
  ensureFuture,
  type Future,
  gather,
  getRunningLoop,
  NodeEventLoop,
  SelectorEventLoop,
  sleep,
  SystemExit,
  type Task,
  wait,
} from './library.ts';

/* The rules, as far as an async function can follow them: NodeEventLoop only. */

describe('async functions', () => {
  test('g07 rule 33: to wait for a done future takes no iteration', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      const future = getRunningLoop().createFuture<number>();
      future.setResult(1);
      getRunningLoop().callSoon(() => o.push('cb'));
      await future;
      o.push('after done-future await');
      await sleep(0);
      o.push('after sleep0');
    });
    assert.deepEqual(o, ['after done-future await', 'cb', 'after sleep0']);
  });

  test('g08 rule 36: tasks start in the next iteration, in order', async () => {
    const o: string[] = [];
    const c = (name: string) => async () => {
      o.push(`${name}0`);
      await sleep(0);
      o.push(`${name}1`);
    };
    await runAsync(async () => {
      const tasks = ['A', 'B', 'C'].map((name) => getRunningLoop().createTask(c(name)));
      o.push('main');
      await sleep(0);
      o.push('main2');
      await gather(...tasks);
      o.push('end');
    });
    assert.deepEqual(o, ['main', 'A0', 'B0', 'C0', 'main2', 'A1', 'B1', 'C1', 'end']);
  });

  test('rule 42: the current task stays, across waits for ours', async () => {
    const seen: unknown[] = [];
    await runAsync(async () => {
      const check = async () => {
        const task = currentTask();
        await Promise.resolve();
        seen.push(task !== null && currentTask() === task);
        await sleep(0);
        await Promise.resolve();
        seen.push(currentTask() === task);
        return task?.getName();
      };
      const [a, b] = await gather(
        getRunningLoop().createTask(check),
        getRunningLoop().createTask(check),
      );
      seen.push(a !== b);
    });
    assert.deepEqual(seen, [true, true, true, true, true]);
  });

  test('rule 43: cancel is thrown where the function waits', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        try {
          await sleep(9000);
        } catch (error) {
          o.push(show(error), String(currentTask() === task));
          throw error;
        } finally {
          await sleep(0);
          o.push('cleaned up');
        }
      });
      await sleep(0);
      task.cancel('why');
      o.push(await thrownBy(() => task), String(task.cancelled()));
    });
    assert.deepEqual(o, [
      'CancelledError: why',
      'true',
      'cleaned up',
      'CancelledError: why',
      'true',
    ]);
  });

  test('rule 43: all that Promise.all waits for is cancelled', async () => {
    await runAsync(async () => {
      const loop = getRunningLoop();
      const futures = [loop.createFuture(), loop.createFuture()];
      const task = loop.createTask(async () => Promise.all(futures));
      await sleep(0);
      task.cancel();
      await thrownBy(() => task);
      assert.deepEqual(
        [...futures.map((f) => f.cancelled()), task.cancelled()],
        [true, true, true],
      );
    });
  });

  test('g10 rule 44: cancelled before its start, it is never called', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => o.push('body'));
      task.cancel();
      o.push(await thrownBy(() => task));
    });
    assert.deepEqual(o, ['CancelledError']);
  });

  test('g14 rule 46: a self-cancel is delivered at the next wait that suspends', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      await getRunningLoop().createTask(async () => {
        currentTask()?.cancel();
        const future = getRunningLoop().createFuture<number>();
        future.setResult(1);
        await future;
        o.push('past done future');
        try {
          await sleep(0);
          o.push('past sleep0');
        } catch {
          o.push('cancelled at sleep0');
        }
      });
    });
    assert.deepEqual(o, ['past done future', 'cancelled at sleep0']);
  });

  test('g12, g13 rule 38: a self-cancel without a further wait', async () => {
    await runAsync(async () => {
      const loop = getRunningLoop();
      const returns = loop.createTask(async () => {
        currentTask()?.cancel();
        return 5;
      });
      const throws = loop.createTask(async () => {
        currentTask()?.cancel();
        throw new TypeError('x');
      });
      const results = await gather(returns, throws, { returnExceptions: true });
      assert.deepEqual(results.map(show), ['CancelledError', 'TypeError: x']);
    });
  });

  test('two cancellations in one iteration are delivered once', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        try {
          await sleep(10_000);
        } catch (error) {
          o.push((error as Error).message);
        }
        await sleep(0);
        o.push('goes on');
      });
      await sleep(0);
      task.cancel('first');
      task.cancel('second');
      await task;
      o.push(task.cancelling());
    });
    assert.deepEqual(o, ['first', 'goes on', 2]);
  });

  test('rule 45: a cancellation wins over a result, and over an error, that is on its way', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      for (const settle of [
        (future: Future<number>) => future.setResult(1),
        (future: Future<number>) => future.setException(new RangeError('lost')),
      ]) {
        const future = getRunningLoop().createFuture<number>();
        const task = getRunningLoop().createTask(async () => {
          o.push(await future);
        });
        await sleep(0);
        settle(future);
        task.cancel('why');
        await wait([task]);
        o.push(task.cancelled());
      }
    });
    assert.deepEqual(o, [true, true]);
  });

  test('g16 rule 47: a swallowed cancellation is over', async () => {
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        try {
          await sleep(9000);
        } catch {}
        await sleep(0);
        return ['survived', currentTask()?.cancelling()];
      });
      await sleep(0);
      task.cancel();
      assert.deepEqual([await task, task.cancelled()], [['survived', 1], false]);
    });
  });

  test('rule 39: a future of another loop, the task itself', async () => {
    const other = new NodeEventLoop();
    await runAsync(async () => {
      assert.match(await thrownBy(() => other.createFuture()), /attached to a different loop/);
      const itself: Task<void> = getRunningLoop().createTask(async () => {
        await sleep(0);
        await itself;
      });
      assert.match(await thrownBy(() => itself), /Task cannot await on itself/);
    });
    other.close();
  });

  test('rule 6: SystemExit in an async function ends the run', async () => {
    const loop = new NodeEventLoop();
    await assert.rejects(
      loop.runUntilComplete(async () => {
        await sleep(0);
        throw new SystemExit(4);
      }),
      SystemExit,
    );
    loop.close();
  });

  test('promises of others are waited for, and the loop is found afterwards', async () => {
    const value = await runAsync(async () => {
      await nodeSleep(1);
      getRunningLoop();
      return sleep(1, 'value');
    });
    assert.equal(value, 'value');
  });

  test('a promise that became a task is detached by cancel', async () => {
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        await ensureFuture(new Promise(() => {}));
      });
      await sleep(0);
      await sleep(0);
      task.cancel();
      assert.equal(await thrownBy(() => task), 'CancelledError');
    });
  });

  test('coroutines and async functions wait for each other', async () => {
    const value = await runAsync(async () => {
      const loop = getRunningLoop();
      const coroutine = loop.createTask(function* () {
        const doubled = yield* loop.createTask(async () => 2 * (await sleep(0, 21)));
        return doubled;
      });
      return coroutine;
    });
    assert.equal(value, 42);
  });

  test('an entry does not run between the reactions of an async function', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      const loop = getRunningLoop();
      loop.createTask(async () => {
        for (let i = 0; i < 5; i++) await Promise.resolve();
        o.push('all reactions');
      });
      loop.callSoon(() => o.push('next entry'));
      await sleep(0);
      await sleep(0);
    });
    assert.deepEqual(o, ['all reactions', 'next entry']);
  });

  test('a loop that blocks refuses them and says what to do', () => {
    const loop = new SelectorEventLoop();
    const errors = collectErrors(loop);
    assert.throws(() => loop.runUntilComplete(async () => 1), /NodeEventLoop/);
    assert.throws(() => loop.runUntilComplete(Promise.resolve(1)), /coroutine/);
    assert.throws(() => loop.runUntilComplete(() => Promise.resolve(1)), /coroutine/);
    loop.close();
    assert.deepEqual(errors, []);
  });

  test('a failed await is seen', async () => {
    const loop = new NodeEventLoop();
    const errors = collectErrors(loop);
    await loop.runUntilComplete(async () => {
      const future = loop.createFuture();
      loop.callSoon(() => future.setException(new CancelledError('x')));
      await thrownBy(() => future);
    });
    loop.close();
    assert.deepEqual(errors, []);
  });
});

describe('an async function and eager tasks', () => {
  test('begins in the next iteration all the same, so that it stays in reach (rule 60)', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const loop = getRunningLoop();
      loop.setTaskFactory(eagerTaskFactory);
      const task = loop.createTask(async () => {
        o.push('begins', currentTask() === task);
        await sleep(9000);
      });
      loop.createTask(function* () {
        o.push('a coroutine');
        yield* sleep(0);
      });
      o.push('main');
      await sleep(0);
      task.cancel();
      await assert.rejects(async () => task, { name: 'CancelledError' });
    });
    assert.deepEqual(o, ['a coroutine', 'main', 'begins', true]);
  });
});
