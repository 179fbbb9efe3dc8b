import assert from 'node:assert/strict';
import { setTimeout as nodeSleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { collectErrors, runMain, show, thrownBy, runAsync } from './driver.ts';
import {
  asCompleted,
  CancelledError,
  currentTask,
  ExceptionGroup,
  gather,
  getRunningLoop,
  NodeEventLoop,
  SelectorEventLoop,
  shield,
  sleep,
  type Timeout,
  taskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from './library.ts';

/* Groups, timeouts and waits in async functions: the rules as in coroutines, NodeEventLoop only. */

async function fail(message: string): Promise<never> {
  throw new TypeError(message);
}

async function shown(wait: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return await wait();
  } catch (error) {
    return error instanceof ExceptionGroup ? error.errors.map(show) : show(error);
  }
}

const TIMED_OUT = 'TimeoutError: the body was not done at its deadline, and was cancelled';

describe('timeout in async functions', () => {
  test('rule 57: the deadline cancels, once, and says so (test_timeout_basic)', async () => {
    await runAsync(async () => {
      let scope: Timeout | undefined;
      const task = currentTask();
      let inside: unknown;
      const error: unknown = await timeout(1, async (given) => {
        scope = given;
        inside = currentTask();
        await sleep(9000);
      }).then(null, (e: unknown) => e);
      assert.ok(error instanceof TimeoutError);
      assert.ok(error.cause instanceof CancelledError);
      assert.deepEqual([scope?.expired(), task?.cancelling()], [true, 0]);
      assert.equal(inside, task);
      assert.equal(currentTask(), task);
    });
  });

  test('rule 57: no deadline is reached; the body gives its value (test_timeout_not_called)', async () => {
    await runAsync(async () => {
      const value: string = await timeout(9000, async () => sleep(0, 'value'));
      assert.equal(value, 'value');
      assert.equal(await timeout(null, async () => 'no wait'), 'no wait');
      assert.equal(await timeout(0, async () => 'no wait'), 'no wait');
    });
  });

  test('t1 rule 57: nested, the inner one first', async () => {
    const r: unknown[] = [];
    await runAsync(async () => {
      await shown(() =>
        timeout(30, async (outer) => {
          try {
            await timeout(1, async () => sleep(9000));
          } catch (error) {
            r.push(show(error), outer.expired(), currentTask()?.cancelling());
          }
          await sleep(9000);
        }),
      ).then((result) => r.push(result));
    });
    assert.deepEqual(r, [TIMED_OUT, false, 0, TIMED_OUT]);
  });

  test('t2 rule 57: a body may swallow the cancellation', async () => {
    await runAsync(async () => {
      const expired = await timeout(1, async (scope) => {
        await shown(() => sleep(9000));
        return scope.expired();
      });
      assert.deepEqual([expired, currentTask()?.cancelling()], [true, 0]);
    });
  });

  test('t3, g37 rule 50: a cancellation from outside comes out', async () => {
    await runAsync(async () => {
      for (const delayMs of [0, 9000]) {
        const task = getRunningLoop().createTask(async () => {
          await timeout(delayMs, async () => sleep(9000));
        });
        await sleep(0);
        task.cancel();
        assert.equal(await thrownBy(() => task), 'CancelledError');
        assert.deepEqual([task.cancelled(), task.cancelling()], [true, 1]);
      }
    });
  });

  test('rule 57: a cleanup that waits is waited for; its error wins', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      o.push(
        await shown(() =>
          timeout(1, async () => {
            try {
              await sleep(9000);
            } finally {
              await sleep(1);
              o.push('cleaned up');
            }
          }),
        ),
        await shown(() =>
          timeout(1, async () => {
            try {
              await sleep(9000);
            } finally {
              await fail('in the cleanup');
            }
          }),
        ),
        currentTask()?.cancelling(),
      );
    });
    assert.deepEqual(o, ['cleaned up', TIMED_OUT, 'TypeError: in the cleanup', 0]);
  });

  test('a promise of somebody else holds the cancellation up until the body ends', async () => {
    await runAsync(async () => {
      const inTask = await shown(() =>
        timeout(1, async () => {
          await nodeSleep(10);
          return 'value';
        }),
      );
      // The same in a coroutine's body.
      const coroutine = getRunningLoop().createTask(function* () {
        return yield* timeout(1, async () => {
          await nodeSleep(10);
          return 'value';
        });
      });
      assert.deepEqual([inTask, await shown(() => coroutine)], [TIMED_OUT, TIMED_OUT]);
      assert.equal(currentTask()?.cancelling(), 0);
      assert.equal(await sleep(0, 'goes on'), 'goes on');
    });
  });

  test('a self-cancel that the body does not deliver is not lost', async () => {
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        currentTask()?.cancel('mine');
        await timeout(9000, async () => 5);
        return 'swallowed';
      });
      assert.equal(await thrownBy(() => task), 'CancelledError: mine');
    });
  });

  test('coroutine bodies in async functions, async bodies in coroutines', async () => {
    await runAsync(async () => {
      const inAsync = shown(() =>
        timeout(1, function* () {
          yield* sleep(9000);
        }),
      );
      assert.equal(await inAsync, TIMED_OUT);
      const inCoroutine = getRunningLoop().createTask(function* () {
        const value = yield* timeout(9000, async () => sleep(0, 'value'));
        try {
          yield* timeout(1, async () => {
            await timeout(9000, async () => sleep(9000));
          });
        } catch (error) {
          return [value, show(error), currentTask()?.cancelling()];
        }
        return 'no timeout';
      });
      assert.deepEqual(await inCoroutine, ['value', TIMED_OUT, 0]);
    });
  });

  test('a loop that blocks refuses async bodies and says what to do', async () => {
    const driver = { name: 'S', newLoop: () => new SelectorEventLoop() };
    const bodies = [async () => 1, () => Promise.resolve(1)];
    for (const body of bodies) {
      assert.match(
        await thrownBy(() =>
          runMain(driver, function* () {
            yield* timeout(1, body);
          }),
        ),
        /^TypeError: .*cannot run/,
      );
      assert.match(
        await thrownBy(() =>
          runMain(driver, function* () {
            yield* waitFor(body, 9000);
          }),
        ),
        /^TypeError: .*cannot run/,
      );
    }
  });
});

