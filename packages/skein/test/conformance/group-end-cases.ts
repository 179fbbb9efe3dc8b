import { type Case, type Driver, nameOf, runMain, show } from './driver.ts';
import {
  type Coroutine,
  currentTask,
  Event,
  ExceptionGroup,
  getRunningLoop,
  sleep,
  type Task,
  taskGroup,
} from './library.ts';

/* Rule 58: cleanups that wait, many children, what is left afterwards; as in test_taskgroups.py. */

function* crashAfter(delayMs: number): Coroutine<void> {
  yield* sleep(delayMs);
  throw new RangeError('crashed');
}

/** Cancelled from outside, the body cleans up for so long that its task crashes meanwhile. */
function* cleansUpWhileItsTaskCrashes(): Coroutine<void> {
  yield* taskGroup(function* (group) {
    group.createTask(crashAfter(3));
    try {
      yield* sleep(10_000);
    } finally {
      yield* sleep(5);
    }
  });
}

async function crashDuringTheCleanup(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const nested of [false, true]) {
      const task: Task<void> = getRunningLoop().createTask(function* () {
        if (!nested) return yield* cleansUpWhileItsTaskCrashes();
        return yield* getRunningLoop().createTask(cleansUpWhileItsTaskCrashes());
      });
      yield* sleep(1);
      const pending = task.done();
      task.cancel();
      o.push(pending, yield* nameOf(() => task));
    }
    return o;
  });
}

/** Not only errors are thrown in JavaScript. */
async function anythingThrown(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const [asText, asError] = ['thrown as text', new TypeError('of the body')];
    for (const [ofTheTask, ofTheBody] of [
      [new RangeError('of the task'), asText],
      [asText, asError],
    ]) {
      try {
        yield* taskGroup(function* (group) {
          group.createTask(function* () {
            yield* sleep(1);
            throw ofTheTask;
          });
          try {
            yield* sleep(10_000);
          } finally {
            // oxlint-disable-next-line no-unsafe-finally -- this is what happens
            throw ofTheBody;
          }
        });
      } catch (error) {
        o.push(error instanceof ExceptionGroup && error.errors.map(show));
      }
    }
    return o;
  });
}

/** Children that are done are not kept. */
async function manyOneAfterTheOther(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    return yield* taskGroup(function* (group) {
      for (let i = 0; i < 10; i++) {
        group.createTask(sleep(0));
        for (let turn = 0; turn < 4; turn++) yield* sleep(0);
      }
      return String(group);
    });
  });
}

/** Each child makes two more, until one crashes. */
async function hydra(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    let heads = 0;
    try {
      yield* taskGroup(function* (group) {
        function* head(): Coroutine<void> {
          heads++;
          yield* sleep(1);
          group.createTask(head());
          group.createTask(head());
        }
        group.createTask(head());
        group.createTask(function* () {
          for (;;) {
            yield* sleep(1.5);
            if (heads >= 10) break;
          }
          throw new RangeError('enough');
        });
      });
      return 'no error';
    } catch (error) {
      return [error instanceof ExceptionGroup && error.errors.map(show), heads >= 10];
    }
  });
}

/** The cancellation from outside is delivered after the group has thrown its errors. */
async function errorAndCancellation(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const event = new Event();
    const o: unknown[] = [];
    const task = getRunningLoop().createTask(function* () {
      try {
        yield* taskGroup(function* (group) {
          group.createTask(function* () {
            event.set();
            yield* sleep(0);
            throw new RangeError('of the task');
          });
          yield* sleep(10_000);
          o.push('not reached');
        });
      } catch (error) {
        o.push(error instanceof ExceptionGroup, currentTask()?.cancelling());
      }
      yield* sleep(10_000);
      o.push('not reached');
    });
    yield* event.wait();
    o.push(task.cancelling(), task.cancel(), task.cancelling());
    o.push(yield* nameOf(() => task), task.cancelled());
    return o;
  });
}

async function madeByATask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    try {
      yield* taskGroup(function* (group) {
        group.createTask(function* () {
          group.createTask(function* (): Coroutine<void> {
            throw new RangeError('third task');
          });
          try {
            for (let i = 0; i < 2; i++) yield* sleep(0);
          } catch (error) {
            o.push((error as Error).name);
            throw error;
          }
        });
      });
    } catch (error) {
      o.push(error instanceof ExceptionGroup && error.errors.map(show));
    }
    return o;
  });
}

/** Nothing of the group's own cancellation reaches the wait after it. */
async function nothingLeaksOut(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    o.push(
      yield* nameOf(() =>
        taskGroup(function* (group) {
          group.createTask(
            function* (): Coroutine<void> {
              o.push(currentTask()?.getName());
              throw new RangeError('of the task');
            },
            { name: 'example name' },
          );
        }),
      ),
    );
    yield* sleep(0);
    return [...o, currentTask()?.cancelling()];
  });
}

export const groupEndCases: readonly Case[] = [
  {
    title: 'rule 58: a task crashes while the body cleans up (test_taskgroup_15, _16)',
    body: crashDuringTheCleanup,
    expected: [false, 'ExceptionGroup', false, 'ExceptionGroup'],
  },
  {
    title: 'rule 58: anything can be thrown (test_taskgroup_20a, _21a)',
    body: anythingThrown,
    expected: [
      ['RangeError: of the task', 'thrown as text'],
      ['thrown as text', 'TypeError: of the body'],
    ],
  },
  {
    title: 'rule 58: children that are done are let go (test_taskgroup_23)',
    body: manyOneAfterTheOther,
    expected: '<TaskGroup entered>',
  },
  {
    title: 'rule 58: children that make children, until one fails (test_taskgroup_25)',
    body: hydra,
    expected: [['RangeError: enough'], true],
  },
  {
    title: 'rule 58: an error and a cancellation from outside (test_error_and_cancel)',
    body: errorAndCancellation,
    expected: [0, true, 1, true, 1, 'CancelledError', true],
  },
  {
    title:
      'rule 58: a task that a task makes, and that fails at once (test_cancels_task_if_created_during_creation)',
    body: madeByATask,
    expected: ['CancelledError', ['RangeError: third task']],
  },
  {
    title:
      "rule 58: the group's own cancellation stays inside (test_cancellation_does_not_leak_out_of_tg, TestTaskGroup.test_name)",
    body: nothingLeaksOut,
    expected: ['example name', 'ExceptionGroup', 0],
  },
];
