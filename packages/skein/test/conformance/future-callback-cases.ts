import {
  type Case,
  collectErrors,
  type Driver,
  runMain,
  show,
  thrownNowBy,
  tick,
} from './driver.ts';
import {
  ensureFuture,
  type EventLoop,
  Future,
  getRunningLoop,
  sleep,
  wrapFuture,
} from './library.ts';

/* Rules 30 to 34, test by test as in test_futures.py: callbacks, states, failures nobody looked at. */

/** Adds three callbacks, removes some of them, and tells which run. */
function removed(...which: number[]) {
  return async (driver: Driver): Promise<unknown> => {
    const loop = driver.newLoop();
    const future = loop.createFuture<string>();
    const bag: number[] = [];
    const callbacks = [42, 17, 100].map((thing) => () => bag.push(thing));
    for (const callback of callbacks) future.addDoneCallback(callback);
    const counts = which.map((nth) => future.removeDoneCallback(callbacks[nth] as () => number));
    future.setResult('foo');
    const before = [...bag];
    await tick(loop);
    loop.close();
    return [counts, before, bag];
  };
}

async function ofAFailure(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<string>();
  const bag: number[] = [];
  future.addDoneCallback(() => bag.push(100));
  const error = new TypeError('x');
  future.setException(error);
  await tick(loop);
  const same = future.exception() === error;
  loop.close();
  return [bag, same];
}

/** Those that are on their way run, whatever is removed meanwhile. */
async function removedByACallback(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  const o: string[] = [];
  const other = (): unknown => o.push('other');
  future.addDoneCallback((done) => o.push(`removed ${done.removeDoneCallback(other)}`));
  future.addDoneCallback(other);
  future.addDoneCallback(other);
  future.setResult(1);
  await tick(loop);
  loop.close();
  return o;
}

async function addedByACallback(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  const o: string[] = [];
  future.addDoneCallback(() => {
    o.push('first');
    future.addDoneCallback(() => o.push('added'));
  });
  future.addDoneCallback(() => o.push('second'));
  future.setResult(1);
  await tick(loop);
  const after = [...o];
  await tick(loop);
  loop.close();
  return [after, o];
}

function states(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  const o: unknown[] = [future.done(), future.cancelled(), future.toString()];
  future.cancel();
  o.push(future.done(), future.cancelled(), future.toString());
  loop.close();
  return o;
}

/** A future belongs to the loop that runs, or to the one that is given. */
async function loops(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const inside = await loop.runUntilComplete(function* () {
    yield* sleep(0);
    return new Future<number>().getLoop() === loop;
  });
  const o = [thrownNowBy(() => new Future()).split(':')[0], inside];
  o.push(new Future<number>(loop).getLoop() === loop);
  loop.close();
  return o;
}

/** The iterator gives the future once, while that is pending. */
function iterated(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  function* twice(): Generator<unknown, void> {
    yield 'A';
    const x = yield* future;
    yield ['B', x];
    const y = yield* future;
    yield ['C', y];
  }
  const iterator = twice();
  const o: unknown[] = [iterator.next().value, iterator.next().value === future];
  future.setResult(42);
  o.push(iterator.next().value, iterator.next().value, iterator.next().done);
  loop.close();
  return o;
}

function thrownIntoTheIterator(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  function* waiting(): Generator<unknown, unknown> {
    return yield* future;
  }
  const iterator = waiting();
  iterator.next();
  const error = thrownNowBy(() => iterator.throw(new RangeError('zebra')));
  loop.close();
  return [error, future.done()];
}

function resultsAnyValue(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<unknown>();
  const value = { done: true, value: 1 };
  future.setResult(value);
  const step = future[Symbol.iterator]().next();
  loop.close();
  return [step.done, step.value === value];
}

/** What is reported of a future that failed, when the loop is closed. */
async function reported(driver: Driver, look: (loop: EventLoop) => unknown): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  look(loop);
  await tick(loop);
  await tick(loop);
  loop.close();
  return errors.map(({ message, exception }) => [message, show(exception)]);
}

function failed(loop: EventLoop): Future<number> {
  const future = loop.createFuture<number>();
  future.setException(new RangeError('unseen'));
  return future;
}

