import {
  type Case,
  collectErrors,
  type Driver,
  runMain,
  thrownBy,
  thrownNowBy,
  tick,
} from './driver.ts';
import { FakeConcurrentFuture, FakeExecutor } from './fake-executor.ts';
import {
  createTask,
  type Coroutine,
  ensureFuture,
  type EventLoop,
  Future,
  getRunningLoop,
  isFuture,
  sleep,
  wrapFuture,
} from './library.ts';

/* Rules 21 to 35: executors, wrapped futures, futures. */

function* submitsAtOnce(loop: EventLoop, executor: FakeExecutor): Generator {
  const o: string[] = [];
  const future = loop.runInExecutor(
    executor,
    (a: string, b: number) => o.push(`${a}${b}`),
    'ran ',
    1,
  );
  yield executor.jobs.length;
  executor.work();
  yield o[0];
  yield future.done();
}

/** Rule 21. */
async function submittedBeforeTheLoopRuns(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const executor = new FakeExecutor();
  const o = [...submitsAtOnce(loop, executor)];
  executor.shutdown();
  o.push(thrownNowBy(() => loop.runInExecutor(executor, () => 1)));
  await tick(loop);
  loop.close();
  return o;
}

/** Rule 22. */
async function defaultExecutor(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [thrownNowBy(() => loop.setDefaultExecutor({} as never)).split(' ')[0]];
  const executor = new FakeExecutor();
  loop.setDefaultExecutor(executor);
  const future = loop.runInExecutor(null, (n: number) => n * 2, 21);
  executor.work();
  o.push(await loop.runUntilComplete(future));
  loop.close();
  o.push(executor.shutdowns);
  return o;
}

/** Rule 23. */
async function resultComesOneIterationLater(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const source = new FakeConcurrentFuture<string>();
    const future = wrapFuture(source);
    const o: unknown[] = [];
    source.complete('finished', 'value');
    o.push(future.done());
    yield* sleep(0);
    o.push(future.done(), future.result());
    const failing = new FakeConcurrentFuture<string>();
    const failed = wrapFuture(failing);
    const error = new TypeError('the same object');
    failing.complete('failed', error);
    yield* sleep(0);
    o.push(failed.exception() === error);
    o.push(wrapFuture(future) === future);
    return o;
  });
}

/** Rule 23. */
function resultAfterCloseIsDropped(driver: Driver): unknown {
  const loop = driver.newLoop();
  const source = new FakeConcurrentFuture<string>();
  const future = wrapFuture(source, { loop });
  loop.close();
  source.complete('finished', 'value');
  return future.done();
}

/** Rules 24, 25. */
async function sourceIsCancelledOneIterationLater(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const source = new FakeConcurrentFuture<string>();
    const future = wrapFuture(source);
    const o: unknown[] = [future.cancel('why'), source.cancelled(), future.cancel()];
    yield* sleep(0);
    o.push(
      source.cancelled(),
      thrownNowBy(() => future.result()),
    );
    return o;
  });
}

/** Rule 26. */
async function cancelledSource(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const source = new FakeConcurrentFuture<string>();
    const future = wrapFuture(source);
    source.cancel();
    yield* sleep(0);
    return [future.cancelled(), thrownNowBy(() => future.result())];
  });
}

/** Rule 29. */
async function shutdownOfTheDefaultExecutor(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const executor = new FakeExecutor();
    loop.setDefaultExecutor(executor);
    const future = loop.runInExecutor(null, () => 'done');
    const shutdown = loop.shutdownDefaultExecutor();
    const refused = thrownNowBy(() => loop.runInExecutor(null, () => 1));
    yield* shutdown;
    return [refused, yield* future];
  });
}

/** Rule 29, with an executor whose threads never end. */
async function lateShutdown(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const executor = new FakeExecutor();
  let ended: (() => void) | undefined;
  loop.setDefaultExecutor(
    Object.assign(executor, { whenEnded: (tell: () => void) => (ended = tell) }),
  );
  const o: unknown[] = [];
  await loop.runUntilComplete(function* () {
    const shutdown = loop.shutdownDefaultExecutor(1);
    yield* sleep(0);
    o.push(shutdown.done());
    yield* shutdown;
  });
  ended?.(); // too late, and of no consequence
  o.push(
    executor.shutdowns,
    errors.map(({ message }) => message.split(';')[0]),
  );
  await loop.runUntilComplete(function* () {
    loop.setDefaultExecutor(
      Object.assign(new FakeExecutor(), { whenEnded: (tell: () => void) => tell() }),
    );
    yield* loop.shutdownDefaultExecutor(1000);
  });
  o.push(
    errors.length,
    thrownNowBy(() => loop.shutdownDefaultExecutor(NaN)),
  );
  loop.close();
  return o;
}

