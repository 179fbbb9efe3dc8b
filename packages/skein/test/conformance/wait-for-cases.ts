import { type Case, type Driver, nameOf, runMain } from './driver.ts';
import { type Coroutine, gather, getRunningLoop, shield, sleep, wait, waitFor } from './library.ts';

/* Rule 54, test by test as in test_waitfor.py. */

/** Refuses to be cancelled until its time is over. */
function* stubborn(o: string[], timeMs: number): Coroutine<string> {
  const end = getRunningLoop().time() + timeMs;
  for (;;) {
    const left = end - getRunningLoop().time();
    if (left <= 0) break;
    try {
      yield* sleep(left);
    } catch {
      o.push('refused');
    }
  }
  o.push('exited');
  return 'its value';
}

async function aStubbornTask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    const waiting = getRunningLoop().createTask(waitFor(stubborn(o, 4), 10_000));
    yield* sleep(0);
    waiting.cancel();
    yield* wait([waiting]);
    const late = yield* waitFor(stubborn(o, 4), 1);
    return [waiting.result(), late, o];
  });
}

async function withoutTime(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [0, -1]) {
      const started = getRunningLoop().createFuture<void>();
      let running = false;
      const task = getRunningLoop().createTask(function* () {
        running = true;
        started.setResult();
        try {
          yield* sleep(10_000);
        } finally {
          running = false;
        }
      });
      yield* started;
      o.push(yield* nameOf(() => waitFor(task, timeoutMs)));
      o.push(task.done(), task.cancelled(), running);
    }
    return o;
  });
}

async function withAndWithoutTime(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [null, 10_000, 1]) {
      const task = getRunningLoop().createTask(sleep(timeoutMs === 1 ? 10_000 : 0, 'done'));
      o.push(yield* nameOf(() => waitFor(task, timeoutMs)), task.cancelled());
    }
    return o;
  });
}

/** The cleanup is over when the error comes, however short the time was. */
async function cleanups(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [1, 0]) {
      const task = getRunningLoop().createTask(function* () {
        try {
          yield* sleep(10_000);
        } finally {
          yield* sleep(2);
          o.push('cleaned up');
        }
      });
      yield* sleep(0);
      o.push(yield* nameOf(() => waitFor(task, timeoutMs)), task.done());
    }
    return o;
  });
}

async function suppressed(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    return yield* waitFor(function* () {
      try {
        yield* sleep(10_000);
      } catch {
        return 42;
      }
      return 0;
    }, 1);
  });
}

/** What is waited for is done, the cancellation comes before the waiter runs. */
async function doneAndCancelled(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const inner = getRunningLoop().createTask(sleep(0, 'done'));
    let reached = false;
    const task = getRunningLoop().createTask(function* () {
      yield* waitFor(inner, 10_000);
      yield* sleep(1);
      reached = true;
    });
    yield* sleep(0);
    yield* sleep(0);
    const isDone = inner.done();
    task.cancel();
    return [isDone, yield* nameOf(() => task), yield* inner, reached];
  });
}

async function shields(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [0, 1, null]) {
      const task = getRunningLoop().createTask(sleep(4, 'done'));
      const outer = shield(task);
      o.push(yield* nameOf(() => waitFor(outer, timeoutMs)));
      o.push(task.done(), task.cancelled(), outer.cancelled(), yield* task);
    }
    return o;
  });
}

async function cancelledFromOutside(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const timeoutMs of [null, 60_000]) {
      const task = getRunningLoop().createTask(sleep(10_000));
      const waiting = getRunningLoop().createTask(waitFor(task, timeoutMs));
      getRunningLoop().callSoon(() => waiting.cancel());
      yield* gather(waiting, { returnExceptions: true });
      o.push(waiting.cancelled(), task.cancelled());
    }
    return o;
  });
}

const timeout = 'TimeoutError';

export const waitForCases: readonly Case[] = [
  {
    title:
      'rule 54: what refuses to be cancelled is waited for, and its value counts (test_asyncio_wait_for_cancelled, test_asyncio_wait_for_timeout)',
    body: aStubbornTask,
    expected: ['its value', 'its value', ['refused', 'exited', 'refused', 'exited']],
  },
  {
    title:
      'rule 54: without time a task is cancelled, and it is over (test_wait_for_timeout_less_then_0_or_0)',
    body: withoutTime,
    expected: [timeout, true, true, false, timeout, true, true, false],
  },
  {
    title: 'rule 54: with time, without limit, with too little (AsyncioWaitForTest.test_wait_for)',
    body: withAndWithoutTime,
    expected: ['done', false, 'done', false, timeout, true],
  },
  {
    title:
      'rule 54: the cleanup comes first (test_wait_for_waits_for_task_cancellation, _w_timeout_0)',
    body: cleanups,
    expected: ['cleaned up', timeout, true, 'cleaned up', timeout, true],
  },
  {
    title: 'rule 54: a swallowed cancellation (test_wait_for_cancel_suppressed)',
    body: suppressed,
    expected: 42,
  },
  {
    title: 'rule 54: cancelled when its value is there (test_wait_for_issue86296)',
    body: doneAndCancelled,
    expected: [true, 'CancelledError', 'done', false],
  },
  {
    title:
      'rules 54, 55: a shield keeps what it waits for (test_zero_timeout, test_shielded_timeout, test_none_timeout)',
    body: shields,
    expected: [
      timeout,
      false,
      false,
      true,
      'done',
      timeout,
      false,
      false,
      true,
      'done',
      'done',
      true,
      false,
      false,
      'done',
    ],
  },
  {
    title: 'rule 54: cancelled from outside (test_cancel_blocking_wait_for, test_cancel_wait_for)',
    body: cancelledFromOutside,
    expected: [true, true, true, true],
  },
];
