import { type Case, type Driver, pause, runMain, thrownBy, thrownNowBy, tick } from './driver.ts';
import { FakeExecutor } from './fake-executor.ts';
import { getRunningLoop, InvalidStateError, sleep, SystemExit } from './library.ts';

/*
 * The golden traces of loops and futures: what programs over CPython 3.13 printed, number by number. The expected
 * values are CPython's, in JavaScript's notation.
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
  const now = loop.time();
  loop.callAt(now - 1, push, 't-1');
  loop.callAt(now - 2, push, 't-2');
  loop.callSoon(push, 'soon');
  loop.callAt(now, push, 't0');
  pause(1);
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
  const attempts = await Promise.all(
    [
      () => loop.callSoon(() => {}),
      () => loop.callSoonThreadsafe(() => {}),
      () => loop.runForever(),
      () => loop.runInExecutor(null, () => 1),
    ].map(thrownBy),
  );
  return [o, attempts, loop.isClosed()];
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

const closed = 'RuntimeError: Event loop is closed';

export const goldenLoopCases: readonly Case[] = [
  {
    title: 'g01 rule 11: stop() lets the batch complete, keeps what it registered (test_run_once)',
    body: g01,
    expected: [
      ['a', 'b', 'after-stop'],
      ['a', 'b', 'after-stop', 'a2'],
    ],
  },
  {
    title: 'g02 rule 11: stop() before a run gives one iteration (test_run_forever_pre_stopped)',
    body: g02,
    expected: [1],
  },
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
    title:
      'g54 rule 16: callSoon and callSoonThreadsafe share one queue (test_call_soon_threadsafe_same_thread)',
    body: g54,
    expected: [1, 2, 3],
  },
];
