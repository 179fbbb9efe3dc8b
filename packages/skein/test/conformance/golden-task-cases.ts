import { type Case, collectErrors, type Driver, runMain, show } from './driver.ts';
import {
  CancelledError,
  type Coroutine,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  sleep,
  type Task,
} from './library.ts';

/*
 * The golden traces of tasks: what programs over CPython 3.13 printed, number by number. The expected
 * values are CPython's, in JavaScript's notation.
 */

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
    const gate = getRunningLoop().createFuture<void>();
    function* bad(): Coroutine<void> {
      yield* sleep(0);
      throw new RangeError('1');
    }
    function* ok(): Coroutine<void> {
      yield* gate;
      o.push('sibling finished');
    }
    try {
      yield* gather(bad(), ok());
    } catch (error) {
      o.push((error as Error).name);
    }
    gate.setResult(undefined);
    for (let turn = 0; turn < 5; turn++) yield* sleep(0);
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

/** The second error has nobody to go to, and is not reported either. */
async function silentAfterGather(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  function* bad(name: string): Coroutine<void> {
    throw new TypeError(name);
  }
  await loop.runUntilComplete(function* () {
    try {
      yield* gather(bad('first'), bad('second'));
    } catch {}
    yield* sleep(0);
  });
  loop.close();
  return errors.map((context) => context.message);
}

export const goldenTaskCases: readonly Case[] = [
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
  { title: 'g32 rule 39: a future of another loop', body: g32, expected: ['RuntimeError', true] },
  {
    title: 'g55 rule 30: waiters wake in the order in which they came',
    body: g55,
    expected: ['sync', 'before', 'a', 'b', 'after'],
  },
  { title: 'rule 52: later errors of a gather are silent', body: silentAfterGather, expected: [] },
];
