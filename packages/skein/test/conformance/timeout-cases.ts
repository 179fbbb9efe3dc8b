import { type Case, type Driver, pause, runMain, show, thrownNowBy, shown } from './driver.ts';
import {
  type Awaitable,
  CancelledError,
  type Coroutine,
  currentTask,
  gather,
  getRunningLoop,
  sleep,
  Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  waitFor,
} from './library.ts';

/* Rules 50, 54 and 57: deadlines. */

/** `timeout` with what its body may do, and whether it expired. */
function* tried(delayMs: number | null, body: (scope: Timeout) => Coroutine<unknown>) {
  let scope: Timeout | undefined;
  const result = yield* shown(() =>
    timeout(delayMs, (given) => {
      scope = given;
      return body(given);
    }),
  );
  return [result, scope?.expired(), currentTask()?.cancelling()];
}

const TIMED_OUT = 'TimeoutError: the body was not done at its deadline, and was cancelled';

async function g37(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const timedOut = yield* loop.createTask(function* () {
      try {
        yield* timeout(1, () => sleep(9000));
      } catch (error) {
        if (error instanceof TimeoutError) return ['timeout', currentTask()?.cancelling()];
      }
      return 'no timeout';
    });
    const task = loop.createTask(function* () {
      yield* timeout(9000, () => sleep(9000));
    });
    yield* sleep(0);
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      if (error instanceof CancelledError) return [timedOut, 'cancelled'];
    }
    return 'not cancelled';
  });
}

async function t1(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const r: unknown[] = [];
    let a: Timeout | undefined;
    let b: Timeout | undefined;
    try {
      yield* timeout(30, function* (outer) {
        a = outer;
        try {
          yield* timeout(1, function* (inner) {
            b = inner;
            yield* sleep(9000);
          });
        } catch {
          r.push(['inner', a.expired(), b?.expired(), currentTask()?.cancelling()]);
        }
        yield* sleep(9000);
      });
    } catch {
      r.push(['outer', a?.expired(), currentTask()?.cancelling()]);
    }
    return r;
  });
}

async function t2(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const [, expired, cancelling] = yield* tried(1, function* () {
      try {
        yield* sleep(9000);
      } catch {}
    });
    return [expired, cancelling];
  });
}

async function t3(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      yield* timeout(0, () => sleep(9000));
    });
    yield* sleep(0);
    task.cancel();
    const [result] = yield* gather(task, { returnExceptions: true });
    return [show(result), task.cancelled(), task.cancelling()];
  });
}

async function basic(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const never = function* (): Coroutine<void> {
      yield* sleep(9000);
    };
    o.push(yield* tried(1, never), yield* tried(0, never), yield* tried(-11, never));
    o.push(
      yield* tried(0, function* () {
        yield* sleep(0);
      }),
    );
    const deadline = getRunningLoop().time() + 1;
    let when: number | null = 0;
    o.push(
      yield* shown(() =>
        timeoutAt(deadline, function* (scope) {
          when = scope.when();
          yield* sleep(9000);
        }),
      ),
      when === deadline,
    );
    return o;
  });
}

async function notReached(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const value = function* (scope: Timeout): Coroutine<unknown> {
      yield* sleep(0);
      const when = scope.when();
      return when === null || when > getRunningLoop().time();
    };
    o.push(yield* tried(9000, value), yield* tried(null, value), yield* tried(Infinity, value));
    // A body that does not suspend is not interrupted, even when its time was up before.
    o.push(
      yield* tried(0, function* () {
        return 'no wait';
      }),
    );
    o.push(yield* timeoutAt(null, (scope) => sleep(0, String(scope))));
    return o;
  });
}

async function foreignErrors(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    o.push(
      yield* tried(9000, function* () {
        throw new RangeError('mine');
      }),
      yield* tried(1, function* () {
        try {
          yield* sleep(9000);
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- what the case is about
          throw new RangeError('in the cleanup');
        }
      }),
      yield* tried(9000, function* () {
        currentTask()?.cancel('mine');
        yield* sleep(9000);
      }),
    );
    return [...o, currentTask()?.uncancel()];
  });
}

