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
  type Coroutine,
  type EventLoop,
  type Future,
  gather,
  getRunningLoop,
  sleep,
  type Task,
} from './library.ts';

/* Rule 52, over futures as CPython's FutureGatherTests and over coroutines as CoroutineGatherTests. */

type Source = Future<unknown> | Coroutine<unknown>;

/** The same body twice: the futures given as they are, and each in a coroutine. */
async function bothWays(
  driver: Driver,
  body: (
    futures: Future<unknown>[],
    sources: Source[],
    settled: () => Promise<void>,
  ) => Promise<unknown>,
): Promise<unknown[]> {
  const results: unknown[] = [];
  const wrap = function* (future: Future<unknown>): Coroutine<unknown> {
    return yield* future;
  };
  for (const inCoroutines of [false, true]) {
    const loop: EventLoop = driver.newLoop();
    const futures = Array.from({ length: 5 }, () => loop.createFuture<unknown>());
    const sources = inCoroutines
      ? futures.map((future) => loop.createTask(wrap(future)) as Future<unknown>)
      : futures;
    await tick(loop);
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) await tick(loop);
    };
    results.push(await body(futures, sources, settled));
    loop.close();
  }
  return results;
}

const outcomes = (gathering: Future<unknown[]>): unknown[] =>
  gathering.result().map((each) => (each instanceof Error ? show(each) : each));

async function success(driver: Driver): Promise<unknown> {
  return bothWays(driver, async ([a, b, c], sources, settled) => {
    const o: unknown[] = [];
    const gathering = gather(...sources.slice(0, 3));
    gathering.addDoneCallback(() => o.push('called back'));
    b?.setResult(1);
    a?.setResult(2);
    await settled();
    o.push(gathering.done());
    c?.setResult(3);
    await settled();
    return [...o, outcomes(gathering)];
  });
}

async function oneException(driver: Driver): Promise<unknown> {
  return bothWays(driver, async ([a, b, c, d, e], sources, settled) => {
    const o: unknown[] = [];
    const gathering = gather(...sources);
    gathering.addDoneCallback(() => o.push('called back'));
    a?.setResult(1);
    b?.setException(new RangeError('b'));
    await settled();
    o.push(gathering.done(), show(gathering.exception()));
    c?.setResult(3);
    d?.cancel();
    e?.setException(new TypeError('nobody asks for it'));
    await settled();
    e?.exception();
    return o;
  });
}

async function returnExceptions(driver: Driver): Promise<unknown> {
  return bothWays(driver, async ([a, b, c, d, e], sources, settled) => {
    const gathering = gather(...sources, { returnExceptions: true });
    b?.setResult(1);
    c?.setException(new RangeError('c'));
    a?.setResult(3);
    d?.cancel('d');
    await settled();
    const before = gathering.done();
    e?.setException(new TypeError('e'));
    await settled();
    return [before, outcomes(gathering)];
  });
}

async function oneCancellation(driver: Driver): Promise<unknown> {
  return bothWays(driver, async ([a, b], sources, settled) => {
    const gathering = gather(...sources);
    a?.setResult(1);
    b?.cancel();
    await settled();
    return [gathering.done(), gathering.cancelled(), show(gathering.exception())];
  });
}

async function duplicates(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const twice = sleepThen('abc');
    return yield* gather(twice, twice, sleepThen('def'), twice);
  });
}

async function functionTwiceAndCoroutineOfATask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    let runs = 0;
    function* count(): Coroutine<number> {
      return ++runs;
    }
    const twice = yield* gather(count, count);
    const coroutine = sleepThen('mine');
    const task = getRunningLoop().createTask(coroutine);
    const refused = thrownNowBy(() => gather(task, coroutine)).split(',')[0];
    return [twice, refused, yield* task];
  });
}

function* sleepThen<T>(value: T): Coroutine<T> {
  yield* sleep(0);
  return value;
}

async function broadcast(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const waiter = loop.createFuture<void>();
    let proof = 0;
    const inner = function* (): Coroutine<void> {
      yield* waiter;
      proof++;
    };
    const children = [loop.createTask(inner()), loop.createTask(inner())];
    let gathering: Future<unknown> | undefined;
    const outer: Task<void> = loop.createTask(function* () {
      gathering = gather(...children);
      yield* gathering;
      proof += 100;
    });
    yield* sleep(0);
    yield* sleep(0);
    const o: unknown[] = [outer.cancel()];
    try {
      yield* outer;
    } catch (error) {
      o.push(show(error));
    }
    o.push(gathering?.cancel(), waiter.cancelled(), ...children.map((child) => child.cancelled()));
    return [...o, proof];
  });
}

