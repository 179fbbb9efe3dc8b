import {
  type Case,
  collectErrors,
  type Driver,
  pause,
  runMain,
  show,
  thrownBy,
  thrownNowBy,
  tick,
} from './driver.ts';
import { FakeExecutor } from './fake-executor.ts';
import {
  CancelledError,
  type Coroutine,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  InvalidStateError,
  sleep,
  SystemExit,
  Task,
} from './library.ts';

/*
 * The golden traces: what programs over CPython 3.13 printed, number by number. The expected values
 * are CPython's, in JavaScript's notation.
 */

async function g01(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  loop.callSoon(() => {
    o.push('a');
    loop.callSoon(() => o.push('a2'));
  });
  loop.callSoon(() => o.push('b'));
  loop.callSoon(() => loop.stop());
  loop.callSoon(() => o.push('after-stop'));
  await loop.runForever();
  const first = [...o];
  await tick(loop);
  loop.close();
  return [first, o];
}

async function g02(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  loop.callSoon((n: number) => o.push(n), 1);
  loop.stop();
  await loop.runForever();
  loop.close();
  return o;
}

async function g03(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const push = (s: string): unknown => o.push(s);
  loop.callLater(-1, push, 't-1');
  loop.callLater(-2, push, 't-2');
  loop.callSoon(push, 'soon');
  loop.callLater(0, push, 't0');
  pause(2);
  await tick(loop);
  loop.close();
  return o;
}

async function g04(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  const t = loop.time() + 2;
  for (let i = 0; i < 6; i++) loop.callAt(t, (n: number) => o.push(n), i);
  loop.callAt(t + 2, () => loop.stop());
  await loop.runForever();
  loop.close();
  return o;
}

async function g05(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  loop.callSoon(() => {
    loop.callLater(0, () => o.push('later0'));
    loop.callSoon(() => o.push('soon'));
  });
  await tick(loop);
  const first = [...o];
  await tick(loop);
  loop.close();
  return [first, o];
}

async function g06(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const future = loop.createFuture<number>();
  future.addDoneCallback(() => o.push('cb1'));
  future.addDoneCallback(() => o.push('cb2'));
  future.setResult(1);
  o.push('set returned');
  future.addDoneCallback(() => o.push('late'));
  const first = [...o];
  await tick(loop);
  loop.close();
  return [first, o];
}

async function g07(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    const future = getRunningLoop().createFuture<number>();
    future.setResult(1);
    getRunningLoop().callSoon(() => o.push('cb'));
    yield* future;
    o.push('after done-future await');
    yield* sleep(0);
    o.push('after sleep0');
  });
  return o;
}

async function g08(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  function* c(name: string): Coroutine<void> {
    o.push(`${name}0`);
    yield* sleep(0);
    o.push(`${name}1`);
  }
  await runMain(driver, function* () {
    const tasks = ['A', 'B', 'C'].map((name) => getRunningLoop().createTask(c(name)));
    o.push('main');
    yield* sleep(0);
    o.push('main2');
    yield* gather(...tasks);
    o.push('end');
  });
  return o;
}

async function g09(driver: Driver): Promise<unknown> {
  let n = 0;
  let done = false;
  function* child(): Coroutine<number> {
    return 1;
  }
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const count = (): void => {
      n++;
      if (!done) loop.callSoon(count);
    };
    loop.callSoon(count);
    let start = n;
    yield* loop.createTask(child());
    const task = n - start;
    start = n;
    yield* gather(child(), child());
    const gather2 = n - start;
    start = n;
    yield* sleep(0);
    const sleep0 = n - start;
    done = true;
    return { task, gather2, sleep0 };
  });
}

async function g10(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  function* c(): Coroutine<void> {
    try {
      o.push('body');
      yield* sleep(1000);
    } finally {
      o.push('finally');
    }
  }
  await runMain(driver, function* () {
    const task = getRunningLoop().createTask(c());
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      if (error instanceof CancelledError) o.push('cancelled');
    }
  });
  return o;
}

async function g11(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const t = getRunningLoop().createTask(sleep(9000));
    yield* sleep(0);
    const r = [t.cancel(), t.cancelling(), t.cancelled(), t.cancel(), t.cancelling()];
    try {
      yield* t;
    } catch {}
    return [...r, t.cancelled(), t.cancel(), t.cancelling(), t.uncancel()];
  });
}

async function g12(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      currentTask()?.cancel();
      return 5;
    });
    const [r] = yield* gather(task, { returnExceptions: true });
    return [(r as Error).name, task.cancelled()];
  });
}

async function g13(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* (): Coroutine<void> {
      currentTask()?.cancel();
      throw new TypeError('x');
    });
    const [r] = yield* gather(task, { returnExceptions: true });
    return [show(r), task.cancelled(), task.cancelling()];
  });
}

