import { type Case, type Driver, runMain, show, shown, thrownBy, tick } from './driver.ts';
import {
  CancelledError,
  type Coroutine,
  currentTask,
  type Future,
  gather,
  getRunningLoop,
  sleep,
  SystemExit,
  type Task,
  TimeoutError,
} from './library.ts';

/* Rules 43 to 51: cancellation, test by test as in BaseTaskTests of test_tasks.py. */

/** Rule 43. */
async function cancelled(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(sleep(10_000));
  loop.callSoon(() => task.cancel());
  const error = await thrownBy(() => loop.runUntilComplete(task));
  loop.close();
  return [error, task.done(), task.cancelled(), task.cancel()];
}

/** Rule 43. */
async function countedRequests(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(sleep(10_000));
  const o: unknown[] = [task.cancelling(), task.cancel(), task.cancelling()];
  o.push(task.cancel(), task.cancelling());
  o.push(await thrownBy(() => loop.runUntilComplete(task)));
  loop.close();
  return o;
}

/** Rule 49. */
async function requestsTakenBack(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  const task = loop.createTask(function* () {
    try {
      yield* sleep(10_000);
    } catch {
      o.push('cancelled');
      currentTask()?.uncancel();
      yield* sleep(0);
    }
    return 'went on';
  });
  await tick(loop);
  task.cancel();
  o.push(task.cancelling());
  o.push(await loop.runUntilComplete(task), task.cancelling(), task.cancelled());
  loop.close();
  return o;
}

/** Rule 50. */
async function aTimeoutByHand(driver: Driver): Promise<unknown> {
  function* request(sleepMs: number, timeoutMs: number): Coroutine<unknown> {
    const task = currentTask() as Task<unknown>;
    let [timedOut, finished] = [false, false];
    const timer = getRunningLoop().callLater(timeoutMs, () => {
      timedOut = true;
      task.cancel();
    });
    try {
      try {
        yield* sleep(sleepMs);
        finished = true;
      } catch (error) {
        if (!timedOut || task.uncancel() > 0) throw error;
        throw new TimeoutError();
      } finally {
        timer.cancel();
      }
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    yield* sleep(0);
    return [timedOut, finished, task.cancelling()];
  }
  return runMain(driver, function* () {
    return [yield* request(10_000, 1), yield* request(0, 10_000)];
  });
}

/** Rules 45 and 51: what the future has does not reach the coroutine. */
async function messageWinsOverTheFuture(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    for (const settle of [
      (future: Future<number>) => future.setResult(1),
      (future: Future<number>) => future.setException(new TypeError('lost')),
    ]) {
      for (const message of ['why', '', undefined]) {
        const future = getRunningLoop().createFuture<number>();
        const task = getRunningLoop().createTask(function* () {
          yield* sleep(0);
          settle(future);
          yield* future;
        });
        const waiter = getRunningLoop().createTask(function* () {
          yield* future;
        });
        yield* sleep(0);
        yield* sleep(0);
        waiter.cancel(message);
        o.push(yield* shown(() => waiter));
        yield* gather(task, { returnExceptions: true });
      }
    }
    return o;
  });
}

/** Rule 51. */
async function messageComesToWhoWaits(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    const loop = getRunningLoop();
    for (const begun of [false, true]) {
      const inner = loop.createTask(sleep(10_000));
      const outer = loop.createTask(function* () {
        yield* inner;
      });
      if (begun) for (let i = 0; i < 2; i++) yield* sleep(0);
      inner.cancel('my message');
      o.push(show((yield* gather(outer, { returnExceptions: true }))[0]));
    }
    return o;
  });
}

/** A bare `yield` is a place to be cancelled at. */
async function atABareYield(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const task = loop.createTask(function* () {
    yield;
    yield;
    o.push('not reached');
    return 12;
  });
  await tick(loop);
  task.cancel();
  o.push(await thrownBy(() => loop.runUntilComplete(task)));
  loop.close();
  return [o, task.cancelled(), task.cancel()];
}

async function theFutureItWaitsFor(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<void>();
  const task = loop.createTask(function* () {
    yield* future;
    return 12;
  });
  await tick(loop);
  future.cancel('of the future');
  const error = await thrownBy(() => loop.runUntilComplete(task));
  loop.close();
  return [error, future.cancelled(), task.cancelled(), task.cancelling()];
}

