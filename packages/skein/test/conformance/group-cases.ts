import { type Case, collectErrors, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  type Awaitable,
  CancelledError,
  type Coroutine,
  currentTask,
  type EventLoop,
  ExceptionGroup,
  gather,
  getRunningLoop,
  KeyboardInterrupt,
  sleep,
  SystemExit,
  type Task,
  TaskGroup,
  taskGroup,
  timeout,
} from './library.ts';

/* Rules 58 and 59: groups of tasks. */

/** A body that a case runs; what it throws is shown, groups with all that is in them. */
function* shown(body: () => Awaitable<unknown>): Coroutine<unknown> {
  try {
    return yield* body();
  } catch (error) {
    return showNested(error);
  }
}

function showNested(error: unknown): unknown {
  return error instanceof ExceptionGroup ? error.errors.map(showNested) : show(error);
}

function* fail(message: string, iterations: number = 0): Coroutine<never> {
  for (let i = 0; i < iterations; i++) yield* sleep(0);
  throw new TypeError(message);
}

function* failAtTheEnd(message: string): Coroutine<void> {
  try {
    yield* sleep(9000);
  } finally {
    yield* fail(message);
  }
}

async function g38(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  await runMain(driver, function* () {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(fail('child'));
        try {
          yield* sleep(9000);
        } catch (error) {
          if (error instanceof CancelledError) o.push('body got CancelledError');
          throw error;
        }
      });
    } catch (error) {
      o.push((error as ExceptionGroup).errors.length);
    }
    o.push(currentTask()?.cancelling());
  });
  return o;
}

async function g39(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = yield* taskGroup(function* (group) {
      const sleeper = group.createTask(sleep(9000));
      yield* sleep(0);
      sleeper.cancel();
      return sleeper;
    });
    return task.cancelled();
  });
}

async function waitsForAll(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const value = yield* taskGroup(function* (group) {
      const first = group.createTask(sleep(2, 42), { name: 'yolo' });
      yield* sleep(0);
      const second = group.createTask(sleep(1, 11));
      o.push(first.getName(), String(group), first.done());
      return [first, second];
    });
    o.push(...value.map((task) => task.result()));
    o.push(yield* taskGroup(function* () {}));
    return o;
  });
}

async function tasksAddedByTasks(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    yield* taskGroup(function* (group) {
      group.createTask(function* () {
        yield* sleep(0);
        o.push('root');
        group.createTask(function* () {
          yield* sleep(0);
          o.push('child');
        });
      });
      o.push('body ends');
    });
    return [...o, 'group ends'];
  });
}

async function childErrorCancels(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    const runner = getRunningLoop().createTask(function* () {
      return yield* taskGroup(function* (group) {
        group.createTask(fail('1', 1));
        group.createTask(fail('2', 1));
        const other = group.createTask(sleep(9000));
        other.addDoneCallback(() => o.push(other.cancelled() ? 'other cancelled' : 'other done'));
        try {
          yield* sleep(9000);
        } catch (error) {
          o.push('body cancelled');
          throw error;
        }
      });
    });
    const result = yield* shown(function* () {
      return yield* runner;
    });
    return [o.sort(), result];
  });
}

async function outerCancel(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    function* noting(name: string): Coroutine<void> {
      try {
        yield* sleep(9000);
      } catch (error) {
        o.push(name);
        throw error;
      }
    }
    const loop = getRunningLoop();
    const inBody = loop.createTask(function* () {
      yield* taskGroup(function* (group) {
        for (const name of ['a', 'b']) group.createTask(noting(name));
        yield* noting('body');
      });
    });
    const atTheEnd = loop.createTask(function* () {
      yield* taskGroup(function* (group) {
        group.createTask(noting('c'));
      });
    });
    yield* sleep(0);
    yield* sleep(0);
    inBody.cancel('why');
    atTheEnd.cancel('because');
    const results = yield* gather(inBody, atTheEnd, { returnExceptions: true });
    return [
      o.sort(),
      results.map(show),
      [inBody, atTheEnd].map((task) => [task.cancelled(), task.cancelling()]),
    ];
  });
}

