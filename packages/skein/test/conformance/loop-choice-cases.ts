import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  asCompleted,
  type Awaitable,
  type Coroutine,
  gather,
  getRunningLoop,
  setEventLoop,
  shield,
  sleep,
  wrapFuture,
} from './library.ts';
import { FakeExecutor } from './fake-executor.ts';

/* Section 1.3: to which loop belongs what is made without one: the running one, then the current one. */

function* answer(): Coroutine<number> {
  return 42;
}

async function withoutALoop(): Promise<unknown> {
  return [
    () => gather(),
    () => gather(answer(), answer()),
    () => shield(answer()),
    () => asCompleted([answer()]),
    () => wrapFuture(new FakeExecutor().submit(() => 1)),
  ].map((call) => thrownNowBy(call));
}

async function inARunningLoop(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const made = await loop.runUntilComplete(function* () {
    const [completed] = [...asCompleted([answer()])];
    return [
      [gather(), gather(answer(), answer()), shield(answer())],
      wrapFuture(new FakeExecutor().submit(() => 1)),
      yield* completed as Awaitable<number>,
    ] as const;
  });
  const [futures, wrapped, value] = made;
  const o: unknown[] = [...futures, wrapped].map((future) => future.getLoop() === loop);
  for (const future of futures) o.push(await loop.runUntilComplete<unknown>(future));
  loop.close();
  return [...o, value];
}

async function inTheCurrentLoop(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  setEventLoop(loop);
  try {
    const futures = [gather(), gather(answer(), answer()), shield(answer())];
    const wrapped = wrapFuture(new FakeExecutor().submit(() => 1));
    const o: unknown[] = [...futures, wrapped].map((future) => future.getLoop() === loop);
    for (const future of futures) o.push(await loop.runUntilComplete<unknown>(future));
    return o;
  } finally {
    setEventLoop(null);
    loop.close();
  }
}

async function inTheLoopOfTheChildren(driver: Driver): Promise<unknown> {
  const [loop, other] = [driver.newLoop(), driver.newLoop()];
  const o = await loop.runUntilComplete(function* () {
    yield* sleep(0);
    const outer = gather(other.createFuture(), other.createFuture());
    return [outer.getLoop() === other, outer.done()];
  });
  loop.close();
  other.close();
  return o;
}

async function tasksOfTheRunningLoop(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const coroutine = answer();
    const task = getRunningLoop().createTask(coroutine);
    const o: unknown[] = [task.getCoro() === coroutine, task.getLoop() === getRunningLoop()];
    o.push(yield* task);
    for (const x of [5, 'text', {}, null]) {
      o.push(thrownNowBy(() => getRunningLoop().createTask(x as never)).split(':')[0]);
    }
    return o;
  });
}

/** What a task waits for is part of what it looks like; itself, it is cut short. */
async function looks(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<void>();
    const task = getRunningLoop().createTask(
      (function* () {
        yield* future;
      })(),
      { name: 'waiting' },
    );
    yield* sleep(0);
    const seen = [String(task)];
    task.cancel();
    seen.push(String(task));
    yield* sleep(0);
    return [...seen, String(task)];
  });
}

/** The callback comes before the wait of 0 goes on. */
async function sleepOfZero(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    let sum = 0;
    getRunningLoop().callSoon(() => (sum += 1));
    const before = sum;
    const value = yield* sleep(0, 10);
    sum += value;
    return [before, sum];
  });
}

async function allSucceed(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const futures = [1, 2, 3].map(() => loop.createFuture<number>());
  const outer = gather(...futures, { returnExceptions: true });
  for (const [nth, future] of [...futures.entries()].reverse()) future.setResult(nth);
  const o = await loop.runUntilComplete(outer);
  loop.close();
  return o.map(show);
}

const noLoop = 'RuntimeError: no running event loop';

export const loopChoiceCases: readonly Case[] = [
  {
    title:
      'section 1.3: without any loop (test_constructor_empty_sequence_without_loop, CoroutineGatherTests.test_constructor_without_loop, test_shield_coroutine_without_loop, test_as_completed_coroutine_without_loop, test_wrap_future_without_loop)',
    body: withoutALoop,
    expected: [noLoop, noLoop, noLoop, noLoop, noLoop],
  },
  {
    title:
      'section 1.3: inside a run (test_constructor_empty_sequence_use_running_loop, CoroutineGatherTests.test_constructor_use_running_loop, test_shield_coroutine_use_running_loop, test_as_completed_coroutine_use_running_loop, test_wrap_future_use_running_loop)',
    body: inARunningLoop,
    expected: [true, true, true, true, [], [42, 42], 42, 42],
  },
  {
    title:
      'section 1.3: with a current loop (test_constructor_empty_sequence_use_global_loop, CoroutineGatherTests.test_constructor_use_global_loop, BaseFutureTests.test_constructor_use_global_loop, test_shield_coroutine_use_global_loop, test_wrap_future_use_global_loop)',
    body: inTheCurrentLoop,
    expected: [true, true, true, true, [], [42, 42], 42],
  },
  {
    title:
      'rule 52: a gather belongs to the loop of its children (test_constructor_homogenous_futures)',
    body: inTheLoopOfTheChildren,
    expected: [true, false],
  },
  {
    title:
      'rule 36: what a task is made of (test_get_coro, test_bare_create_task, test_create_task_with_noncoroutine)',
    body: tasksOfTheRunningLoop,
    expected: [true, true, 42, 'TypeError', 'TypeError', 'TypeError', 'TypeError'],
  },
  {
    title: 'a task shows what it waits for (test_task_repr_wait_for)',
    body: looks,
    expected: [
      '<Task pending name="waiting" waitsFor=<Future pending>>',
      '<Task pending cancelling name="waiting" waitsFor=<Future cancelled>>',
      '<Task cancelled name="waiting">',
    ],
  },
  {
    title: 'rule 5: a callback runs before sleep(0) goes on (test_sleep_zero)',
    body: sleepOfZero,
    expected: [0, 11],
  },
  {
    title: 'rule 52: returnExceptions without any (test_result_exception_success)',
    body: allSucceed,
    expected: ['0', '1', '2'],
  },
];