/** All children are done, the gathering is not yet: it refuses, and nothing is dropped. */
async function cancelWhenChildrenAreDone(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const future = loop.createFuture<number>();
    const gathering = gather(
      (function* () {
        return yield* future;
      })(),
    );
    const waiting = loop.createTask(gathering);
    yield* sleep(0);
    let refused: unknown;
    // The child is done in the same iteration before this runs; its callback is not.
    future.addDoneCallback(() => {
      refused = gathering.cancel();
    });
    future.setResult(42);
    return [yield* waiting, refused, waiting.cancelled()];
  });
}

async function messageOfTheCancellation(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: string[] = [];
    for (const returnExceptions of [true, false]) {
      const task = getRunningLoop().createTask(function* () {
        for (;;) yield* gather(sleep(1), sleep(9000), { returnExceptions });
      });
      yield* sleep(0);
      yield* sleep(0);
      task.cancel('my message');
      try {
        yield* task;
      } catch (error) {
        o.push(show(error));
      }
    }
    return o;
  });
}

async function marksExceptions(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  await loop.runUntilComplete(function* () {
    const gates = [loop.createFuture<void>(), loop.createFuture<void>()];
    const gathering = gather(
      ...gates.map(function* (gate): Coroutine<void> {
        yield* gate;
        throw new RangeError('should not be reported');
      }),
    );
    yield* sleep(0);
    for (const gate of gates) {
      gate.setResult();
      yield* sleep(0);
      yield* sleep(0);
    }
    gathering.exception();
  });
  loop.close();
  return errors.length;
}

async function loops(driver: Driver): Promise<unknown> {
  const [one, other] = [driver.newLoop(), driver.newLoop()];
  const [a, b] = [one.createFuture<void>(), other.createFuture<void>()];
  const o = [
    thrownNowBy(() => gather()),
    thrownNowBy(() => gather(a, b)),
    gather(b).getLoop() === other,
    thrownNowBy(() => gather(a, {} as never, {})),
  ];
  one.close();
  other.close();
  return o;
}

const twice = (expected: unknown): unknown[] => [expected, expected];

export const gatherCases: readonly Case[] = [
  {
    title: 'rule 52: results in the order of the arguments (test_success)',
    body: success,
    expected: twice([false, 'called back', [2, 1, 3]]),
  },
  {
    title: 'rule 52: the first error is that of the whole (test_one_exception)',
    body: oneException,
    expected: twice(['called back', true, 'RangeError: b']),
  },
  {
    title:
      'rule 52: errors among the results (test_return_exceptions, test_result_exception_one_cancellation)',
    body: returnExceptions,
    expected: twice([false, [3, 1, 'RangeError: c', 'CancelledError: d', 'TypeError: e']]),
  },
  {
    title: 'rule 52: a cancelled child is an error (test_one_cancellation)',
    body: oneCancellation,
    expected: twice([true, false, 'CancelledError']),
  },
  {
    title: 'rule 52: the same coroutine several times (test_duplicate_coroutines)',
    body: duplicates,
    expected: ['abc', 'abc', 'def', 'abc'],
  },
  {
    title: 'rule 52: a function twice runs once; the coroutine of a task beside it is refused',
    body: functionTwiceAndCoroutineOfATask,
    expected: [[1, 1], 'RuntimeError: coroutine is being awaited already', 'mine'],
  },
  {
    title: 'rule 52: a cancellation goes to all children (test_cancellation_broadcast)',
    body: broadcast,
    expected: [true, 'CancelledError', false, true, true, true, 0],
  },
  {
    title: 'rule 52: it cannot be cancelled when the children are done (test_cancel_gather_1)',
    body: cancelWhenChildrenAreDone,
    expected: [[42], false, false],
  },
  {
    title: 'rule 52: the message of a cancellation comes out (test_cancel_gather_2)',
    body: messageOfTheCancellation,
    expected: ['CancelledError: my message', 'CancelledError: my message'],
  },
  {
    title: 'rule 52: later errors count as seen (test_exception_marking)',
    body: marksExceptions,
    expected: 0,
  },
  {
    title:
      'rule 52: loops (test_constructor_empty_sequence_without_loop, _heterogenous_futures, _homogenous_futures, test_issue46672)',
    body: loops,
    expected: [
      'RuntimeError: no running event loop',
      'ValueError: The future belongs to a different loop than the one specified as the loop argument',
      true,
      'TypeError: A Future, a coroutine, a promise or a function that gives one of these is required, got a plain object',
    ],
  },
];