async function cause(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    try {
      yield* timeout(0, () => sleep(9000));
    } catch (error) {
      return [(error as TimeoutError).code, ((error as Error).cause as Error).name];
    }
    return 'no timeout';
  });
}

async function nestedWithOneDeadline(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const deadline = getRunningLoop().time() + 1;
    const scopes: Timeout[] = [];
    let inner: unknown;
    const result = yield* shown(() =>
      timeoutAt(deadline, function* (outer) {
        scopes.push(outer);
        try {
          yield* timeoutAt(deadline, function* (scope) {
            scopes.push(scope);
            yield* sleep(9000);
          });
        } catch (error) {
          inner = show(error);
          throw error;
        }
      }),
    );
    return [inner, result, scopes.map((scope) => scope.expired()), currentTask()?.cancelling()];
  });
}

/** The loop hears of the deadlines only when it is not busy any more: of both in one iteration. */
async function nestedWhileBusy(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const [outerMs, innerMs] of [
      [2, 9000],
      [2, 1],
      [1, 2],
    ] as const) {
      let inner: Timeout | undefined;
      const outer = yield* tried(outerMs, function* () {
        yield* timeout(innerMs, function* (scope) {
          inner = scope;
          pause(5);
          yield* sleep(9000);
        });
      });
      o.push([inner?.expired(), ...outer]);
    }
    return o;
  });
}

async function inACleanup(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    let inner: unknown;
    const outer = yield* tried(1, function* () {
      try {
        yield* sleep(9000);
      } finally {
        inner = yield* tried(1, function* () {
          yield* sleep(9000);
        });
      }
    });
    return [inner, outer];
  });
}

async function afterACancellation(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      try {
        currentTask()?.cancel();
        yield* sleep(9000);
      } catch {}
      const timedOut = yield* tried(0, function* () {
        yield* sleep(9000);
      });
      const cancelled = yield* tried(9000, function* () {
        currentTask()?.cancel();
        yield* sleep(9000);
      });
      return [timedOut, cancelled];
    });
    return yield* task;
  });
}

async function rescheduling(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: unknown[] = [];
    const later = loop.time() + 9000;
    o.push(
      yield* tried(9000, function* (scope) {
        scope.reschedule(later);
        o.push(scope.when() === later);
        scope.reschedule(null);
        o.push(scope.when(), String(scope));
        scope.reschedule(loop.time() + 1);
        yield* sleep(9000);
      }),
      yield* tried(1, function* (scope) {
        scope.reschedule(null);
        return yield* sleep(4, 'no deadline any more');
      }),
      yield* tried(9000, function* (scope) {
        scope.reschedule(loop.time());
        yield* sleep(0);
      }),
    );
    const result = yield* tried(9000, function* (scope) {
      scope.reschedule(NaN);
    });
    return [...o, result[0]];
  });
}

async function states(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: unknown[] = [];
    const refusal = (scope: Timeout): string => thrownNowBy(() => scope.reschedule(loop.time()));
    const scope = new Timeout(loop.time() + 9000);
    o.push(String(scope), refusal(scope));
    o.push(
      yield* scope.run(function* () {
        const text = String(scope).replace(/\d+(\.\d+)?/, '#');
        return [text, yield* shown(() => scope.run(() => sleep(0)))];
      }),
    );
    o.push(String(scope), refusal(scope), yield* shown(() => scope.run(() => sleep(0))));
    const expired = new Timeout(loop.time());
    o.push(
      yield* shown(() =>
        expired.run(function* () {
          try {
            yield* sleep(9000);
          } finally {
            o.push(String(expired), refusal(expired));
          }
        }),
      ),
    );
    return [...o, String(expired), refusal(expired)];
  });
}