async function g14(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    yield* getRunningLoop().createTask(function* () {
      currentTask()?.cancel();
      const future = getRunningLoop().createFuture<number>();
      future.setResult(1);
      yield* future;
      o.push('past done future');
      try {
        yield* sleep(0);
        o.push('past sleep0');
      } catch {
        o.push('cancelled at sleep0');
      }
    });
  });
  return o;
}

async function g15(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<string>();
    const task = getRunningLoop().createTask(function* () {
      try {
        o.push(yield* future);
      } catch (error) {
        o.push('cancelled; result lost');
        throw error;
      }
    });
    yield* sleep(0);
    future.setResult('v');
    task.cancel();
    yield* gather(task, { returnExceptions: true });
    return [o, task.cancelled()];
  });
}

async function g16(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const task = getRunningLoop().createTask(function* () {
      try {
        yield* sleep(9000);
      } catch {}
      yield* sleep(0);
      return ['survived', currentTask()?.cancelling()];
    });
    yield* sleep(0);
    task.cancel();
    return [yield* task, task.cancelled(), task.cancelling()];
  });
}

async function g17(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  function* noting(name: string, x: Task<void> | ReturnType<typeof sleep>): Coroutine<void> {
    try {
      yield* x;
    } catch (error) {
      o.push([name, (error as Error).message]);
      throw error;
    }
  }
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const inner = loop.createTask(noting('inner', sleep(9000)));
    const outer = loop.createTask(noting('outer', inner));
    yield* sleep(0);
    yield* sleep(0);
    outer.cancel('msg');
    yield* gather(outer, { returnExceptions: true });
    return [o, inner.cancelled(), outer.cancelled(), inner.cancelling(), outer.cancelling()];
  });
}

async function g18(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    function* bad(): Coroutine<void> {
      yield* sleep(0);
      throw new RangeError('1');
    }
    function* ok(): Coroutine<void> {
      yield* sleep(2);
      o.push('sibling finished');
    }
    try {
      yield* gather(bad(), ok());
    } catch (error) {
      o.push((error as Error).name);
    }
    yield* sleep(8);
  });
  return o;
}

async function g19(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const x = (function* (): Coroutine<object> {
      return {};
    })();
    const r = yield* gather(x, x);
    return [r[0] === r[1], yield* gather()];
  });
}

async function g20(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const r: unknown[] = [];
    const a = loop.createTask(sleep(9000));
    const g = gather(a, sleep(1));
    yield* sleep(0);
    a.cancel();
    try {
      yield* g;
    } catch {
      r.push('CE');
    }
    r.push(g.cancelled());
    const g2 = gather(sleep(9000), sleep(9000), { returnExceptions: true });
    yield* sleep(0);
    r.push(g2.cancel());
    try {
      yield* g2;
    } catch {
      r.push('CE even with return_exceptions');
    }
    r.push(g2.cancelled(), (g2.exception() as Error).name);
    return r;
  });
}

async function g25(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  return runMain(driver, function* () {
    const executor = new FakeExecutor();
    const future = getRunningLoop().runInExecutor(executor, () => 1);
    const job = executor.jobs[0] as (typeof executor.jobs)[0];
    job.future.state = 'running';
    o.push(['cancel()', future.cancel(), 'cancelled', future.cancelled()]);
    try {
      yield* future;
    } catch {
      o.push('CE in awaiter while thread runs');
    }
    yield* sleep(0);
    o.push(job.future.state);
    job.future.complete('finished', job.call());
    yield* sleep(0);
    return o;
  });
}

async function g26(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    const executor = new FakeExecutor();
    const loop = getRunningLoop();
    const first = loop.runInExecutor(executor, () => 1);
    const second = loop.runInExecutor(executor, () => o.push('ran'));
    second.cancel();
    yield* sleep(0);
    executor.shutdown();
    yield* first;
  });
  return o.length > 0 ? o : 'queued job never ran';
}

async function g31(driver: Driver): Promise<unknown> {
  const other = driver.newLoop();
  const result = await runMain(driver, function* () {
    const loop = getRunningLoop();
    return [
      thrownNowBy(() => loop.runUntilComplete(sleep(0))),
      thrownNowBy(() => other.runForever()),
      thrownNowBy(() => loop.close()),
      getRunningLoop() === loop,
    ];
  });
  other.close();
  return result;
}

async function g32(driver: Driver): Promise<unknown> {
  const other = driver.newLoop();
  const result = await runMain(driver, function* () {
    try {
      yield* other.createFuture<void>();
    } catch (error) {
      return [
        (error as Error).name,
        (error as Error).message.includes('attached to a different loop'),
      ];
    }
    return 'no error';
  });
  other.close();
  return result;
}

