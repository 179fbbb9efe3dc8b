import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  CancelledError,
  Condition,
  type Coroutine,
  gather,
  getRunningLoop,
  Lock,
  sleep,
  type Task,
  waitFor,
} from './library.ts';

/* Rule 64: Condition. */

function start<T>(body: () => Coroutine<T>): Task<T> {
  return getRunningLoop().createTask(body);
}

function* turns(n: number): Coroutine<void> {
  for (let i = 0; i < n; i++) yield* sleep(0);
}

/** What a coroutine throws, as `show` says it. */
function* thrown(body: () => Coroutine<unknown>): Coroutine<string> {
  try {
    yield* body();
    return '';
  } catch (error) {
    return show(error);
  }
}

async function unacquired(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    return [
      yield* thrown(function* () {
        yield* condition.wait();
      }),
      yield* thrown(function* () {
        yield* condition.waitFor(() => false);
      }),
      thrownNowBy(() => condition.notify()),
      thrownNowBy(() => condition.notifyAll()),
      thrownNowBy(() => new Condition({} as Lock)),
      String(condition),
    ].map((text) => text.split(' (')[0]);
  });
}

async function notifies(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    const o: number[] = [];
    function* worker(n: number): Coroutine<boolean> {
      using _ = yield* condition.acquire();
      const value = yield* condition.wait();
      o.push(n);
      return value;
    }
    const tasks = [1, 2, 3].map((n) => start(() => worker(n)));
    yield* sleep(0);
    const before = condition.statistics();
    yield* condition.acquire();
    condition.notify(1);
    condition.release();
    yield* turns(3);
    const one = [...o];
    {
      using _ = yield* condition.acquire();
      condition.notify(1);
      condition.notify(2048);
    }
    const values = yield* gather(...tasks);
    return [before, one, o, values, condition.statistics()];
  });
}

async function notifiesAll(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    const o: string[] = [];
    let inside = 0;
    function* worker(name: string): Coroutine<void> {
      using _ = yield* condition.acquire();
      yield* condition.wait();
      inside++;
      o.push(`${name}${inside}`);
      yield* sleep(0);
      inside--;
    }
    const tasks = ['a', 'b', 'c'].map((name) => start(() => worker(name)));
    yield* turns(2);
    {
      using _ = yield* condition.acquire();
      condition.notifyAll();
      o.push('notified');
    }
    yield* gather(...tasks);
    return o;
  });
}

async function waitsForPredicate(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    let present: string | null = null;
    let asked = 0;
    const task = start(function* () {
      using _ = yield* condition.acquire();
      return yield* condition.waitFor(() => {
        asked++;
        return condition.locked() && present;
      });
    });
    yield* sleep(0);
    for (const next of [null, 'there']) {
      yield* condition.acquire();
      present = next;
      condition.notify();
      condition.release();
      yield* turns(3);
    }
    return [yield* task, asked, condition.locked()];
  });
}

async function cancelledWait(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    yield* condition.acquire();
    const task = getRunningLoop().createTask(condition.wait());
    yield* sleep(0);
    const free = condition.locked();
    task.cancel('why');
    const error = yield* thrown(function* () {
      yield* task;
    });
    // The wait ends with the lock held.
    const o = [free, error, condition.statistics()];
    condition.release();
    return o;
  });
}

/** The lock is held by another task when the wait is cancelled. */
async function cancelledContested(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    const o: unknown[] = [];
    yield* condition.acquire();
    const task = getRunningLoop().createTask(condition.wait());
    yield* sleep(0);
    yield* condition.acquire();
    condition.notify();
    task.cancel('first');
    yield* turns(2);
    o.push(task.done());
    task.cancel('second');
    yield* turns(2);
    o.push(task.done(), task.cancelling());
    condition.release();
    o.push(
      yield* thrown(function* () {
        yield* task;
      }),
      condition.locked(),
    );
    condition.release();
    return o;
  });
}

/** One was notified and is cancelled: another one is notified in its place. */
async function cancelAfterNotify(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    function* worker(): Coroutine<void> {
      using _ = yield* condition.acquire();
      yield* condition.wait();
    }
    const a = start(worker);
    const b = start(worker);
    yield* sleep(0);
    {
      using _ = yield* condition.acquire();
      condition.notify(1);
      a.cancel();
    }
    yield* b;
    return [a.cancelled(), b.done(), condition.statistics()];
  });
}