/** What the first step of an operation throws. */
function beginning(operation: Awaitable<unknown>): string {
  return thrownNowBy(() => operation[Symbol.iterator]().next());
}

async function withoutTask(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const scope = new Timeout(loop.time());
  const o: string[] = [thrownNowBy(() => timeout(1, () => sleep(0)))];
  loop.callSoon(() => {
    o.push(
      beginning(scope.run(() => sleep(0))),
      thrownNowBy(() => timeout(NaN, () => sleep(0))),
      String(scope),
    );
    loop.stop();
  });
  await loop.runForever();
  loop.close();
  return o;
}

// Rule 54: waitFor.

async function g22(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    function* c(): Coroutine<void> {
      o.push('started');
    }
    for (const timeoutMs of [0, -1]) {
      try {
        yield* waitFor(c(), timeoutMs);
      } catch (error) {
        o.push((error as Error).name);
      }
    }
  });
  return o;
}

async function g23(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    function* c(): Coroutine<void> {
      try {
        yield* sleep(9000);
      } finally {
        yield* sleep(2);
        o.push('cleanup done');
      }
    }
    try {
      yield* waitFor(c(), 1);
    } catch (error) {
      o.push((error as Error).name);
    }
  });
  return o;
}

async function g24(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const inner = yield* waitFor(function* () {
      return currentTask();
    }, 1000);
    return inner === currentTask();
  });
}

async function waitForOutcomes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const done = loop.createFuture<string>();
    done.setResult('done');
    const failed = loop.createFuture<string>();
    failed.setException(new RangeError('failed'));
    const later = loop.createFuture<string>();
    loop.callLater(1, () => later.setResult('later'));
    return [
      yield* waitFor(done, 0),
      yield* waitFor(done, 9000),
      yield* shown(() => waitFor(failed, -1)),
      yield* waitFor(later, 9000),
      yield* waitFor(sleep(0, 'no limit'), null),
      yield* waitFor(function* () {
        return yield* sleep(0, 'a function');
      }, Infinity),
      yield* shown(() => waitFor(42 as never, 10)),
    ];
  });
}

async function waitForCancelsATask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [0, -1, 1]) {
      const started = getRunningLoop().createFuture<void>();
      let running: boolean | undefined;
      const task = getRunningLoop().createTask(function* () {
        running = true;
        started.setResult();
        try {
          yield* sleep(9000);
        } catch (error) {
          yield* sleep(1);
          throw error;
        } finally {
          running = false;
        }
      });
      yield* started;
      let chained: unknown;
      try {
        yield* waitFor(task, timeoutMs);
      } catch (error) {
        chained = [(error as Error).name, ((error as Error).cause as Error).name];
      }
      o.push([chained, task.cancelled(), running]);
    }
    return [...o, currentTask()?.cancelling()];
  });
}

async function waitForAndCleanups(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    function* stubborn(): Coroutine<number> {
      try {
        yield* sleep(9000);
      } catch {}
      return 1;
    }
    function* failing(): Coroutine<void> {
      try {
        yield* sleep(9000);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what the case is about
        throw new RangeError('in the cleanup');
      }
    }
    const failingLater = loop.createTask(failing());
    yield* sleep(0);
    return [
      yield* waitFor(stubborn(), 1),
      yield* waitFor(loop.createTask(stubborn()), 1),
      yield* shown(() => waitFor(failing(), 1)),
      yield* shown(() => waitFor(failingLater, 0)),
      currentTask()?.cancelling(),
    ];
  });
}

async function cancelAWaitFor(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: unknown[] = [];
    for (const timeoutMs of [null, 9000]) {
      const inner = loop.createTask(function* () {
        yield* loop.createFuture<void>();
      });
      const waiting = loop.createTask(waitFor(inner, timeoutMs));
      yield* sleep(0);
      waiting.cancel();
      o.push(yield* shown(() => waiting), inner.cancelled(), waiting.cancelled());
    }
    return o;
  });
}