/** create_task and isfuture. */
async function topLevel(driver: Driver): Promise<unknown> {
  const outside = thrownNowBy(() => createTask(function* () {}));
  return runMain(driver, function* () {
    const task = createTask(
      function* () {
        return yield* sleep(0, 'value');
      },
      { name: 'named' },
    );
    const loop = getRunningLoop();
    const answers = [task, loop.createFuture(), sleep(0), null].map((each) => isFuture(each));
    return [outside, task.getName(), answers, yield* task];
  });
}

/** Rule 30. */
async function removedCallbacks(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  const future = loop.createFuture<number>();
  const a = (): unknown => o.push('a');
  const b = (): unknown => o.push('b');
  for (const callback of [a, b, a]) future.addDoneCallback(callback);
  o.push(future.removeDoneCallback(a), future.removeDoneCallback(a));
  const single = loop.createFuture<number>();
  single.addDoneCallback(a);
  o.push(single.removeDoneCallback(b), single.removeDoneCallback(a));
  future.setResult(1);
  single.setResult(1);
  o.push(future.removeDoneCallback(b));
  await tick(loop);
  loop.close();
  return o;
}

/** Rule 30. */
async function callbackGetsTheFuture(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const future = loop.createFuture<number>();
  const o: boolean[] = [];
  future.addDoneCallback(() => {
    throw new Error('does not keep the next one from running');
  });
  future.addDoneCallback((f) => o.push(f === future));
  future.setResult(1);
  await tick(loop);
  loop.close();
  return [o, errors.length];
}

/** Rules 31, 32. */
function statesOfAFuture(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  const o: unknown[] = [
    thrownNowBy(() => future.result()),
    thrownNowBy(() => future.exception()),
    future.cancel('why'),
    future.cancel('again'),
    future.done(),
    future.cancelled(),
    thrownNowBy(() => future.result()),
    thrownNowBy(() => future.exception()),
    thrownNowBy(() => future.setResult(1)).split(':')[0],
    thrownNowBy(() => future.setException(new Error())).split(':')[0],
  ];
  const failed = loop.createFuture<number>();
  failed.setException(new TypeError('x'));
  o.push(
    thrownNowBy(() => failed.result()),
    (failed.exception() as Error).message,
    failed.cancelled(),
  );
  const finished = loop.createFuture<number>();
  finished.setResult(5);
  o.push(finished.exception(), finished.getLoop() === loop);
  loop.close();
  return o;
}

/** Rule 33. */
async function resumedTooEarly(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const waiting = new Future<number>();
    const iterator = waiting[Symbol.iterator]();
    iterator.next();
    return thrownNowBy(() => iterator.next()).split(' ')[0];
  });
}

/** Rule 34. */
async function unseenFailures(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const failing = (message: string): Future<number> => {
    const future = loop.createFuture<number>();
    future.setException(new TypeError(message));
    return future;
  };
  failing('nobody looks');
  failing('exception()').exception();
  thrownNowBy(() => failing('result()').result());
  failing('cancel()').cancel();
  await thrownBy(() => loop.runUntilComplete(failing('waited for')));
  loop.createTask(function* (): Coroutine<void> {
    throw new RangeError('of a task');
  });
  await tick(loop);
  loop.close();
  loop.close();
  return errors.map((context) => [context.message, (context.exception as Error).message]);
}

/** Rule 35. */
function errorClassIsInstantiated(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  future.setException(RangeError);
  const error = future.exception();
  loop.close();
  return error instanceof RangeError;
}

/** `await` on futures outside of any task. */
async function nativeAwait(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  const done = loop.createFuture<string>();
  done.setResult('done');
  o.push(await done);
  const failed = loop.createFuture<string>();
  failed.setException(new TypeError('failed'));
  o.push(await thrownBy(() => failed));
  const pending = loop.createFuture<string>();
  const waiter = (async () => o.push(await pending))();
  const cancelled = loop.createFuture<string>();
  const other = (async () => o.push(await thrownBy(() => cancelled)))();
  pending.setResult('pending');
  cancelled.cancel('why');
  await tick(loop);
  await waiter;
  await other;
  loop.close();
  return o;
}