async function g34(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(function* () {
    loop.stop();
    yield* sleep(9000);
  });
  const first = await thrownBy(() => loop.runUntilComplete(task));
  task.cancel();
  const second = await thrownBy(() => loop.runUntilComplete(task));
  loop.close();
  return [first, second];
}

async function g35(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  loop.setExceptionHandler((_loop, context) =>
    o.push([Object.keys(context).sort(), (context.exception as Error).name]),
  );
  loop.callSoon(() => {
    throw new TypeError();
  });
  loop.callSoon(() => o.push('next ran'));
  await tick(loop);
  loop.close();
  return o;
}

async function g36(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  loop.callSoon(() => {
    throw new SystemExit(3);
  });
  loop.callSoon(() => o.push('pending kept'));
  try {
    await loop.runForever();
  } catch (error) {
    o.push(['escaped', (error as SystemExit).exitCode, loop.isRunning()]);
  }
  await tick(loop);
  loop.close();
  return o;
}

async function g50(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  loop.callSoon(() => o.push(1));
  loop.close();
  loop.close();
  const closed = await Promise.all(
    [
      () => loop.callSoon(() => {}),
      () => loop.callSoonThreadsafe(() => {}),
      () => loop.runForever(),
      () => loop.runInExecutor(null, () => 1),
    ].map(thrownBy),
  );
  return [o, closed, loop.isClosed()];
}

function g51(driver: Driver): unknown {
  const loop = driver.newLoop();
  const future = loop.createFuture<number>();
  future.setResult(1);
  let name = '';
  try {
    future.setResult(2);
  } catch (error) {
    if (error instanceof InvalidStateError) name = error.name;
  }
  loop.close();
  return [name, future.cancel(), future.result()];
}

async function g52(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const executor = new FakeExecutor();
    loop.setDefaultExecutor(executor);
    const future = loop.runInExecutor(null, () => 1);
    executor.work();
    yield* future;
    yield* loop.shutdownDefaultExecutor();
    return thrownNowBy(() => loop.runInExecutor(null, () => 1));
  });
}

async function g53(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  const handle = loop.callSoon(() => o.push(1));
  handle.cancel();
  handle.cancel();
  const timer = loop.callLater(0, () => o.push(2));
  timer.cancel();
  pause(1);
  await tick(loop);
  loop.close();
  return [o, handle.cancelled(), timer.cancelled()];
}

async function g54(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  loop.callSoonThreadsafe(() => o.push(1));
  loop.callSoon(() => o.push(2));
  loop.callSoonThreadsafe(() => o.push(3));
  await tick(loop);
  loop.close();
  return o;
}

async function g55(driver: Driver): Promise<unknown> {
  const o: string[] = [];
  await runMain(driver, function* () {
    const loop = getRunningLoop();
    const future = new Future<void>();
    function* waiter(name: string): Coroutine<void> {
      yield* future;
      o.push(name);
    }
    const tasks = ['a', 'b'].map((name) => loop.createTask(waiter(name)));
    yield* sleep(0);
    loop.callSoon(() => o.push('before'));
    future.setResult();
    loop.callSoon(() => o.push('after'));
    o.push('sync');
    yield* gather(...tasks);
  });
  return o;
}

/** Everything that goes to the handler, by message; used where a failure is expected to be silent. */
async function silentAfterGather(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  await loop.runUntilComplete(
    (function* (): Coroutine<void> {
      function* bad(name: string): Coroutine<void> {
        throw new TypeError(name);
      }
      try {
        yield* gather(bad('first'), bad('second'));
      } catch {}
      yield* sleep(0);
    })(),
  );
  loop.close();
  return errors.map((context) => context.message);
}

const closed = 'RuntimeError: Event loop is closed';

