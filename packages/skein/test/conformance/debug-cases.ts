import { type Case, collectErrors, type Driver, thrownNowBy, tick } from './driver.ts';
import {
  type Awaitable,
  type Coroutine,
  type EventLoop,
  type ExceptionContext,
  gather,
  Lock,
  Queue,
  sleep,
  taskGroup,
  waitFor,
} from './library.ts';

/*
 * Debug mode, and what is told also without it. Frames are shown as the names of the functions in this
 * file; a `place` is the name of the file that it names.
 */

function debugLoop(driver: Driver): EventLoop {
  const loop = driver.newLoop();
  loop.setDebug(true);
  return loop;
}

/** Names of the functions of this file among the frames. */
function functionsOf(frames: readonly string[] | undefined): readonly string[] {
  const here = (frames ?? []).filter((frame) => frame.includes('debug-cases'));
  return here.map((frame) => /at (?:async )?(\S+) \(/.exec(frame)?.[1] ?? '?');
}

const hasPlace = (text: unknown): boolean =>
  / created at \S+debug-cases\.js:\d+:\d+>$/.test(String(text));

/** The first words of what was reported, and which functions of this file are said to have made it. */
function told(contexts: readonly ExceptionContext[]): unknown[] {
  return contexts.map(({ message, sourceTraceback }) => [
    message.split(/[;:] /)[0],
    ...functionsOf(sourceTraceback).slice(0, 1),
  ]);
}

/** CPython: test_base_events.py, test_set_debug. */
function switchesOnAndOff(driver: Driver): unknown {
  const loop = driver.newLoop();
  const o = [loop.getDebug()];
  loop.setDebug(true);
  o.push(loop.getDebug());
  loop.setDebug(false);
  o.push(loop.getDebug());
  loop.close();
  return o;
}

/** CPython: test_base_events.py, test_call_coroutine. */
function refusesCoroutinesAsCallbacks(driver: Driver): unknown {
  const loop = debugLoop(driver);
  function* simple(): Coroutine<void> {}
  const o: string[] = [];
  for (const callback of [simple, simple()]) {
    const asCallback = callback as () => void;
    o.push(thrownNowBy(() => loop.callSoon(asCallback)));
    o.push(thrownNowBy(() => loop.callSoonThreadsafe(asCallback)));
    o.push(thrownNowBy(() => loop.callLater(60, asCallback)));
    o.push(thrownNowBy(() => loop.callAt(loop.time() + 60, asCallback)));
  }
  loop.close();
  return o;
}

/** CPython: test_events.py, test_handle_repr_debug and test_timer_repr_debug. */
function handlesShowWhereTheyWereMade(driver: Driver): unknown {
  const loop = debugLoop(driver);
  const handle = loop.callSoon(function noop() {});
  const timer = loop.callLater(60_000, function later() {});
  const o = [hasPlace(handle), hasPlace(timer), String(handle).split(' created')[0]];
  timer.cancel();
  o.push(String(timer).split(' created')[0], hasPlace(timer));
  loop.close();
  return o;
}

/** CPython: test_events.py, test_handle_source_traceback. */
async function errorsOfCallbacksSayWhoRegistered(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  const failing = (): never => {
    throw new RangeError('x');
  };
  (function registers() {
    loop.callSoon(failing);
    loop.callLater(0, failing);
    loop.callAt(loop.time(), failing);
    loop.callSoonThreadsafe(failing);
  })();
  while (errors.length < 4) await tick(loop);
  loop.close();
  return errors.map((context) => functionsOf(context.sourceTraceback)[0]);
}

/** CPython: test_base_events.py, default_exception_handler: the handle that runs is told. */
async function otherErrorsSayWhatRuns(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  (function registers() {
    loop.callSoon(() => loop.callExceptionHandler({ message: 'told' }));
  })();
  await tick(loop);
  loop.callExceptionHandler({ message: 'nothing runs' });
  loop.close();
  return errors.map((context) => functionsOf(context.handleTraceback)[0]);
}

/** CPython: test_futures.py, test_future_source_traceback; test_tasks.py, test_task_source_traceback. */
async function futuresShowWhereTheyWereMade(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  function makes(): unknown[] {
    const future = loop.createFuture();
    future.setException(new RangeError('of a future'));
    const task = loop.createTask(fails());
    return [hasPlace(future), hasPlace(task)];
  }
  function* fails(): Coroutine<void> {
    throw new RangeError('of a task');
  }
  const o = makes();
  await tick(loop);
  loop.close();
  return [o, told(errors)];
}

/** CPython: test_futures.py, test_future_exception_never_retrieved: without debug mode. */
async function nothingIsNotedWithoutDebug(driver: Driver): Promise<unknown> {
  debugLoop(driver).close(); // another loop of the thread has been in debug mode
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const future = loop.createFuture();
  future.setException(new RangeError('x'));
  const handle = loop.callSoon(() => {});
  loop.createTask(function* () {
    void sleep(10);
  });
  await tick(loop);
  loop.close();
  return [String(future), String(handle), errors.map((context) => Object.keys(context))];
}

/** CPython: test_tasks.py, test_log_destroyed_pending_task. */
async function pendingTasksAreTold(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const waits = loop.createTask(sleep(60_000), { name: 'waits' });
  const done = loop.createTask(sleep(0));
  await tick(loop);
  await tick(loop);
  loop.close();
  return [done.done(), told(errors), errors[0]?.future === waits, errors[0]?.exception];
}

async function manyPendingTasksAreCounted(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  for (let i = 0; i < 1000; i++) loop.createTask(sleep(60_000));
  await tick(loop);
  loop.close();
  return [errors.length, errors.at(-1)?.message];
}

/** CPython: test_coroutines: "coroutine 'x' was never awaited", for what a callback returns. */
async function callbackReturnsCoroutine(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const o: string[] = [];
  function* work(): Coroutine<void> {
    o.push('never runs');
  }
  loop.callSoon(work);
  loop.callSoon(() => []);
  loop.createTask(sleep(0)).addDoneCallback(work);
  while (errors.length < 2) await tick(loop);
  loop.close();
  return [o, told(errors)];
}

/** The same for operations: made, and not waited for. */
async function operationsNobodyAwaits(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  const lock = new Lock();
  const queue = new Queue<number>();
  function* forgets(): Coroutine<void> {
    void sleep(10);
    void lock.acquire();
    void queue.put(1);
    void taskGroup(function* () {});
  }
  await loop.runUntilComplete(forgets);
  const early = errors.length;
  loop.close();
  return [early, told(errors)];
}

/** What is awaited in any way, also later, is not reported. */
async function operationsSomebodyAwaits(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  const lock = new Lock();
  const queue = new Queue<number>();
  const o: unknown[] = [];
  await loop.runUntilComplete(function* () {
    const late: Awaitable<void> = sleep(0);
    yield* sleep(0);
    yield* late;
    const gets = [queue.get(), queue.get()];
    queue.putNowait(1);
    queue.putNowait(2);
    for (const get of gets) o.push(yield* get);
    const first = yield* lock.acquire();
    const acquire = lock.acquire();
    const tasks = [acquire, acquire].map((each) => loop.createTask(each));
    yield* sleep(0);
    first[Symbol.dispose]();
    (yield* tasks[0] as Awaitable<Disposable>)[Symbol.dispose]();
    (yield* tasks[1] as Awaitable<Disposable>)[Symbol.dispose]();
    o.push(yield* waitFor(sleep(0, 3), 1000), ...(yield* gather(sleep(0, 4), sleep(0, 5))));
    const never = loop.createTask(queue.get());
    never.cancel();
    yield* gather(never, { returnExceptions: true });
  });
  loop.close();
  return [o, told(errors)];
}

/** A coroutine that a task ends with, and that nobody runs. */
async function taskReturnsCoroutine(driver: Driver): Promise<unknown> {
  const loop = debugLoop(driver);
  const errors = collectErrors(loop);
  function* inner(): Coroutine<number> {
    return 1;
  }
  const makes = () =>
    loop.createTask(function* () {
      return inner();
    });
  const forgotten = makes();
  const taken = loop.createTask(function* () {
    return inner();
  });
  await loop.runUntilComplete(forgotten);
  const value = await loop.runUntilComplete(await loop.runUntilComplete(taken));
  loop.close();
  return [value, told(errors), errors[0]?.future === forgotten];
}

/** A failure at which somebody looks later is not reported, however often the loop was idle. */
async function lookedAtLater(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const o: unknown[] = [];
  await loop.runUntilComplete(function* () {
    const task = loop.createTask(function* (): Coroutine<void> {
      throw new RangeError('seen');
    });
    for (let i = 0; i < 3; i++) yield* sleep(1);
    try {
      yield* task;
    } catch (error) {
      o.push((error as Error).message);
    }
  });
  loop.close();
  return [o, errors.length];
}

/** One failure, one report: not again when the loop closes. */
async function reportedOnce(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  loop.scheduler.late.patienceMs = 0.01;
  loop.createTask(function* (): Coroutine<void> {
    throw new RangeError('x');
  });
  const told2 = loop.createFuture<void>();
  loop.setExceptionHandler((_loop, context) => {
    errors.push(context);
    told2.setResult();
  });
  const keepsTheLoopBusy = loop.createTask(sleep(60_000));
  await loop.runUntilComplete(told2);
  keepsTheLoopBusy.cancel();
  await tick(loop);
  await tick(loop);
  loop.close();
  return told(errors);
}

const NO_COROUTINE = (name: string): string =>
  `TypeError: coroutines cannot be used with ${name}()`;
const REFUSALS = ['callSoon', 'callSoonThreadsafe', 'callLater', 'callAt'].map(NO_COROUTINE);

export const debugCases: readonly Case[] = [
  {
    title: 'debug: on and off (test_set_debug)',
    body: switchesOnAndOff,
    expected: [false, true, false],
  },
  {
    title: 'debug: coroutines are no callbacks (test_call_coroutine)',
    body: refusesCoroutinesAsCallbacks,
    expected: [...REFUSALS, ...REFUSALS],
  },
  {
    title:
      'debug: a handle shows where it was made (test_handle_repr_debug, test_timer_repr_debug)',
    body: handlesShowWhereTheyWereMade,
    expected: [true, true, '<Handle noop()', '<TimerHandle cancelled', true],
  },
  {
    title: 'debug: an error of a callback says who registered it (test_handle_source_traceback)',
    body: errorsOfCallbacksSayWhoRegistered,
    expected: ['registers', 'registers', 'registers', 'registers'],
  },
  {
    title: 'debug: another error says who registered what runs (default_exception_handler)',
    body: otherErrorsSayWhatRuns,
    expected: ['registers', undefined],
  },
  {
    title:
      'debug: where a future and a task were made (BaseFutureTests.test_future_source_traceback, BaseTaskTests.test_task_source_traceback, BaseFutureTests.test_future_exception_never_retrieved_debug)',
    body: futuresShowWhereTheyWereMade,
    expected: [
      [true, true],
      [
        ['Future exception was never retrieved', 'makes'],
        ['Task exception was never retrieved', 'makes'],
      ],
    ],
  },
  {
    title: 'rule 34: nothing of that without debug mode (test_future_exception_never_retrieved)',
    body: nothingIsNotedWithoutDebug,
    expected: ['<Future failed>', '<Handle <anonymous>()>', [['message', 'exception', 'future']]],
  },
  {
    title: 'a loop that closes tells of pending tasks (test_log_destroyed_pending_task)',
    body: pendingTasksAreTold,
    expected: [true, [['Task was destroyed but it is pending!']], true, undefined],
  },
  {
    title: 'a loop that closes tells of twenty pending tasks, and how many more there are',
    body: manyPendingTasksAreCounted,
    expected: [21, '980 more tasks were destroyed but they are pending!'],
  },
  {
    title: 'a coroutine that a callback returns is told, also without debug mode',
    body: callbackReturnsCoroutine,
    expected: [
      [],
      [["coroutine 'work' was never awaited"], ["coroutine 'work' was never awaited"]],
    ],
  },
  {
    title: 'debug: operations that nobody awaits are told when the loop closes',
    body: operationsNobodyAwaits,
    expected: [
      0,
      [
        ["coroutine 'sleep' was never awaited", 'forgets'],
        ["coroutine 'Lock.acquire' was never awaited", 'forgets'],
        ["coroutine 'Queue.put' was never awaited", 'forgets'],
        ["coroutine 'taskGroup' was never awaited", 'forgets'],
      ],
    ],
  },
  {
    title: 'debug: operations that somebody awaits, early or late, are not told',
    body: operationsSomebodyAwaits,
    expected: [[1, 2, 3, 4, 5], []],
  },
  {
    title: 'debug: a coroutine that a task returns and nobody runs is told',
    body: taskReturnsCoroutine,
    expected: [1, [['the coroutine that a task has returned was never awaited', 'makes']], true],
  },
  {
    title: 'rule 34: a failure at which somebody looks later is not told',
    body: lookedAtLater,
    expected: [['seen'], 0],
  },
  {
    title: 'rule 34: a failure that nobody looks at is told once, when the loop is idle',
    body: reportedOnce,
    expected: [['Task exception was not retrieved within 0.01 ms']],
  },
];