/** Each: what the group does, then what came out and how it left the task. */
async function errorsAgainstCancellation(driver: Driver): Promise<unknown> {
  function* errorsOfTasks(): Coroutine<void> {
    yield* taskGroup(function* (group) {
      for (const name of ['1', '2']) group.createTask(failAtTheEnd(name));
      yield* sleep(9000);
    });
  }
  function* nested(): Coroutine<void> {
    yield* taskGroup(function* (outer) {
      outer.createTask(sleep(9000));
      yield* errorsOfTasks();
    });
  }
  function* errorOfBody(): Coroutine<void> {
    yield* taskGroup(function* () {
      yield* failAtTheEnd('body');
    });
  }
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const coroutine of [errorsOfTasks, nested, errorOfBody]) {
      const task = getRunningLoop().createTask(function* () {
        const result = yield* shown(coroutine);
        const count = currentTask()?.cancelling();
        // The cancellation from outside is not lost: the next wait throws it.
        const next = yield* shown(function* () {
          return yield* sleep(0, 'nothing');
        });
        return [result, count, next];
      });
      for (let i = 0; i < 4; i++) yield* sleep(0);
      task.cancel();
      o.push(yield* task);
    }
    return o;
  });
}

async function errorsOfBodyAndTasks(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const tasks: Task<unknown>[] = [];
    o.push(
      yield* shown(function* () {
        yield* taskGroup(function* (group) {
          tasks.push(group.createTask(sleep(9000)), group.createTask(sleep(9000)));
          yield* fail('body', 1);
        });
      }),
      tasks.map((task) => task.cancelled()),
    );
    o.push(
      yield* shown(function* () {
        yield* taskGroup(function* (group) {
          group.createTask(fail('task'));
          yield* failAtTheEnd('body');
        });
      }),
      currentTask()?.cancelling(),
    );
    return o;
  });
}

async function nestedGroups(driver: Driver): Promise<unknown> {
  function* pair(outerFailsAfter: number, innerFailsAfter: number): Coroutine<void> {
    yield* taskGroup(function* (outer) {
      if (outerFailsAfter >= 0) outer.createTask(fail('outer', outerFailsAfter));
      else outer.createTask(sleep(9000));
      yield* taskGroup(function* (inner) {
        if (innerFailsAfter >= 0) inner.createTask(fail('inner', innerFailsAfter));
        else inner.createTask(sleep(9000));
      });
    });
  }
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const [outer, inner] of [
      [0, -1],
      [-1, 0],
      [1, 1],
    ] as const) {
      o.push(yield* shown(() => pair(outer, inner)));
      o.push(currentTask()?.cancelling());
    }
    return o;
  });
}

/** The cancellation of the outer group must survive the `uncancel` of the inner one. */
async function outerCancelSurvivesInnerGroup(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const result = yield* shown(function* () {
      yield* taskGroup(function* (outer) {
        outer.createTask(fail('outer', 1));
        const inner = yield* shown(function* () {
          yield* taskGroup(function* (group) {
            group.createTask(fail('inner', 1));
          });
        });
        o.push(inner);
        yield* sleep(9000);
        o.push('not reached');
      });
    });
    return [...o, result, currentTask()?.cancelling()];
  });
}

/** What was swallowed before still counts as a request, and the group delivers it anew. */
async function requestFromBefore(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const task = getRunningLoop().createTask(function* () {
      try {
        yield* sleep(9000);
      } catch {}
      o.push(currentTask()?.cancelling());
      const result = yield* shown(function* () {
        yield* taskGroup(function* (group) {
          group.createTask(fail('child'));
        });
      });
      o.push(result, currentTask()?.cancelling());
      yield* sleep(0);
      o.push('not reached');
    });
    yield* sleep(0);
    task.cancel();
    yield* gather(task, { returnExceptions: true });
    return [...o, task.cancelled()];
  });
}