/** The inner task holds the first cancellation up; the waiter can be cancelled all the same. */
async function cancelAWaitForThatCleansUp(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const inside = loop.createFuture<void>();
    const inner = loop.createTask(function* () {
      try {
        yield* sleep(9000);
      } catch {
        inside.setResult();
        try {
          yield* sleep(9000);
        } catch {
          yield* sleep(1);
        }
      }
      return 42;
    });
    const waiting = loop.createTask(waitFor(inner, 1));
    yield* inside;
    waiting.cancel();
    return [yield* shown(() => waiting), waiting.cancelled(), yield* inner];
  });
}

/** The result is on its way; the cancellation wins (gh-86296: it was swallowed before 3.12). */
async function cancelAgainstResult(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const future = loop.createFuture<string>();
    const waiting = loop.createTask(waitFor(future, 9000));
    yield* sleep(0);
    future.setResult('value');
    waiting.cancel();
    return [yield* shown(() => waiting), waiting.cancelled()];
  });
}

export const timeoutCases: readonly Case[] = [
  {
    title: 'g37 rule 57: a deadline, and a cancellation from outside',
    body: g37,
    expected: [['timeout', 0], 'cancelled'],
  },
  {
    title: 't1 rule 57: of nested timeouts the inner one comes first',
    body: t1,
    expected: [
      ['inner', false, true, 0],
      ['outer', true, 0],
    ],
  },
  {
    title: 't2 rule 57: a body may swallow the cancellation',
    body: t2,
    expected: [true, 0],
  },
  {
    title: 't3 rule 57: deadline and cancellation in one iteration',
    body: t3,
    expected: ['CancelledError', true, 1],
  },
  {
    title:
      'rule 57: the deadline cancels (test_timeout_basic, _at_basic, _zero, _zero_sleep_zero, _in_the_past_sleep_zero, test_waiter_cancelled, test_outer_task_is_not_cancelled)',
    body: basic,
    expected: [
      [TIMED_OUT, true, 0],
      [TIMED_OUT, true, 0],
      [TIMED_OUT, true, 0],
      [TIMED_OUT, true, 0],
      TIMED_OUT,
      true,
    ],
  },
  {
    title:
      'rule 57: a deadline that is not reached, none (test_timeout_not_called, _disabled, _at_disabled, test_repr_disabled)',
    body: notReached,
    expected: [
      [true, false, 0],
      [true, false, 0],
      [true, false, 0],
      ['no wait', false, 0],
      '<Timeout [active] when=null>',
    ],
  },
  {
    title:
      "rule 57: the body's own errors (test_foreign_exception_passed, _on_timeout, test_foreign_cancel_doesnt_timeout_if_not_expired)",
    body: foreignErrors,
    expected: [
      ['RangeError: mine', false, 0],
      ['RangeError: in the cleanup', true, 0],
      ['CancelledError: mine', false, 1],
      0,
    ],
  },
  {
    title: 'rule 57: the cancellation is the cause (test_timeout_exception_context)',
    body: cause,
    expected: ['ERR_TIMEOUT', 'CancelledError'],
  },
  {
    title: 'rule 57: only the outermost of equal deadlines throws (test_nested_timeouts)',
    body: nestedWithOneDeadline,
    expected: ['CancelledError', TIMED_OUT, [true, true], 0],
  },
  {
    title:
      'rule 57: a busy loop hears late of deadlines (test_nested_timeouts_concurrent, _loop_busy)',
    body: nestedWhileBusy,
    expected: [
      [false, TIMED_OUT, true, 0],
      [true, TIMED_OUT, true, 0],
      [true, TIMED_OUT, true, 0],
    ],
  },
  {
    title: 'rule 57: a timeout in the cleanup of another one (test_nested_timeout_in_finally)',
    body: inACleanup,
    expected: [
      [TIMED_OUT, true, 1],
      [TIMED_OUT, true, 0],
    ],
  },
  {
    title:
      'rule 50: requests from before do not count (test_timeout_after_cancellation, test_cancel_in_timeout_after_cancellation)',
    body: afterACancellation,
    expected: [
      [TIMED_OUT, true, 1],
      ['CancelledError', false, 2],
    ],
  },
  {
    title: 'rule 57: reschedule (test_reschedule)',
    body: rescheduling,
    expected: [
      true,
      null,
      '<Timeout [active] when=null>',
      [TIMED_OUT, true, 0],
      ['no deadline any more', false, 0],
      [TIMED_OUT, true, 0],
      'ValueError: Invalid time for a timeout',
    ],
  },
  {
    title:
      'rule 57: states (test_timeout_already_entered, _double_enter, _finished, _expired, _expiring, _not_entered, test_repr_*)',
    body: states,
    expected: [
      '<Timeout [created]>',
      'RuntimeError: Timeout has not been entered',
      ['<Timeout [active] when=#>', 'RuntimeError: Timeout has already been entered'],
      '<Timeout [finished]>',
      'RuntimeError: Cannot change state of finished Timeout',
      'RuntimeError: Timeout has already been entered',
      '<Timeout [expiring]>',
      'RuntimeError: Cannot change state of expiring Timeout',
      TIMED_OUT,
      '<Timeout [expired]>',
      'RuntimeError: Cannot change state of expired Timeout',
    ],
  },
  {
    title: 'rule 57: only inside a task (test_timeout_without_task)',
    body: withoutTask,
    expected: [
      'RuntimeError: no running event loop',
      'RuntimeError: Timeout should be used inside a task',
      'ValueError: Invalid time for a timeout',
      '<Timeout [created]>',
    ],
  },
  {
    title:
      'g22 rule 54: without time nothing begins (test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started)',
    body: g22,
    expected: ['TimeoutError', 'TimeoutError'],
  },
  {
    title: 'g23 rule 54: the cleanup is over before the TimeoutError comes',
    body: g23,
    expected: ['cleanup done', 'TimeoutError'],
  },
  { title: 'g24 rule 54: it runs in the same task', body: g24, expected: true },
  {
    title:
      'rule 54: outcomes (test_wait_for_timeout_less_then_0_or_0_future_done, test_wait_for_blocking, _race_condition)',
    body: waitForOutcomes,
    expected: [
      'done',
      'done',
      'RangeError: failed',
      'later',
      'no limit',
      'a function',
      'TypeError: A Future, a coroutine, a promise or a function that gives one of these is required, got 42',
    ],
  },
  {
    title:
      'rule 54: a task is cancelled, and its cleanup waited for (AsyncioWaitForTest.test_wait_for, test_wait_for_waits_for_task_cancellation)',
    body: waitForCancelsATask,
    expected: [
      [['TimeoutError', 'CancelledError'], true, false],
      [['TimeoutError', 'CancelledError'], true, false],
      [['TimeoutError', 'CancelledError'], true, false],
      0,
    ],
  },
  {
    title:
      'rule 54: what a cleanup gives or throws (test_wait_for_cancellation_race_condition, _reraises_exception_during_cancellation)',
    body: waitForAndCleanups,
    expected: [1, 1, 'RangeError: in the cleanup', 'RangeError: in the cleanup', 0],
  },
  {
    title: 'rule 54: cancelling it cancels (test_cancel_blocking_wait_for, test_cancel_wait_for)',
    body: cancelAWaitFor,
    expected: ['CancelledError', true, true, 'CancelledError', true, true],
  },
  {
    title: 'rule 54: cancelled while it waits for a cleanup (test_asyncio_wait_for_cancelled)',
    body: cancelAWaitForThatCleansUp,
    expected: [42, false, 42],
  },
  {
    title: 'rule 54: a cancellation is never swallowed (gh-86296)',
    body: cancelAgainstResult,
    expected: ['CancelledError', true],
  },
];