export const goldenCases: readonly Case[] = [
  {
    title: 'g01 rule 11: stop() lets the batch complete, keeps what it registered',
    body: g01,
    expected: [
      ['a', 'b', 'after-stop'],
      ['a', 'b', 'after-stop', 'a2'],
    ],
  },
  { title: 'g02 rule 11: stop() before a run gives one iteration', body: g02, expected: [1] },
  {
    title: 'g03 rules 4, 5: timers that are due run after what is ready, in the same iteration',
    body: g03,
    expected: ['soon', 't-2', 't-1', 't0'],
  },
  {
    title: 'g04 rule 7: timers for the same moment run in the order of registration',
    body: g04,
    expected: [0, 1, 2, 3, 4, 5],
  },
  {
    title: 'g05 rule 5: callLater(0) from a callback runs in the next iteration, after callSoon',
    body: g05,
    expected: [[], ['soon', 'later0']],
  },
  {
    title: 'g06 rule 30: done callbacks go through callSoon',
    body: g06,
    expected: [['set returned'], ['set returned', 'cb1', 'cb2', 'late']],
  },
  {
    title: 'g07 rule 33: to wait for a done future does not suspend',
    body: g07,
    expected: ['after done-future await', 'cb', 'after sleep0'],
  },
  {
    title: 'g08 rule 36: tasks start in the next iteration, in order',
    body: g08,
    expected: ['main', 'A0', 'B0', 'C0', 'main2', 'A1', 'B1', 'C1', 'end'],
  },
  {
    title: 'g09 rule 41: iterations that a wait takes',
    body: g09,
    expected: { task: 2, gather2: 3, sleep0: 1 },
  },
  {
    title: 'g10 rule 44: the body of a task cancelled before its start never runs',
    body: g10,
    expected: ['cancelled'],
  },
  {
    title: 'g11 rules 43, 48, 49: cancel counts each time, until the task is done',
    body: g11,
    expected: [true, 1, false, true, 2, true, false, 2, 1],
  },
  {
    title: 'g12 rule 38: a value returned after a self-cancel is lost',
    body: g12,
    expected: ['CancelledError', true],
  },
  {
    title: 'g13 rule 38: an error thrown after a self-cancel is kept',
    body: g13,
    expected: ['TypeError: x', false, 1],
  },
  {
    title: 'g14 rule 46: a self-cancel is delivered at the next wait that suspends',
    body: g14,
    expected: ['past done future', 'cancelled at sleep0'],
  },
  {
    title: 'g15 rule 45: cancel wins over a result that is on its way',
    body: g15,
    expected: [['cancelled; result lost'], true],
  },
  {
    title: 'g16 rule 47: a swallowed cancellation is over',
    body: g16,
    expected: [['survived', 1], false, 1],
  },
  {
    title: 'g17 rules 43, 51: cancel goes down the chain and its message comes up',
    body: g17,
    expected: [
      [
        ['inner', 'msg'],
        ['outer', 'msg'],
      ],
      true,
      true,
      1,
      1,
    ],
  },
  {
    title: "g18 rule 52: the first error is the gather's, siblings go on",
    body: g18,
    expected: ['RangeError', 'sibling finished'],
  },
  {
    title: 'g19 rule 52: duplicates share one future; gather() is done with []',
    body: g19,
    expected: [true, []],
  },
  {
    title: 'g20 rule 52: child cancelled, outer cancelled',
    body: g20,
    expected: ['CE', false, true, 'CE even with return_exceptions', false, 'CancelledError'],
  },
  {
    title: 'g25 rule 24: cancelling what a thread runs already only detaches',
    body: g25,
    expected: [['cancel()', true, 'cancelled', true], 'CE in awaiter while thread runs', 'running'],
  },
  {
    title: 'g26 rule 24: a queued job that was cancelled never runs',
    body: g26,
    expected: 'queued job never ran',
  },
  {
    title: 'g31 rules 8, 9: what a loop inside a loop is told',
    body: g31,
    expected: [
      'RuntimeError: This event loop is already running',
      'RuntimeError: Cannot run the event loop while another loop is running',
      'RuntimeError: Cannot close a running event loop',
      true,
    ],
  },
  { title: 'g32 rule 39: a future of another loop', body: g32, expected: ['RuntimeError', true] },
  {
    title: 'g34 rule 12: stopped before the future completed; the task survives',
    body: g34,
    expected: ['RuntimeError: Event loop stopped before Future completed', 'CancelledError'],
  },
  {
    title: 'g35 rule 6: an error in a callback does not stop the loop',
    body: g35,
    expected: [[['exception', 'handle', 'message'], 'TypeError'], 'next ran'],
  },
  {
    title: 'g36 rule 6: SystemExit leaves the run, the rest of the batch is kept',
    body: g36,
    expected: [['escaped', 3, false], 'pending kept'],
  },
  {
    title: 'g50 rule 14: close',
    body: g50,
    expected: [[], [closed, closed, closed, closed], true],
  },
  {
    title: 'g51 rule 31: a future is set once',
    body: g51,
    expected: ['InvalidStateError', false, 1],
  },
  {
    title: 'g52 rule 22: the default executor after its shutdown',
    body: g52,
    expected: 'RuntimeError: Executor shutdown has been called',
  },
  {
    title: 'g53 rule 19: cancelled handles do not run; cancel is idempotent',
    body: g53,
    expected: [[], true, true],
  },
  {
    title: 'g54 rule 16: callSoon and callSoonThreadsafe share one queue',
    body: g54,
    expected: [1, 2, 3],
  },
  {
    title: 'g55 rule 30: waiters wake in the order in which they came',
    body: g55,
    expected: ['sync', 'before', 'a', 'b', 'after'],
  },
  { title: 'rule 52: later errors of a gather are silent', body: silentAfterGather, expected: [] },
];