/** The same when it is cancelled while it takes the lock back. */
async function cancelledRelock(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    const caught: unknown[] = [];
    function* worker(): Coroutine<void> {
      using _ = yield* condition.acquire();
      try {
        yield* condition.wait();
      } catch (error) {
        caught.push(condition.locked(), error instanceof CancelledError);
        throw error;
      }
    }
    const a = start(worker);
    const b = start(worker);
    yield* sleep(0);
    yield* condition.acquire();
    condition.notify(1);
    yield* turns(2); // it is woken, and waits for the lock
    a.cancel('late');
    yield* turns(2);
    const waits = a.done();
    condition.release();
    yield* b;
    return [waits, a.cancelled(), caught, condition.statistics()];
  });
}

async function waitInTime(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const condition = new Condition();
    using _ = yield* condition.acquire();
    try {
      yield* waitFor(condition.wait(), 1);
    } catch (error) {
      return [(error as Error).name, condition.locked(), condition.statistics().tasksWaiting];
    }
    return 'no error';
  });
}

async function sharedLock(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const empty = new Condition(lock);
    const full = new Condition(lock);
    const o: unknown[] = [];
    const task = start(function* () {
      using _ = yield* empty.acquire();
      yield* empty.wait();
      o.push('woken');
      full.notify();
    });
    yield* sleep(0);
    {
      using _ = yield* full.acquire();
      o.push(lock.locked(), empty.locked());
      empty.notify();
      yield* full.wait();
      o.push('answered');
    }
    yield* task;
    return [o, lock.locked()];
  });
}

export const conditionCases: readonly Case[] = [
  {
    title: 'rule 64: after a timeout the lock is held again (ConditionTests.test_timeout_in_block)',
    body: waitInTime,
    expected: ['TimeoutError', true, 0],
  },
  {
    title:
      'rule 64: without the lock (test_locks.ConditionTests.test_wait_unacquired, test_wait_for_unacquired, test_notify_unacquired, test_notify_all_unacquired, test_repr)',
    body: unacquired,
    expected: [
      'RuntimeError: cannot wait on un-acquired lock',
      'RuntimeError: cannot wait on un-acquired lock',
      'RuntimeError: cannot notify on un-acquired lock',
      'RuntimeError: cannot notify on un-acquired lock',
      'TypeError: Condition takes a Lock, or nothing, got a plain object',
      '<Condition unlocked>',
    ],
  },
  {
    title:
      'rule 64: notify(n) (test_locks.ConditionTests.test_wait, test_notify, test_context_manager)',
    body: notifies,
    expected: [
      { locked: false, tasksWaiting: 3, tasksWaitingForLock: 0 },
      [1],
      [1, 2, 3],
      [true, true, true],
      { locked: false, tasksWaiting: 0, tasksWaitingForLock: 0 },
    ],
  },
  {
    title: 'rule 64: notifyAll, one after the other (test_locks.ConditionTests.test_notify_all)',
    body: notifiesAll,
    expected: ['notified', 'a1', 'b1', 'c1'],
  },
  {
    title:
      'rule 64: waitFor gives what its predicate gave (test_locks.ConditionTests.test_wait_for)',
    body: waitsForPredicate,
    expected: ['there', 3, false],
  },
  {
    title: 'rule 64: a cancelled wait holds the lock (test_locks.ConditionTests.test_wait_cancel)',
    body: cancelledWait,
    expected: [
      false,
      'CancelledError: why',
      { locked: true, tasksWaiting: 0, tasksWaitingForLock: 0 },
    ],
  },
  {
    title:
      'rule 64: the lock is taken back through repeated cancels, the last one is thrown (test_locks.ConditionTests.test_wait_cancel_contested, test_cancelled_error_re_aquire)',
    body: cancelledContested,
    expected: [false, false, 2, 'CancelledError: second', true],
  },
  {
    title:
      'rule 64: a notification is passed on by who is cancelled (test_locks.ConditionTests.test_wait_cancel_after_notify, test_cancelled_wakeup)',
    body: cancelAfterNotify,
    expected: [true, true, { locked: false, tasksWaiting: 0, tasksWaitingForLock: 0 }],
  },
  {
    title:
      'rule 64: also by who is cancelled while he takes the lock back (test_locks.ConditionTests.test_cancelled_wakeup_relock, test_cancelled_error_wakeup)',
    body: cancelledRelock,
    expected: [
      false,
      true,
      [true, true],
      { locked: false, tasksWaiting: 0, tasksWaitingForLock: 0 },
    ],
  },
  {
    title: 'rule 64: two conditions of one lock (test_locks.ConditionTests.test_explicit_lock)',
    body: sharedLock,
    expected: [[true, true, 'woken', 'answered'], false],
  },
];