async function bothAtOnce(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<void>();
  const task = loop.createTask(function* () {
    yield* future;
  });
  await tick(loop);
  const o: unknown[] = [task.getWaiter() === future, future.cancel(), task.cancel()];
  o.push(await thrownBy(() => loop.runUntilComplete(task)));
  loop.close();
  return [...o, future.cancelled(), task.cancelled(), task.getWaiter()];
}

async function whoWaitsIsForgotten(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<void>();
  const task = loop.createTask(function* () {
    yield* future;
  });
  await tick(loop);
  const before = task.getWaiter() === future;
  task.cancel();
  await tick(loop);
  loop.close();
  return [before, task.getWaiter(), future.cancelled(), task.cancelled()];
}

/** The cancellation is caught; the task goes on, and ends as it likes. */
async function caught(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const [first, second] = [loop.createFuture<number>(), loop.createFuture<number>()];
  const task = loop.createTask(function* () {
    yield* first;
    try {
      yield* second;
    } catch (error) {
      if (error instanceof CancelledError) return 42;
    }
    return 0;
  });
  await tick(loop);
  first.setResult(1);
  await tick(loop);
  const o: unknown[] = [task.getWaiter() === second, task.cancel()];
  o.push(await loop.runUntilComplete(task));
  loop.close();
  return [...o, first.cancelled(), second.cancelled(), task.cancelled()];
}

async function ignored(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const futures = [1, 2, 3].map(() => loop.createFuture<number>());
  const [first, second, third] = futures as [Future<number>, Future<number>, Future<number>];
  const task = loop.createTask(function* () {
    yield* first;
    try {
      yield* second;
    } catch {}
    return yield* third;
  });
  await tick(loop);
  first.setResult(1);
  await tick(loop);
  task.cancel();
  await tick(loop);
  const o: unknown[] = [task.done(), task.getWaiter() === third, third.cancelled()];
  third.setResult(42);
  o.push(await loop.runUntilComplete(task));
  loop.close();
  return [...o, task.cancelled()];
}

/** Rule 46. */
async function byItself(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(function* () {
    currentTask()?.cancel();
    yield* sleep(10_000);
    return 12;
  });
  const ending = loop.createTask(function* () {
    currentTask()?.cancel();
    return 12;
  });
  const o = [
    await thrownBy(() => loop.runUntilComplete(task)),
    await thrownBy(() => loop.runUntilComplete(ending)),
  ];
  loop.close();
  return [o, task.cancelled(), task.cancel(), ending.cancelled(), ending.cancel()];
}

/** Rule 39. */
async function byItselfBeforeItWaitsForATask(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<void>();
  let nested: Task<void> | undefined;
  const task = loop.createTask(function* () {
    nested = loop.createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    currentTask()?.cancel();
    yield* nested;
  });
  const error = await thrownBy(() => loop.runUntilComplete(task));
  loop.close();
  return [error, task.cancelled(), nested?.cancelled(), future.cancelled()];
}

/** The cancellation goes down to the future; who asked for the task is cancelled as well. */
async function throughATask(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const [inner, outer] = [loop.createFuture<void>(), loop.createFuture<void>()];
  let proof = 0;
  const awaiter = loop.createTask(function* () {
    try {
      yield* inner;
    } catch (error) {
      proof += 1;
      throw error;
    }
  });
  const other = loop.createTask(function* () {
    yield* gather(awaiter, outer);
    proof += 100;
  });
  await tick(loop);
  await tick(loop);
  inner.cancel();
  const error = await thrownBy(() => loop.runUntilComplete(other));
  loop.close();
  return [error, proof, awaiter.cancelled(), outer.cancelled()];
}

/** Rule 12. */
async function stoppedInTheMiddle(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  let x = 0;
  const task = loop.createTask(function* () {
    while (x < 10) {
      yield* sleep(1);
      if (++x === 2) loop.stop();
    }
  });
  const o: unknown[] = [await thrownBy(() => loop.runUntilComplete(task)), task.done(), x];
  task.cancel();
  o.push(await thrownBy(() => loop.runUntilComplete(task)));
  loop.close();
  return o;
}

async function sleeps(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  const direct = loop.createTask(sleep(10_000, 'never'));
  const inside = loop.createTask(function* () {
    yield* sleep(10_000);
  });
  await tick(loop);
  direct.cancel();
  inside.cancel();
  await tick(loop);
  o.push(direct.cancelled(), inside.cancelled());
  // The timers are gone: the loop has nothing to wait for.
  loop.callLater(1, () => loop.stop());
  await loop.runForever();
  loop.close();
  return o;
}