async function states(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const group = new TaskGroup();
    let ran = false;
    function* unused(): Coroutine<void> {
      ran = true;
    }
    const refused = unused();
    o.push(
      thrownNowBy(() => group.createTask(refused)),
      refused.next().done,
    );
    o.push(
      yield* group.run(function* () {
        return yield* shown(() => group.run(function* () {}));
      }),
    );
    o.push(thrownNowBy(() => group.createTask(unused())));
    o.push(yield* shown(() => group.run(function* () {})));
    const aborting = yield* shown(function* () {
      yield* taskGroup(function* (g) {
        g.createTask(fail('child'));
        try {
          yield* sleep(9000);
        } finally {
          o.push(
            thrownNowBy(() => g.createTask(unused())),
            String(g),
          );
        }
      });
    });
    return [...o, aborting, ran];
  });
}

async function withoutTask(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const group = new TaskGroup();
  let error = '';
  loop.callSoon(() => {
    const operation = group.run(function* () {});
    error = thrownNowBy(() => operation[Symbol.iterator]().next());
    loop.stop();
  });
  await loop.runForever();
  loop.close();
  return error;
}

async function tunnelling(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const o: unknown[] = [];
  function* interrupted(): Coroutine<void> {
    try {
      yield* sleep(9000);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- what the case is about
      throw new KeyboardInterrupt();
    }
  }
  try {
    await loop.runUntilComplete(function* () {
      yield* taskGroup(function* (group) {
        group.createTask(fail('child'));
        yield* interrupted();
      });
    });
  } catch (error) {
    o.push(show(error));
  }
  o.push(errors.map((context) => show(context.exception)));
  loop.close();
  return o;
}

async function tunnellingChild(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  const task = loop.createTask(function* () {
    return yield* shown(function* () {
      yield* taskGroup(function* (group) {
        group.createTask(function* (): Coroutine<void> {
          throw new SystemExit(3);
        });
        yield* sleep(9000);
      });
    });
  });
  try {
    await loop.runUntilComplete(task);
  } catch (error) {
    o.push((error as Error).name);
  }
  o.push((await loop.runUntilComplete(task)) as string);
  loop.close();
  return o;
}

// Rule 59: cancel().

/** Counts how far the body came; a `TimeoutError` would say that the group was not cancelled. */
function cancelled(act: (group: TaskGroup) => void, group: TaskGroup = new TaskGroup()) {
  return function* (): Coroutine<unknown> {
    let count = 0;
    const value = yield* timeout(
      9000,
      () =>
        group.run(function* () {
          act(group);
          count++;
          yield* sleep(0);
          count++;
          yield* sleep(9000);
          return 'value';
        }) as never,
    );
    return [count, value, currentTask()?.cancelling()];
  };
}

async function cancelOfTheGroup(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop: EventLoop = getRunningLoop();
    const before = new TaskGroup();
    before.cancel();
    const o: unknown[] = [
      yield* cancelled((group) => group.cancel())(),
      yield* cancelled((group) => {
        group.cancel();
        group.cancel();
      })(),
      yield* cancelled(() => {}, before)(),
      yield* cancelled((group) => loop.callSoon(() => loop.callSoon(() => group.cancel())))(),
      yield* cancelled((group) => {
        group.createTask(function* () {
          group.cancel();
        });
      })(),
    ];
    const over = new TaskGroup();
    yield* over.run(function* () {});
    over.cancel();
    return [...o, String(over)];
  });
}

async function cancelWhileEnding(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const value = yield* taskGroup(function* (group) {
      const sleeper = group.createTask(sleep(9000));
      sleeper.addDoneCallback(() => o.push(sleeper.cancelled()));
      group.createTask(function* () {
        yield* sleep(0);
        group.cancel();
      });
      return 'value of the body';
    });
    return [...o, value, currentTask()?.cancelling()];
  });
}

async function cancelOnlyOnce(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const noWait = yield* taskGroup(function* (group) {
      group.cancel();
      return 'no wait after it';
    });
    const next = yield* sleep(0, 'the next wait goes on');
    return [noWait, next, currentTask()?.cancelling()];
  });
}

async function cancelAndErrors(driver: Driver): Promise<unknown> {
  function* failAround(group: TaskGroup, cancelFirst: boolean): Coroutine<never> {
    if (cancelFirst) group.cancel();
    try {
      throw new TypeError('child');
    } finally {
      if (!cancelFirst) group.cancel();
    }
  }
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const cancelFirst of [true, false]) {
      const result = yield* shown(function* () {
        yield* taskGroup(function* (group) {
          group.createTask(failAround(group, cancelFirst));
          yield* sleep(9000);
        });
      });
      o.push(result, currentTask()?.cancelling());
    }
    return o;
  });
}

