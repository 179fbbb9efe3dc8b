import { type Case, collectErrors, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  allTasks,
  CancelledError,
  type Coroutine,
  currentTask,
  type Future,
  gather,
  getRunningLoop,
  sleep,
  Task,
} from './library.ts';

/* Rules 36 to 52: tasks and cancellation. */

/** Rule 36. */
async function namesAndRegistry(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const a = loop.createTask(sleep(0), { name: 'mine' });
    const b = new Task(sleepOnce(), loop);
    const o: unknown[] = [a.getName(), /^Task-\d+$/.test(b.getName()), allTasks().size];
    b.setName('other');
    o.push(b.getName(), a.getLoop() === loop, b.toString());
    yield* gather(a, b);
    o.push(allTasks().size);
    return o;
  });
}

function* sleepOnce(): Coroutine<void> {
  yield* sleep(0);
}

/** Rule 36. */
async function neitherResultNorException(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(sleepOnce());
    const o = [
      thrownNowBy(() => task.setResult()),
      thrownNowBy(() => task.setException(new Error())),
    ];
    yield* task;
    return o;
  });
}

/** Rule 37. */
async function whatAStepThrowsIn(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const task = loop.createTask(function* () {
      try {
        yield 5 as never;
      } catch (error) {
        yield* sleep(0);
        return show(error);
      }
      return 'no error';
    });
    yield* sleep(0);
    // The error of the bad yield waits to be thrown in; a cancellation takes its place, once.
    task.cancel('instead');
    const value = yield* task;
    return [value, thrownNowBy(() => task.run()).split(':')[0]];
  });
}

/** Rule 38. */
async function outcomes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const tasks = [
      loop.createTask(function* () {
        return 'value';
      }),
      loop.createTask(function* (): Coroutine<string> {
        throw new RangeError('error');
      }),
      loop.createTask(function* (): Coroutine<string> {
        throw new CancelledError('nobody called cancel()');
      }),
      loop.createTask(function* (): Coroutine<string> {
        // oxlint-disable-next-line typescript/only-throw-error -- anything can be thrown
        throw undefined;
      }),
    ];
    const results = yield* gather(...tasks, { returnExceptions: true });
    return [
      results.map((result) => (result instanceof Error ? show(result) : result)),
      tasks.map((task) => task.cancelled()),
    ];
  });
}

/** Rule 39. */
async function badSuspensions(driver: Driver): Promise<unknown> {
  const other = driver.newLoop();
  const result = await runMain(driver, function* () {
    const loop = getRunningLoop();
    const own = loop.createFuture<number>();
    const suspensions: unknown[] = [5, 'text', other.createFuture(), own];
    const o: string[] = [];
    for (const suspension of suspensions) {
      const task = loop.createTask(function* () {
        try {
          yield suspension as undefined;
        } catch (error) {
          return show(error).replace(/Task-\d+/g, 'T');
        }
        return 'no error';
      });
      o.push((yield* task).split(' ').slice(0, 5).join(' '));
    }
    const itself: Task<string> = loop.createTask(function* (): Coroutine<string> {
      try {
        return yield* itself;
      } catch (error) {
        return show(error);
      }
    });
    o.push(yield* itself);
    return o;
  });
  other.close();
  return result;
}

/** Two tasks that resume one coroutine would wake each other's waits. */
async function oneTaskPerCoroutine(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const coroutine = (function* () {
      yield* sleep(1);
      return 'first is done';
    })();
    const first = loop.createTask(coroutine);
    const refused = (): string => {
      try {
        loop.createTask(coroutine);
        return 'taken';
      } catch (error) {
        return show(error);
      }
    };
    const [early, value] = [refused(), yield* first];
    return [early.slice(0, 51), value, refused().slice(0, 12)];
  });
}

/** Rule 39. */
async function cancelledWhileRunning(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<number>();
    const task = getRunningLoop().createTask(function* () {
      currentTask()?.cancel('self');
      yield* future;
    });
    const [error] = yield* gather(task, { returnExceptions: true });
    return [show(error), future.cancelled(), task.cancelled()];
  });
}

/** Rule 40. */
async function errorsArriveAtTheWait(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const future = loop.createFuture<number>();
    const error = new TypeError('x');
    loop.callSoon(() => future.setException(error));
    try {
      yield* future;
    } catch (caught) {
      return caught === error;
    }
    return 'no error';
  });
}