describe('waitFor in async functions', () => {
  test('g22, g23, g24 rule 54', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const child = async (): Promise<void> => {
        o.push('started');
      };
      o.push(await shown(() => waitFor(child, 0)));
      await shown(() =>
        waitFor(async () => {
          try {
            await sleep(9000);
          } finally {
            await sleep(1);
            o.push('cleanup done');
          }
        }, 1),
      ).then((result) => o.push(result));
      const task = currentTask();
      o.push(await waitFor(async () => currentTask() === task, 1000));
      o.push(await waitFor(sleep(0, 'value'), 9000));
    });
    assert.deepEqual(o, [
      'TimeoutError: it was not done, and there was no time to wait',
      'cleanup done',
      TIMED_OUT,
      true,
      'value',
    ]);
  });

  test('a promise of somebody else is left behind at the deadline', async () => {
    await runAsync(async () => {
      assert.equal(await shown(() => waitFor(new Promise(() => {}), 1)), TIMED_OUT);
      assert.equal(await waitFor(nodeSleep(1, 'value'), 9000), 'value');
      const inCoroutine = getRunningLoop().createTask(function* () {
        return yield* waitFor(new Promise(() => {}), 1);
      });
      assert.equal(await shown(() => inCoroutine), TIMED_OUT);
    });
  });

  test('a cancellation reaches the task that is waited for (test_cancel_wait_for)', async () => {
    await runAsync(async () => {
      const inner = getRunningLoop().createTask(async () => sleep(9000));
      const waiting = getRunningLoop().createTask(async () => waitFor(inner, 9000));
      for (let i = 0; i < 3; i++) await sleep(0);
      waiting.cancel();
      assert.equal(await thrownBy(() => waiting), 'CancelledError');
      assert.deepEqual([inner.cancelled(), waiting.cancelled()], [true, true]);
    });
  });
});