/** Somebody else cancels the task too; that must come out. */
async function cancelAndOuterCancel(driver: Driver): Promise<unknown> {
  function* inBody(group: TaskGroup): Coroutine<void> {
    const task = currentTask();
    group.cancel();
    task?.cancel('outer');
    yield* sleep(9000);
  }
  function* atTheEnd(group: TaskGroup): Coroutine<void> {
    const task = currentTask();
    group.createTask(function* () {
      try {
        yield* sleep(9000);
      } finally {
        yield* sleep(0);
        yield* sleep(0);
      }
    });
    getRunningLoop().callSoon(() => {
      group.cancel();
      getRunningLoop().callSoon(() => task?.cancel('outer'));
    });
  }
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const body of [inBody, atTheEnd]) {
      const task = getRunningLoop().createTask(function* () {
        yield* taskGroup(body);
        return 'swallowed';
      });
      const [result] = yield* gather(task, { returnExceptions: true });
      o.push(show(result), task.cancelled(), task.cancelling());
    }
    return o;
  });
}

/** The errors of one group, taken apart. */
function partsOfAGroup(): unknown {
  const inner = new ExceptionGroup('inner', [new TypeError('b'), new RangeError('c')]);
  const group = new ExceptionGroup('outer', [new TypeError('a'), inner, 'no error at all']);
  const [types, rest] = group.split(TypeError);
  return [
    [group.name, group.code, group.message, String(group), group instanceof AggregateError],
    showNested(types),
    showNested(rest),
    showNested(group.subgroup((error) => error === inner)),
    group.subgroup(SyntaxError),
    group.subgroup(ExceptionGroup) === group,
    thrownNowBy(() => new ExceptionGroup('nothing', [])),
  ];
}