/** Rule 42. */
async function currentTaskIsPerStep(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [thrownNowBy(() => currentTask()).split(':')[0], currentTask(loop)];
  function* check(): Coroutine<boolean> {
    const before = currentTask();
    yield* sleep(0);
    return before !== null && before === currentTask();
  }
  loop.callSoon(() => o.push(['in a callback', currentTask()]));
  const tasks = [loop.createTask(check()), loop.createTask(check())];
  o.push(await loop.runUntilComplete(gather(...tasks)));
  loop.close();
  return o;
}

/** Rule 43. */
async function cancelOfADoneTask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(sleepOnce());
    yield* task;
    return [task.cancel(), task.cancelling(), task.cancelled()];
  });
}

/** Rule 45. */
async function cancelWinsOverAnError(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<number>();
    const task = getRunningLoop().createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    future.setException(new TypeError('lost'));
    task.cancel();
    const [error] = yield* gather(task, { returnExceptions: true });
    future.exception();
    return [show(error), task.cancelled()];
  });
}

/** Rule 47. */
async function cleanupMayWait(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      try {
        yield* sleep(9000);
      } finally {
        yield* sleep(0);
        o.push('first');
        yield* sleep(1);
        o.push('second');
      }
    });
    yield* sleep(0);
    task.cancel();
    yield* sleep(0);
    o.push(`cancelled() is ${task.cancelled()}`);
    yield* gather(task, { returnExceptions: true });
    o.push(`cancelled() is ${task.cancelled()}`);
    return o;
  });
}

/** Rule 49. */
async function uncancel(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const waits = (future: Future<string>): Task<string> =>
      loop.createTask(function* () {
        try {
          return yield* future;
        } catch {
          return `CancelledError, cancelling() is ${currentTask()?.cancelling()}`;
        }
      });
    const pending = loop.createFuture<string>();
    const first = waits(pending);
    yield* sleep(0);
    first.cancel();
    first.uncancel();
    const ready = loop.createFuture<string>();
    const second = waits(ready);
    yield* sleep(0);
    ready.setResult('value');
    second.cancel();
    second.uncancel();
    const third = waits(ready);
    const o: unknown[] = [yield* first, yield* second, yield* third];
    o.push(third.uncancel());
    const twice = loop.createTask(sleep(9000));
    twice.cancel();
    twice.cancel();
    o.push(twice.uncancel(), twice.uncancel(), twice.uncancel());
    twice.cancel();
    yield* gather(twice, { returnExceptions: true });
    return o;
  });
}

/** Rule 50. */
async function cancelScope(driver: Driver): Promise<unknown> {
  /** What a timeout does, by hand. */
  function* scope(cancelFromOutside: boolean): Coroutine<string> {
    const task = currentTask() as Task<unknown>;
    const before = task.cancelling();
    getRunningLoop().callSoon(() => task.cancel());
    if (cancelFromOutside) getRunningLoop().callSoon(() => task.cancel());
    try {
      yield* sleep(9000);
      return 'not cancelled';
    } catch (error) {
      if (task.uncancel() <= before) return 'ours';
      throw error;
    }
  }
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const ours = loop.createTask(scope(false));
    const both = loop.createTask(scope(true));
    const results = yield* gather(ours, both, { returnExceptions: true });
    return results.map((result) => (typeof result === 'string' ? result : show(result)));
  });
}

/** Rule 51. */
async function messages(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: string[] = [];
    const notStarted = loop.createTask(sleep(9000));
    notStarted.cancel('before the start');
    const started = loop.createTask(sleep(9000));
    yield* sleep(0);
    started.cancel('while waiting');
    for (const task of [notStarted, started]) {
      try {
        yield* task;
      } catch (error) {
        o.push((error as Error).message);
      }
    }
    return o;
  });
}

/** Rule 52. */
async function outerCancelReturnsFalseWhenNothingCanBeCancelled(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const futures = [loop.createFuture<number>(), loop.createFuture<number>()];
  const outer = gather(...futures);
  for (const future of futures) future.setResult(1);
  const o: unknown[] = [outer.done(), outer.cancel(), await loop.runUntilComplete(outer)];
  const other = driver.newLoop();
  o.push(thrownNowBy(() => gather(loop.createFuture(), other.createFuture())).split(':')[0]);
  o.push(
    await loop.runUntilComplete(gather(futures[0] as Future<number>, futures[0] as Future<number>)),
  );
  loop.close();
  other.close();
  return [...o, errors.length];
}

/** sleep. */
async function sleeping(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const value = yield* sleep(3, 'value');
    const nothing: void = yield* sleep(1);
    return [value, nothing, loop.time() - start >= 3.9, thrownNowBy(() => sleep(NaN))];
  });
}

