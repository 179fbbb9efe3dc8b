import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runWithVirtualTime } from 'skein/testing';
import {
  type Coroutine,
  createTask,
  type ExceptionGroup,
  FIRST_EXCEPTION,
  formatCallGraph,
  formatTaskTree,
  gather,
  getRunningLoop,
  Lock,
  NodeEventLoop,
  run,
  Semaphore,
  shield,
  sleep,
  type Task,
  taskGroup,
  wait,
  wrapSignal,
} from 'skein';

/* What hostile reviews have found. */

function* throwsNull(): Coroutine<never> {
  yield;
  throw null; // oxlint-disable-line no-throw-literal, only-throw-error
}

describe('a task that throws null', () => {
  test('was a success to shield, and ended the run', () => {
    const caught = run(function* () {
      try {
        yield* shield(createTask(throwsNull()));
        return 'nothing';
      } catch (error) {
        return error;
      }
    });
    assert.equal(caught, null);
  });

  test('was lost by a group', () => {
    const errors = run(function* () {
      try {
        return yield* taskGroup(function* (group) {
          group.createTask(throwsNull());
          yield* sleep(9000);
        });
      } catch (error) {
        return (error as ExceptionGroup).errors;
      }
    });
    assert.deepEqual(errors, [null]);
  });

  test('was no failure to wait', () => {
    const [done, pending] = run(function* () {
      const other = createTask(sleep(9000));
      const sets = yield* wait([createTask(throwsNull()), other], { returnWhen: FIRST_EXCEPTION });
      return [sets.done.size, sets.pending.size];
    });
    assert.deepEqual([done, pending], [1, 1]);
  });
});

describe('signals of createTask', () => {
  test('a reason without a text ended the process', () => {
    run(function* () {
      const controller = new AbortController();
      const task = createTask(sleep(9000), { signal: controller.signal });
      yield* sleep(0);
      controller.abort(Object.create(null));
      yield* wait([task]);
      assert.equal(task.cancelled(), true);
    });
  });

  test('what was no signal was refused, and the task ran all the same', () => {
    const o: string[] = [];
    run(function* () {
      const body = function* (): Coroutine<void> {
        o.push('ran');
      };
      assert.throws(() => createTask(body, { signal: 'x' as never }), TypeError);
      yield* sleep(1);
    });
    assert.deepEqual(o, []);
  });
});

describe('five thousand tasks in a row', () => {
  function* inARow(): Coroutine<Task<unknown>[]> {
    const first = createTask(sleep(9000));
    const tasks: Task<unknown>[] = [first];
    for (let i = 1; i < 5000; i++) {
      const before = tasks[i - 1] as Task<unknown>;
      tasks.push(
        createTask(function* () {
          yield* before;
        }),
      );
    }
    yield* sleep(0);
    return tasks;
  }

  test('are shown, as far as that makes sense', () => {
    run(function* () {
      const tasks = yield* inARow();
      const [first, last] = [tasks[0], tasks.at(-1)] as Task<unknown>[];
      assert.match(formatCallGraph(first), /\n +\* \.\.\. \(1 more, and who awaits those\)$/);
      assert.match(formatTaskTree(), /\n +└── \.\.\./);
      assert.match(String(last), /waitsFor=<Task name="Task-\d+">/);
      first?.cancel(); // and so, one after the other, all of them end
      yield* wait([last as Task<unknown>]);
    });
  });
});

describe('cancelling tasks that wait for each other', () => {
  const errorsOf = async (body: () => Promise<unknown>): Promise<[unknown, unknown[]]> => {
    const loop = new NodeEventLoop();
    const errors: unknown[] = [];
    loop.setExceptionHandler((_loop, context) => errors.push(context.message));
    const value = await loop.runUntilComplete(body);
    await new Promise((resolve) => setTimeout(resolve, 5));
    loop.close();
    return [value, errors];
  };

  test('an async function that refuses was cancelled all the same', async () => {
    const [value, errors] = await errorsOf(async () => {
      const a: Task<string> = createTask(async () => {
        try {
          await b;
          return 'nothing';
        } catch (error) {
          return `refused ${(error as Error).message}`;
        }
      });
      const b: Task<unknown> = createTask(async () => await a);
      await sleep(2);
      a.cancel('m');
      return [await a, await b, a.cancelling(), b.cancelling()];
    });
    assert.deepEqual(value, ['refused m', 'refused m', 1, 1]);
    assert.deepEqual(errors, []);
  });

  test('nobody is told of the cancellation of a gather in between', async () => {
    const [value, errors] = await errorsOf(async () => {
      const a: Task<void> = createTask(function* () {
        yield* gather(b, sleep(0));
      });
      const b: Task<void> = createTask(function* () {
        yield* a;
      });
      await sleep(2);
      a.cancel();
      await wait([a, b]);
      return [a.cancelled(), b.cancelled()];
    });
    assert.deepEqual(value, [true, true]);
    assert.deepEqual(errors, []);
  });

  test('a listener that cancels who waits was taken for such a circle', () => {
    run(function* () {
      const o: unknown[] = [];
      const inner: Task<void> = createTask(function* () {
        try {
          yield* sleep(9000);
        } finally {
          yield* sleep(1);
          o.push('inner');
        }
      });
      const outer = createTask(function* () {
        try {
          yield* inner;
        } finally {
          o.push('outer', inner.done());
        }
      });
      yield* sleep(1);
      inner.signal.addEventListener('abort', () => outer.cancel('from a listener'), { once: true });
      outer.cancel('first');
      yield* wait([outer]);
      assert.deepEqual([...o, outer.cancelling()], ['inner', 'outer', true, 2]);
    });
  });
});

describe('locks and semaphores', () => {
  test('who disposed twice released the turn of somebody else', () => {
    run(function* () {
      const lock = new Lock();
      const held = yield* lock.acquire();
      held[Symbol.dispose]();
      yield* lock.acquire();
      held[Symbol.dispose]();
      assert.equal(lock.locked(), true);
    });
  });

  test('half a permit', () => {
    assert.throws(() => new Semaphore(1.5), /got 1\.5; permits are counted in whole numbers/);
    assert.equal(new Semaphore(Infinity).locked(), false);
  });
});

describe('a name that is no string', () => {
  test('is made one (test_task_set_name_pylong)', () => {
    run(function* () {
      const task = createTask(sleep(0), { name: 123 as never });
      assert.equal(task.getName(), '123');
      task.setName(987654321 as never);
      assert.equal(task.getName(), '987654321');
      yield* task;
    });
  });
});

describe('virtual time and a signal from outside', () => {
  test('was taken for a deadlock', async () => {
    const reason = await runWithVirtualTime(async () => {
      const aborted = (await wrapSignal(AbortSignal.timeout(20))) as Error;
      return aborted.name;
    });
    assert.equal(reason, 'TimeoutError');
  });

  test('a task that aborts it comes in virtual time', async () => {
    await runWithVirtualTime(async () => {
      const controller = new AbortController();
      getRunningLoop().callLater(36_000_000, () => controller.abort('now'));
      assert.equal(await wrapSignal(controller.signal), 'now');
    });
  });

  test('one that never comes', async () => {
    await assert.rejects(
      runWithVirtualTime(async () => await wrapSignal(new AbortController().signal), {
        patienceMs: 20,
      }),
      /Nothing has happened .* waits for <SignalFuture pending>/s,
    );
  });
});