describe('taskGroup in async functions', () => {
  test('g38 rule 58: the error of a task cancels the body', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      o.push(
        await shown(() =>
          taskGroup(async (group) => {
            group.createTask(async () => fail('child'));
            try {
              await sleep(9000);
            } catch (error) {
              o.push((error as Error).name);
              throw error;
            }
          }),
        ),
        currentTask()?.cancelling(),
      );
    });
    assert.deepEqual(o, ['CancelledError', ['TypeError: child'], 0]);
  });

  test('rule 58: the group waits for its tasks, and gives what the body gives (test_taskgroup_01)', async () => {
    await runAsync(async () => {
      const tasks = await taskGroup(async (group) => {
        const first = group.createTask(async () => sleep(2, 42));
        await sleep(0);
        return [first, group.createTask(sleep(1, 11))] as const;
      });
      assert.deepEqual(
        tasks.map((task) => task.result()),
        [42, 11],
      );
    });
  });

  test('rule 58: an outer cancellation cancels the tasks (test_cancellation)', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      const task = getRunningLoop().createTask(async () => {
        await taskGroup(async (group) => {
          for (const name of ['a', 'b']) {
            group.createTask(async () => {
              try {
                await sleep(9000);
              } finally {
                await sleep(0);
                o.push(name);
              }
            });
          }
        });
      });
      for (let i = 0; i < 3; i++) await sleep(0);
      task.cancel();
      assert.equal(await thrownBy(() => task), 'CancelledError');
      assert.equal(task.cancelled(), true);
    });
    assert.deepEqual(o, ['a', 'b']);
  });

  test('rule 58: nested groups; the outer cancellation survives', async () => {
    await runAsync(async () => {
      const result = await shown(() =>
        taskGroup(async (outer) => {
          outer.createTask(async () => fail('outer'));
          await taskGroup(async (inner) => {
            inner.createTask(async () => sleep(9000));
          });
        }),
      );
      assert.deepEqual([result, currentTask()?.cancelling()], [['TypeError: outer'], 0]);
    });
  });

  test('rule 59: cancel() ends the group without an error', async () => {
    await runAsync(async () => {
      let count = 0;
      const value = await timeout(9000, async () =>
        taskGroup(async (group) => {
          group.createTask(async () => sleep(9000));
          group.cancel();
          count++;
          await sleep(0);
          count++;
        }),
      );
      assert.deepEqual([value, count, currentTask()?.cancelling()], [undefined, 1, 0]);
    });
  });

  test('nothing is reported that somebody has seen', async () => {
    const loop = new NodeEventLoop();
    const errors = collectErrors(loop);
    await loop.runUntilComplete(async () => {
      for (let i = 0; i < 3; i++) {
        await shown(() =>
          taskGroup(async (group) => {
            group.createTask(async () => fail('task'));
            group.createTask(async () => fail('other'));
            await fail('body');
          }),
        );
      }
    });
    loop.close();
    assert.deepEqual(errors, []);
  });
});

describe('wait, shield and asCompleted in async functions', () => {
  test('g49 rule 53: wait neither cancels nor throws', async () => {
    await runAsync(async () => {
      const loop = getRunningLoop();
      const bad = loop.createTask(async () => fail('bad'));
      const sleeper = loop.createTask(sleep(9000));
      const { done, pending } = await wait([bad, sleeper], { timeout: 1 });
      assert.deepEqual([done.has(bad), pending.has(sleeper)], [true, true]);
      assert.equal(show(bad.exception()), 'TypeError: bad');
      sleeper.cancel();
    });
  });

  test('g21 rule 55: what is shielded survives', async () => {
    await runAsync(async () => {
      const inner = getRunningLoop().createTask(async () => sleep(1, 'inner'));
      const waiting = getRunningLoop().createTask(async () => shield(inner));
      await sleep(0);
      await sleep(0);
      waiting.cancel();
      assert.equal(await thrownBy(() => waiting), 'CancelledError');
      assert.deepEqual([waiting.cancelled(), await inner], [true, 'inner']);
      assert.equal(await shield(async () => 'made of a function'), 'made of a function');
    });
  });

  test('g48 rule 56: in the order in which they come', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const sources = [async () => sleep(25, 3), sleep(1, 1), sleep(12, 2)];
      for (const next of asCompleted(sources)) o.push(await next);
    });
    assert.deepEqual(o, [1, 2, 3]);
  });

  test('a1 rule 56: for await gives the tasks themselves, and can be resumed', async () => {
    const o: number[] = [];
    await runAsync(async () => {
      const tasks = [20, 1, 40].map((delayMs) => getRunningLoop().createTask(sleep(delayMs)));
      const completions = asCompleted(tasks);
      for await (const task of completions) {
        o.push(tasks.indexOf(task));
        if (o.length === 2) break;
      }
      for await (const task of completions) o.push(tasks.indexOf(task));
    });
    assert.deepEqual(o, [1, 0, 2]);
  });

  test('rule 56: the timeout comes out of the loop', async () => {
    await runAsync(async () => {
      const never = getRunningLoop().createFuture<void>();
      const result = await shown(async () => {
        for await (const future of asCompleted([never], { timeout: 1 })) await future;
      });
      assert.match(String(result), /^TimeoutError/);
      assert.equal(never.done(), false);
    });
  });

  test('rule 52: gather takes async functions', async () => {
    await runAsync(async () => {
      const [a, b] = await gather(
        async () => sleep(0, 'a'),
        function* () {
          return yield* sleep(0, 2);
        },
      );
      assert.deepEqual([a.toUpperCase(), b.toFixed()], ['A', '2']);
    });
  });
});

describe('several scopes side by side', () => {
  test('gather gives each a task: one timeout leaves the others alone', async () => {
    await runAsync(async () => {
      const results = await gather(
        waitFor(sleep(9000), 1),
        timeout(9000, async () => sleep(9, 'in time')),
        taskGroup(async (group) => {
          group.createTask(async () => fail('child'));
          await sleep(9000);
        }),
        { returnExceptions: true },
      );
      assert.deepEqual(
        results.map((result) => (result instanceof Error ? result.name : result)),
        ['TimeoutError', 'in time', 'ExceptionGroup'],
      );
    });
  });
});