/** Deep chains of coroutines. */
async function depth(driver: Driver): Promise<unknown> {
  function* recurse(n: number): Coroutine<number> {
    if (n > 0) return 1 + (yield* recurse(n - 1));
    yield* sleep(0);
    return 0;
  }
  return runMain(driver, () => recurse(900));
}

export const taskCases: readonly Case[] = [
  {
    title:
      'rule 36: names and the registry of tasks (test_task_repr_autogenerated, test_task_repr, test_bare_create_named_task, test_create_named_task_with_default_factory)',
    body: namesAndRegistry,
    expected: ['mine', true, 3, 'other', true, '<Task pending name="other">', 1],
  },
  {
    title:
      'rule 36: a task takes neither result nor exception (test_task_set_methods, SetMethodsTest.test_set_result_causes_invalid_state, test_set_exception_causes_invalid_state)',
    body: neitherResultNorException,
    expected: [
      'RuntimeError: Task does not support setResult()',
      'RuntimeError: Task does not support setException()',
    ],
  },
  {
    title: 'rule 37: a cancellation takes the place of another error; a done task takes no step',
    body: whatAStepThrowsIn,
    expected: ['CancelledError: instead', 'InvalidStateError'],
  },
  {
    title: 'rule 38: outcomes of a step (test_task_basics)',
    body: outcomes,
    expected: [
      ['value', 'RangeError: error', 'CancelledError: nobody called cancel()', undefined],
      [false, false, true, false],
    ],
  },
  {
    title:
      'rule 39: bad suspensions (test_step_result_future, test_other_loop_future, test_task_awaits_on_itself)',
    body: badSuspensions,
    expected: [
      'RuntimeError: Task got bad yield',
      'RuntimeError: Task got bad yield',
      'RuntimeError: Task <Task pending name="T">',
      'RuntimeError: yield was used instead',
      'RuntimeError: Task cannot await on itself',
    ],
  },
  {
    title: 'a coroutine has one task, ever (CoroutineTests.test_double_await)',
    body: oneTaskPerCoroutine,
    expected: [
      'RuntimeError: coroutine is being awaited already, b',
      'first is done',
      'RuntimeError',
    ],
  },
  {
    title: 'rule 39: a pending cancellation cancels the next future at once',
    body: cancelledWhileRunning,
    expected: ['CancelledError: self', true, true],
  },
  {
    title: 'rule 40: the error of a future is thrown at the wait',
    body: errorsArriveAtTheWait,
    expected: true,
  },
  {
    title:
      'rule 42: currentTask is per step, null in callbacks (BaseTaskTests.test_current_task, test_current_task_with_interleaving_tasks, BaseCurrentLoopTests.test_current_task_no_running_loop, _implicit, test_current_task_with_implicit_loop)',
    body: currentTaskIsPerStep,
    expected: ['RuntimeError', null, ['in a callback', null], [true, true]],
  },
  { title: 'rule 43: cancel of a done task', body: cancelOfADoneTask, expected: [false, 0, false] },
  {
    title: 'rule 45: cancel wins over an error that is on its way',
    body: cancelWinsOverAnError,
    expected: ['CancelledError', true],
  },
  {
    title: 'rules 47, 48: cleanup may wait; cancelled() only when the coroutine ended',
    body: cleanupMayWait,
    expected: ['cancelled() is false', 'first', 'second', 'cancelled() is true'],
  },
  {
    title: 'rule 49: uncancel (test_uncancel_resets_must_cancel)',
    body: uncancel,
    expected: ['CancelledError, cancelling() is 0', 'value', 'value', 0, 1, 0, 0],
  },
  {
    title: 'rule 50: a cancel scope swallows only its own cancellation',
    body: cancelScope,
    expected: ['ours', 'CancelledError'],
  },
  {
    title: 'rule 51: the message of a cancellation',
    body: messages,
    expected: ['before the start', 'while waiting'],
  },
  {
    title: 'rule 52: gather of done futures, of different loops, of duplicates',
    body: outerCancelReturnsFalseWhenNothingCanBeCancelled,
    expected: [false, false, [1, 1], 'ValueError', [1, 1], 0],
  },
  {
    title: 'sleep: value, time, NaN (test_sleep, test_sleep_when_delay_is_nan)',
    body: sleeping,
    expected: ['value', undefined, true, 'ValueError: Invalid delay'],
  },
  { title: 'section 2.15: a chain of 900 coroutines', body: depth, expected: 900 },
];
