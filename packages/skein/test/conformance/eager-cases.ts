import { type Case, type Driver, runMain, show, shown } from './driver.ts';
import {
  allTasks,
  CancelledError,
  ContextVar,
  type Coroutine,
  createEagerTaskFactory,
  currentTask,
  eagerTaskFactory,
  gather,
  getRunningLoop,
  sleep,
  Task,
  taskGroup,
} from './library.ts';

/* Rule 60 and the traces e1 to e8: eager tasks, as test_eager_task_factory.py checks them. */

async function runEagerly<T>(driver: Driver, main: () => Coroutine<T>): Promise<T> {
  const loop = driver.newLoop();
  loop.setTaskFactory(eagerTaskFactory);
  try {
    return await loop.runUntilComplete(main());
  } finally {
    loop.close();
  }
}

const v = new ContextVar('v', { default: 0 });

function e1(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  function* c(n: string): Coroutine<void> {
    o.push(`${n}0`);
    yield* sleep(0);
    o.push(`${n}1`);
  }
  return runEagerly(driver, function* () {
    const tasks = ['A', 'B'].map((n) => getRunningLoop().createTask(c(n)));
    o.push('main');
    yield* gather(...tasks);
    o.push('end');
    return o;
  });
}

function e2(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      return 1;
    });
    return [task.done(), allTasks().has(task), yield* task, task.getCoro()];
  });
}

function e3(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      throw new RangeError('x');
    });
    return [task.done(), show(task.exception())];
  });
}

function e4(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const me = currentTask();
    const seen: boolean[] = [];
    getRunningLoop().createTask(function* () {
      seen.push(currentTask() === me, allTasks().has(currentTask() as Task<unknown>));
    });
    return [seen, currentTask() === me];
  });
}

function e5(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    function* c(value: number): Coroutine<number> {
      return value;
    }
    const all = gather(c(1), c(2));
    return [all.done(), all.done() ? all.result() : null];
  });
}

function e6(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    v.set(1);
    const task = getRunningLoop().createTask(function* () {
      const before = v.get();
      v.set(2);
      return before;
    });
    return [task.result(), v.get()];
  });
}

function e7(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      currentTask()?.cancel();
      yield* sleep(0);
      return 'no';
    });
    const [result] = yield* gather(task, { returnExceptions: true });
    return [result instanceof CancelledError, task.cancelled()];
  });
}

function e8(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const o: string[] = [];
    try {
      yield* taskGroup(function* (group) {
        group.createTask(function* () {
          throw new RangeError();
        });
        o.push('body continues');
        yield* sleep(0);
        o.push('body after await');
      });
    } catch {
      o.push('EG');
    }
    return [o, currentTask()?.cancelling()];
  });
}

function oneTask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    function* c(n: string): Coroutine<void> {
      o.push(n);
      yield* sleep(0);
    }
    const loop = getRunningLoop();
    loop.createTask(c('lazy'));
    loop.createTask(c('eager'), { eagerStart: true });
    o.push('main');
    yield* sleep(0);
    return o;
  });
}

async function notRunning(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const task = loop.createTask(
    function* () {
      o.push('run');
    },
    { eagerStart: true },
  );
  o.push('made');
  await loop.runUntilComplete(task);
  loop.close();
  return o;
}

async function factories(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  class Named<T> extends Task<T> {}
  const loop = driver.newLoop();
  o.push(loop.getTaskFactory());
  const factory = createEagerTaskFactory(Named);
  loop.setTaskFactory(factory);
  o.push(loop.getTaskFactory() === factory);
  function* c(): Coroutine<string> {
    yield* sleep(0);
    return 'value';
  }
  o.push(
    await loop.runUntilComplete(function* () {
      const task = loop.createTask(c(), { name: 'given' });
      const lazy = loop.createTask(c(), { eagerStart: false });
      const waits = [task.getWaiter() !== null || task.getName(), lazy instanceof Named];
      return [task instanceof Named, ...waits, yield* gather(task, lazy)];
    }),
  );
  loop.setTaskFactory(null);
  o.push((await loop.runUntilComplete(c())) === 'value');
  try {
    loop.setTaskFactory(1 as never);
  } catch (error) {
    o.push(show(error));
  }
  loop.close();
  return o;
}

function nested(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const o: unknown[] = [];
    const loop = getRunningLoop();
    const outer = loop.createTask(function* () {
      const inner = loop.createTask(function* () {
        o.push('inner begins');
        yield* sleep(0);
        o.push('inner');
      });
      o.push(currentTask() !== inner, allTasks().size);
      yield* inner;
      o.push('outer');
    });
    yield* outer;
    return o;
  });
}

function blockedOnCancelled(driver: Driver): Promise<unknown> {
  return runEagerly(driver, function* () {
    const future = getRunningLoop().createFuture<void>();
    const task = getRunningLoop().createTask(function* () {
      yield* future;
    });
    task.cancel('enough');
    return [future.cancelled(), yield* shown(() => task), task.cancelled()];
  });
}

export const eagerCases: readonly Case[] = [
  {
    title: 'e1 order of eager tasks (test_block_after_eager_step)',
    body: e1,
    expected: ['A0', 'B0', 'main', 'A1', 'B1', 'end'],
  },
  {
    title:
      'e2 what ends in its first step is never scheduled (test_eager_completion, test_eager_task_factory_set)',
    body: e2,
    expected: [true, false, 1, null],
  },
  { title: 'e3 an error is stored', body: e3, expected: [true, 'RangeError: x'] },
  {
    title:
      'e4 the current task is swapped (EagerTaskFactoryLoopTests.test_current_task, test_all_tasks_with_eager_completion)',
    body: e4,
    expected: [[false, true], true],
  },
  { title: 'e5 gather of eager tasks is done at once', body: e5, expected: [true, [1, 2]] },
  {
    title:
      'e6 an eager task has a copy of the context (EagerTaskFactoryLoopTests.test_context_vars)',
    body: e6,
    expected: [1, 1],
  },
  { title: 'e7 cancelled by itself in its first step', body: e7, expected: [true, true] },
  {
    title: 'e8 an eager child of a group fails',
    body: e8,
    expected: [['body continues', 'EG'], 0],
  },
  {
    title: 'rule 60: one eager task among lazy ones (test_eager_start_true, _false)',
    body: oneTask,
    expected: ['eager', 'main', 'lazy'],
  },
  {
    title: 'rule 60: eager only in a loop that runs',
    body: notRunning,
    expected: ['made', 'run'],
  },
  {
    title:
      'task factories (test_set_task_factory, test_set_task_factory_invalid, test_create_named_task_with_custom_factory)',
    body: factories,
    expected: [
      null,
      true,
      [true, 'given', true, ['value', 'value']],
      true,
      'TypeError: task factory must be a callable or null, got 1',
    ],
  },
  {
    title:
      'eager tasks inside of each other (BaseTaskCountingTests.test_recursive_gather, test_awaitables_chain)',
    body: nested,
    expected: ['inner begins', true, 3, 'inner', 'outer'],
  },
  {
    title:
      'an eager task that waits is cancelled there (test_cancellation_after_eager_step_blocks)',
    body: blockedOnCancelled,
    expected: [true, 'CancelledError: enough', true],
  },
];