export const groupCases: readonly Case[] = [
  {
    title: 'g38 rule 58: the error of a task cancels the body',
    body: g38,
    expected: ['body got CancelledError', 1, 0],
  },
  { title: 'g39 rule 58: a task that is cancelled alone is silent', body: g39, expected: true },
  {
    title:
      'rule 58: a group waits for its tasks (test_taskgroup_01, _02, _03, test_taskgroup_task_name)',
    body: waitsForAll,
    expected: ['yolo', '<TaskGroup tasks=2 entered>', false, 42, 11, undefined],
  },
  {
    title: 'rule 58: tasks may be added while the group ends (test_taskgroup_24)',
    body: tasksAddedByTasks,
    expected: ['body ends', 'root', 'child', 'group ends'],
  },
  {
    title:
      'rule 58: a failed task cancels siblings and body (test_taskgroup_04, test_cancel_children_on_child_error)',
    body: childErrorCancels,
    expected: [
      ['body cancelled', 'other cancelled'],
      ['TypeError: 1', 'TypeError: 2'],
    ],
  },
  {
    title:
      'rule 58: a cancelled parent cancels the tasks (test_cancellation, test_taskgroup_07, _17, _22)',
    body: outerCancel,
    expected: [
      ['a', 'b', 'body', 'c'],
      ['CancelledError: why', 'CancelledError: because'],
      [
        [true, 1],
        [true, 1],
      ],
    ],
  },
  {
    title:
      'rule 58: errors win over a cancellation from outside, which is not lost (test_taskgroup_08, _11, _12, _18)',
    body: errorsAgainstCancellation,
    expected: [
      [['TypeError: 1', 'TypeError: 2'], 1, 'CancelledError'],
      [[['TypeError: 1', 'TypeError: 2']], 1, 'CancelledError'],
      [['TypeError: body'], 1, 'CancelledError'],
    ],
  },
  {
    title:
      'rule 58: the error of the body counts, as the last one (test_taskgroup_09, _10, _19, test_taskgroup_context_manager_exit_raises)',
    body: errorsOfBodyAndTasks,
    expected: [['TypeError: body'], [true, true], ['TypeError: task', 'TypeError: body'], 0],
  },
  {
    title:
      'rule 58: nested groups keep their nesting (test_taskgroup_13, _14, test_nested_groups_both_cancelled)',
    body: nestedGroups,
    expected: [
      ['TypeError: outer'],
      0,
      [['TypeError: inner']],
      0,
      ['TypeError: outer', ['TypeError: inner']],
      0,
    ],
  },
  {
    title: 'rule 58: the cancellation of an outer group survives an inner one (test_taskgroup_12)',
    body: outerCancelSurvivesInnerGroup,
    expected: [['TypeError: inner'], ['TypeError: outer'], 0],
  },
  {
    title: 'rule 58: the count of requests stays (test_cancelling_level_preserved)',
    body: requestFromBefore,
    expected: [1, ['TypeError: child'], 1, true],
  },
  {
    title:
      'rule 58: before, twice, after, aborting (test_taskgroup_not_entered, _already_entered, _double_enter, _finished, _no_create_task_after_failure, test_coro_closed_when_tg_closed)',
    body: states,
    expected: [
      'RuntimeError: TaskGroup <TaskGroup> has not been entered',
      true,
      'RuntimeError: TaskGroup <TaskGroup entered> has already been entered',
      'RuntimeError: TaskGroup <TaskGroup entered> is finished',
      'RuntimeError: TaskGroup <TaskGroup entered> has already been entered',
      'RuntimeError: TaskGroup <TaskGroup errors=1 cancelling> is shutting down',
      '<TaskGroup errors=1 cancelling>',
      ['TypeError: child'],
      false,
    ],
  },
  {
    title: 'rule 58: only inside a task (test_taskgroup_without_parent_task)',
    body: withoutTask,
    expected: 'RuntimeError: TaskGroup <TaskGroup> cannot determine the parent task',
  },
  {
    title:
      'rule 58: an interrupt in the body comes bare, other errors are reported (test_taskgroup_20)',
    body: tunnelling,
    expected: ['KeyboardInterrupt', ['TypeError: child']],
  },
  {
    title: 'rule 58: an exit in a task leaves the loop, then the group, bare (test_taskgroup_21a)',
    body: tunnellingChild,
    expected: ['SystemExit', 'SystemExit: the program asked to end with exit code 3'],
  },
  {
    title:
      'rule 59: cancel() ends a group without an error (test_taskgroup_cancel_body, _children, _idempotent, _before_enter, _after_exit)',
    body: cancelOfTheGroup,
    expected: [
      [1, undefined, 0],
      [1, undefined, 0],
      [1, undefined, 0],
      [2, undefined, 0],
      [1, undefined, 0],
      '<TaskGroup entered>',
    ],
  },
  {
    title:
      'rule 59: cancel() while the group ends keeps the value (test_taskgroup_cancel_children)',
    body: cancelWhileEnding,
    expected: [true, 'value of the body', 0],
  },
  {
    title: 'rule 59: a cancel() that nothing waited for leaves no trace',
    body: cancelOnlyOnce,
    expected: ['no wait after it', 'the next wait goes on', 0],
  },
  {
    title:
      'rule 59: errors come out all the same (test_taskgroup_cancel_before_exception, _after_exception)',
    body: cancelAndErrors,
    expected: [['TypeError: child'], 0, ['TypeError: child'], 0],
  },
  {
    title: 'rule 59: cancel() does not swallow a cancellation from outside (gh-155433)',
    body: cancelAndOuterCancel,
    expected: ['CancelledError: outer', true, 1, 'CancelledError: outer', true, 1],
  },
  {
    title: 'ExceptionGroup: split and subgroup keep the nesting',
    body: partsOfAGroup,
    expected: [
      [
        'ExceptionGroup',
        'ERR_EXCEPTION_GROUP',
        'outer',
        'ExceptionGroup: outer (3 sub-exceptions)',
        true,
      ],
      ['TypeError: a', ['TypeError: b']],
      [['RangeError: c'], 'no error at all'],
      [['TypeError: b', 'RangeError: c']],
      null,
      true,
      'ValueError: ExceptionGroup("nothing") takes a non-empty list of errors',
    ],
  },
];