/** ensureFuture. */
async function whatEnsureFutureTakes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<number>();
    future.setResult(1);
    return [
      ensureFuture(future) === future,
      yield* ensureFuture(sleep(0, 2)),
      yield* ensureFuture(function* () {
        return 3;
      }),
      yield* ensureFuture(() => future),
      thrownNowBy(() => ensureFuture('text' as never)).split(':')[0],
    ];
  });
}

export const futureCases: readonly Case[] = [
  {
    title: 'rule 21: runInExecutor submits at once and can throw at once (test_run_in_executor)',
    body: submittedBeforeTheLoopRuns,
    expected: [1, 'ran 1', false, 'RuntimeError: cannot schedule new futures after shutdown'],
  },
  {
    title:
      'rules 14, 22: the default executor; close() does not wait for it (test_set_default_executor, test_set_default_executor_error)',
    body: defaultExecutor,
    expected: ['TypeError:', 42, [{ wait: false }]],
  },
  {
    title:
      'rules 23, 26, 27: a result is taken over in the next iteration; errors are the same object (BaseFutureTests.test_wrap_future, test_copy_state)',
    body: resultComesOneIterationLater,
    expected: [false, true, 'value', true, true],
  },
  {
    title: 'rule 23: a result for a closed loop is dropped (test_run_in_executor_cancel)',
    body: resultAfterCloseIsDropped,
    expected: false,
  },
  {
    title:
      'rules 24, 25: cancelling reaches the source one iteration later (test_wrap_future_cancel)',
    body: sourceIsCancelledOneIterationLater,
    expected: [true, false, false, true, 'CancelledError: why'],
  },
  {
    title: 'rule 26: a cancelled source cancels (test_wrap_future_cancel2)',
    body: cancelledSource,
    expected: [true, 'CancelledError'],
  },
  {
    title:
      'rule 29: shutdownDefaultExecutor does not wait longer than it is told (test_shutdown_default_executor_timeout)',
    body: lateShutdown,
    expected: [
      false,
      [{ wait: false }],
      ['The executor did not finish joining its threads within 1 ms'],
      1,
      'ValueError: shutdownDefaultExecutor() takes milliseconds ≥ 0, or null, got NaN',
    ],
  },
  {
    title:
      'createTask takes the running loop; isFuture tells futures (test_create_task_with_noncoroutine, test_isfuture)',
    body: topLevel,
    expected: ['RuntimeError: no running event loop', 'named', [true, true, false, false], 'value'],
  },
  {
    title: 'rule 29: shutdownDefaultExecutor refuses at once and waits',
    body: shutdownOfTheDefaultExecutor,
    expected: ['RuntimeError: Executor shutdown has been called', 'done'],
  },
  {
    title: 'rule 30: removeDoneCallback (test_remove_done_callback)',
    body: removedCallbacks,
    expected: [2, 0, 0, 1, 0, 'b'],
  },
  {
    title: 'rule 30: each callback is on its own',
    body: callbackGetsTheFuture,
    expected: [[true], 1],
  },
  {
    title: 'rules 31, 32: states (BaseFutureTests.test_cancel, test_result, test_exception)',
    body: statesOfAFuture,
    expected: [
      'InvalidStateError: Result is not ready',
      'InvalidStateError: Exception is not set',
      true,
      false,
      true,
      true,
      'CancelledError: why',
      'CancelledError: why',
      'InvalidStateError',
      'InvalidStateError',
      'TypeError: x',
      'x',
      false,
      null,
      true,
    ],
  },
  {
    title: 'rule 33: a wait resumed before its future is done',
    body: resumedTooEarly,
    expected: 'RuntimeError:',
  },
  {
    title:
      'rule 34: failures at which nobody looked are reported once (test_default_exc_handler_coro)',
    body: unseenFailures,
    expected: [
      ['Future exception was never retrieved', 'nobody looks'],
      ['Task exception was never retrieved', 'of a task'],
    ],
  },
  {
    title: 'rule 35: setException takes an error class (test_exception_class)',
    body: errorClassIsInstantiated,
    expected: true,
  },
  {
    title: 'rule 33: await works on futures',
    body: nativeAwait,
    expected: ['done', 'TypeError: failed', 'pending', 'CancelledError: why'],
  },
  {
    title:
      'ensureFuture: futures pass through, the rest becomes a task (test_ensure_future_coroutine, _future, _task, _awaitable, _task_awaitable, _neither, _error_msg)',
    body: whatEnsureFutureTakes,
    expected: [true, 2, 3, 1, 'TypeError'],
  },
];