const lookingAt: [string, (loop: EventLoop) => unknown][] = [
  ['abandoned', (loop) => loop.createFuture()],
  ['a result, unseen', (loop) => loop.createFuture<number>().setResult(1)],
  [
    'a result, seen',
    (loop) => {
      const future = loop.createFuture<number>();
      future.setResult(1);
      return future.result();
    },
  ],
  ['a failure, unseen', (loop) => failed(loop)],
  ['a failure, exception()', (loop) => failed(loop).exception()],
  ['a failure, result()', (loop) => thrownNowBy(() => failed(loop).result())],
  ['a failure, cancel() afterwards', (loop) => failed(loop).cancel()],
  ['cancelled', (loop) => loop.createFuture().cancel()],
  [
    'a task that was cancelled before it failed',
    (loop) => {
      const task = loop.createTask(function* () {
        throw new RangeError('not reached');
      });
      task.cancel();
    },
  ],
];

async function failuresNobodyLookedAt(driver: Driver): Promise<unknown> {
  const o: Record<string, unknown> = {};
  for (const [name, look] of lookingAt) o[name] = await reported(driver, look);
  return o;
}

async function wrapped(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<number>();
    yield* sleep(0);
    return [wrapFuture(future) === future, ensureFuture(future) === future];
  });
}

export const futureCallbackCases: readonly Case[] = [
  {
    title: 'rule 30: all callbacks run, in order (test_callbacks_invoked_on_set_result)',
    body: removed(),
    expected: [[], [], [42, 17, 100]],
  },
  {
    title: 'rule 30: the first is removed (test_callbacks_remove_first_callback)',
    body: removed(0, 0),
    expected: [[1, 0], [], [17, 100]],
  },
  {
    title: 'rule 30: two are removed (test_callbacks_remove_first_and_second_callback)',
    body: removed(0, 1, 0),
    expected: [[1, 1, 0], [], [100]],
  },
  {
    title: 'rule 30: the last is removed (test_callbacks_remove_third_callback)',
    body: removed(2, 2),
    expected: [[1, 0], [], [42, 17]],
  },
  {
    title: 'rule 30: failures call, too (test_callbacks_invoked_on_set_exception)',
    body: ofAFailure,
    expected: [[100], true],
  },
  {
    title:
      'rule 30: removed while they are on their way they run (test_schedule_callbacks_list_mutation_1)',
    body: removedByACallback,
    expected: ['removed 0', 'other', 'other'],
  },
  {
    title: 'rule 30: what a callback adds runs in the next iteration',
    body: addedByACallback,
    expected: [
      ['first', 'second'],
      ['first', 'second', 'added'],
    ],
  },
  {
    title:
      'rule 31: states and what they look like (test_initial_state, BaseFutureTests.test_cancel, test_future_repr)',
    body: states,
    expected: [false, false, '<Future pending>', true, true, '<Future cancelled>'],
  },
  {
    title:
      'a future belongs to a loop (BaseFutureTests.test_constructor_without_loop, test_constructor_use_running_loop, test_constructor_positional)',
    body: loops,
    expected: ['RuntimeError', true, true],
  },
  {
    title: 'rule 33: yield* of a future, twice (test_yield_from_twice, test_iter)',
    body: iterated,
    expected: ['A', true, ['B', 42], ['C', 42], true],
  },
  {
    title: 'rule 33: an error thrown in where a future is waited for (test_future_iter_throw)',
    body: thrownIntoTheIterator,
    expected: ['RangeError: zebra', false],
  },
  {
    title:
      'rule 33: any value is a result, also one that looks like a step (test_future_stop_iteration_args)',
    body: resultsAnyValue,
    expected: [true, true],
  },
  {
    title:
      'rule 34: which failures are reported (test_tb_logger_abandoned, BaseFutureTests.test_tb_logger_not_called_after_cancel, _result_unretrieved, _result_retrieved, _exception_unretrieved, _exception_retrieved, _exception_result_retrieved, test_future_exception_never_retrieved, BaseTaskTests.test_tb_logger_not_called_after_cancel)',
    body: failuresNobodyLookedAt,
    expected: {
      abandoned: [],
      'a result, unseen': [],
      'a result, seen': [],
      'a failure, unseen': [['Future exception was never retrieved', 'RangeError: unseen']],
      'a failure, exception()': [],
      'a failure, result()': [],
      'a failure, cancel() afterwards': [],
      cancelled: [],
      'a task that was cancelled before it failed': [],
    },
  },
  {
    title:
      'a future of a loop stays itself (test_wrap_future_future, DuckTests.test_wrap_future, test_ensure_future, test_ensure_future_future)',
    body: wrapped,
    expected: [true, true],
  },
];