/** Rules 6 and 38. */
async function exitWhileCancelled(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const exit = new SystemExit();
  const task = loop.createTask(function* () {
    try {
      yield* sleep(10_000);
    } catch {
      throw exit;
    }
  });
  await tick(loop);
  task.cancel();
  const o: unknown[] = [task.done(), (await thrownBy(() => tick(loop))).split(':')[0]];
  o.push(task.done(), task.cancelled(), task.exception() === exit);
  loop.close();
  return o;
}

const isCancelled = 'CancelledError';

export const cancelCases: readonly Case[] = [
  {
    title: 'rule 43: a cancelled task (BaseTaskTests.test_cancel)',
    body: cancelled,
    expected: [isCancelled, true, true, false],
  },
  {
    title: 'rule 43: each request counts (BaseTaskTests.test_cancelling)',
    body: countedRequests,
    expected: [0, true, 1, true, 2, isCancelled],
  },
  {
    title: 'rule 49: a request that was handled is taken back (test_uncancel_basic)',
    body: requestsTakenBack,
    expected: [1, 'cancelled', 'went on', 0, false],
  },
  {
    title: 'rule 50: a timeout by hand (test_uncancel_structured_blocks)',
    body: aTimeoutByHand,
    expected: [
      [true, false, 0],
      [false, true, 0],
    ],
  },
  {
    title:
      'rules 45, 51: the cancellation wins over the future, with its message (test_cancel_with_message_then_future_result, test_cancel_with_message_then_future_exception)',
    body: messageWinsOverTheFuture,
    expected: [
      'CancelledError: why',
      isCancelled,
      isCancelled,
      'CancelledError: why',
      isCancelled,
      isCancelled,
    ],
  },
  {
    title:
      'rule 51: the message comes to who waits (test_cancel_with_message_before_starting_task, test_cancellation_exception_context)',
    body: messageComesToWhoWaits,
    expected: ['CancelledError: my message', 'CancelledError: my message'],
  },
  {
    title: 'rule 43: cancelled at a bare yield (test_cancel_yield)',
    body: atABareYield,
    expected: [[isCancelled], true, false],
  },
  {
    title: 'rule 38: who waits for a cancelled future is cancelled (test_cancel_inner_future)',
    body: theFutureItWaitsFor,
    expected: ['CancelledError: of the future', true, true, 0],
  },
  {
    title: 'rule 43: the future and the task at once (test_cancel_both_task_and_inner_future)',
    body: bothAtOnce,
    expected: [true, true, true, isCancelled, true, true, null],
  },
  {
    title: 'rule 43: a cancelled task waits for nothing (test_task_cancel_waiter_future)',
    body: whoWaitsIsForgotten,
    expected: [true, null, true, true],
  },
  {
    title: 'rule 47: a cancellation that is caught (test_cancel_task_catching)',
    body: caught,
    expected: [true, true, 42, false, true, false],
  },
  {
    title: 'rule 47: a cancellation that is ignored (test_cancel_task_ignoring)',
    body: ignored,
    expected: [false, true, false, 42, false],
  },
  {
    title: 'rules 38, 46: cancelled by itself (test_cancel_current_task, test_cancel_at_end)',
    body: byItself,
    expected: [[isCancelled, isCancelled], true, false, true, false],
  },
  {
    title:
      'rule 39: cancelled by itself, then waiting for a task: that is cancelled, too (test_cancel_awaited_task)',
    body: byItselfBeforeItWaitsForATask,
    expected: [isCancelled, true, true, true],
  },
  {
    title:
      'rule 51: the cancellation of a future comes up through a task (test_yield_future_passes_cancel)',
    body: throughATask,
    expected: [isCancelled, 1, true, false],
  },
  {
    title:
      'rule 12: a run is stopped, the task cancelled in the next (test_stop_while_run_in_complete)',
    body: stoppedInTheMiddle,
    expected: ['RuntimeError: Event loop stopped before Future completed', false, 2, isCancelled],
  },
  {
    title: 'rule 43: sleeps are cancelled (test_sleep_cancel, test_task_cancel_sleeping_task)',
    body: sleeps,
    expected: [true, true],
  },
  {
    title: 'rules 6, 38: an exit while it is cancelled (test_baseexception_during_cancel)',
    body: exitWhileCancelled,
    expected: [false, 'SystemExit', true, false, true],
  },
];
