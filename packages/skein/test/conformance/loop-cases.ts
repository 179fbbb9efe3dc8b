import {
  type Case,
  collectErrors,
  type Driver,
  pause,
  runMain,
  thrownBy,
  thrownNowBy,
  tick,
} from './driver.ts';
import {
  allTasks,
  type Coroutine,
  ensureFuture,
  type ExceptionContext,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  setEventLoop,
  getEventLoop,
  sleep,
  SystemExit,
} from './library.ts';

/* Rules 1 to 20 and 83: one iteration, runs, callSoon and its friends, the exception handler. */

/** Rule 5. */
async function endlessCallbackStarvesNobody(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  let rounds = 0;
  const again = (): void => {
    if (rounds++ === 0) loop.callLater(2, () => loop.stop());
    loop.callSoon(again);
  };
  loop.callSoon(again);
  await loop.runForever();
  loop.close();
  return rounds > 1;
}

/** Rule 1. */
async function cancelledTimersDoNotRun(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: number[] = [];
  const timers = Array.from({ length: 300 }, (_, i) =>
    loop.callLater(i % 3, (n: number) => o.push(n), i),
  );
  for (const [i, timer] of timers.entries()) if (i % 100 !== 0) timer.cancel();
  loop.callLater(4, () => loop.stop());
  await loop.runForever();
  loop.close();
  return o;
}

/** Rule 2. */
async function sleepsShorterThanAMillisecondDoNotSpin(driver: Driver): Promise<unknown> {
  let iterations = 0;
  const loop = driver.newLoop();
  const runOnce = loop.scheduler.runOnce.bind(loop.scheduler);
  loop.scheduler.runOnce = (maxWaitMs) => {
    iterations++;
    return runOnce(maxWaitMs);
  };
  await loop.runUntilComplete(
    (function* (): Coroutine<void> {
      for (const delayMs of [1e-5, 1e-3, 1e-2, 0.1, 1]) yield* sleep(delayMs);
    })(),
  );
  loop.close();
  return iterations <= 40;
}

/** Rule 6. */
async function interruptInATaskIsStoredAndEscapes(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(function* (): Coroutine<void> {
    throw new KeyboardInterrupt();
  });
  const escaped = await thrownBy(() => loop.runUntilComplete(task));
  const stored = (task.exception() as Error).name;
  // A stale stop() would end the next run before its time.
  const next = await loop.runUntilComplete(
    (function* (): Coroutine<string> {
      yield* sleep(0);
      yield* sleep(0);
      return 'next run is complete';
    })(),
  );
  loop.close();
  return [escaped, stored, next];
}

/** Rule 8. */
async function entryChecksInOrder(driver: Driver): Promise<unknown> {
  const closed = driver.newLoop();
  closed.close();
  const other = driver.newLoop();
  const result = await runMain(driver, function* () {
    return [
      thrownNowBy(() => closed.runForever()),
      thrownNowBy(() => getRunningLoop().runForever()),
      thrownNowBy(() => other.runUntilComplete(sleep(0))),
    ];
  });
  const afterwards = await thrownBy(() => other.runUntilComplete(sleep(0, 'runs')));
  other.close();
  return [result, afterwards];
}

/** Rule 10. */
async function runningSlot(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const before = [loop.isRunning(), thrownNowBy(() => getRunningLoop())];
  const during: unknown[] = [];
  loop.callSoon(() => during.push(loop.isRunning(), getRunningLoop() === loop));
  await tick(loop);
  const after = [loop.isRunning(), thrownNowBy(() => getRunningLoop())];
  loop.close();
  return [before, during, after];
}

/** Rule 11. */
async function stopIsConsumedByOneRun(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  loop.stop();
  await loop.runForever();
  const value = await loop.runUntilComplete(sleep(1, 'slept'));
  loop.close();
  return value;
}

/** Rule 12. */
async function whatCanBeRun(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const other = driver.newLoop();
  const o: unknown[] = [
    await thrownBy(() => loop.runUntilComplete(other.createFuture())).then((text) =>
      text.split(' ').slice(0, 9).join(' '),
    ),
    await thrownBy(() => loop.runUntilComplete(5 as never)).then((text) => text.split(':')[0]),
    await thrownBy(() => loop.runUntilComplete([1] as never)).then((text) => text.split(':')[0]),
    await loop.runUntilComplete(function* () {
      return 'generator function';
    }),
    await loop.runUntilComplete(sleep(0, 'sleep')),
  ];
  loop.close();
  other.close();
  return o;
}

/** Rule 12. */
async function callbackOfARunIsRemoved(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture<string>();
  loop.callSoon(() => loop.stop());
  await thrownBy(() => loop.runUntilComplete(future));
  future.setResult('late');
  const o: string[] = [];
  // With the callback still there this run would end before the second iteration.
  await loop.runUntilComplete(
    (function* (): Coroutine<void> {
      for (let i = 0; i < 3; i++) {
        yield* sleep(0);
        o.push(`iteration ${i}`);
      }
    })(),
  );
  loop.close();
  return o;
}

/** Rule 13. */
async function runOfADoneFutureIsOneIteration(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const future = loop.createFuture<number>();
  future.setResult(1);
  loop.callSoon(() => o.push('x'));
  loop.callSoon(() => loop.callSoon(() => o.push('y')));
  o.push(String(await loop.runUntilComplete(future)));
  loop.close();
  return o;
}

/** Rule 14. */
async function whatWorksAfterClose(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const timer = loop.callLater(0, () => {});
  loop.close();
  timer.cancel();
  const future = loop.createFuture();
  return [
    future.done(),
    loop.isRunning(),
    loop.isClosed(),
    typeof loop.time(),
    thrownNowBy(() => loop.createTask(sleep(0))),
    thrownNowBy(() => loop.callLater(0, () => {})),
    thrownNowBy(() => loop.runUntilComplete(sleep(0))),
    allTasks(loop).size,
  ];
}

/** Rule 15. */
async function leftTasksAreNotCancelled(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const task = loop.createTask(sleep(5000));
  await tick(loop);
  await tick(loop);
  const result = [task.done(), task.cancelling(), allTasks(loop).size];
  loop.close();
  return [...result, task.done()];
}

/** Rule 16. */
async function callbackArguments(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  loop.callSoon(() => o.push([]));
  loop.callSoon((a: number) => o.push([a]), 1);
  loop.callSoonThreadsafe((a: number, b: string, c: boolean) => o.push([a, b, c]), 1, '2', true);
  loop.callLater(0, (a: number, b: number) => o.push([a, b]), 1, 2);
  pause(1);
  await tick(loop);
  loop.close();
  return o;
}

/** Rule 19. */
async function cancelDropsTheCallback(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  const ran = loop.callSoon(() => o.push('ran'));
  const late = loop.callAt(loop.time() + 5000, () => o.push('late'));
  const inside: { cancel(): void } = loop.callSoon(() => {
    inside.cancel();
    o.push('cancelled from inside itself');
  });
  await tick(loop);
  ran.cancel();
  late.cancel();
  late.cancel();
  const when = late.when() > loop.time();
  loop.close();
  return [o, ran.cancelled(), late.cancelled(), when];
}

/** Rule 20. */
async function callbacksAreLookedAtInDebugModeOnly(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  loop.callSoon(5 as never);
  await tick(loop);
  const o: unknown[] = [loop.getDebug(), errors.map((context) => context.message)];
  loop.setDebug(true);
  o.push(thrownNowBy(() => loop.callSoon(5 as never)).split(' ')[0]);
  o.push(thrownNowBy(() => loop.callLater(1, (function* () {})() as never)));
  loop.close();
  return o;
}

/** Rule 83. */
async function exceptionHandlers(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [];
  loop.defaultExceptionHandler = (context: ExceptionContext) =>
    o.push([context.message, (context.exception as Error).message, context.context?.message]);
  loop.callExceptionHandler({ message: 'm1', exception: new Error('e1') });
  loop.setExceptionHandler((_loop, context) => {
    o.push(`custom ${context.message}`);
    throw new Error('of the handler');
  });
  loop.callExceptionHandler({ message: 'm2', exception: new Error('e2') });
  loop.setExceptionHandler(() => {
    throw new SystemExit(2);
  });
  o.push(
    await thrownBy(() => loop.callExceptionHandler({ message: 'm3' })).then(
      (text) => text.split(':')[0],
    ),
  );
  o.push(thrownNowBy(() => loop.setExceptionHandler(5 as never)).split(' ')[0]);
  loop.setExceptionHandler(null);
  o.push(loop.getExceptionHandler());
  loop.close();
  return o;
}

/** The rule of the default loop. */
async function currentLoop(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  setEventLoop(loop);
  const o: unknown[] = [getEventLoop() === loop];
  const other = driver.newLoop();
  await other.runUntilComplete(
    (function* (): Coroutine<void> {
      o.push(getEventLoop() === other);
    })(),
  );
  setEventLoop(null);
  o.push(
    thrownNowBy(() => getEventLoop()).startsWith(
      'RuntimeError: There is no current event loop in thread',
    ),
  );
  o.push(thrownNowBy(() => setEventLoop(5 as never)).split(':')[0]);
  o.push(newEventLoop() !== newEventLoop());
  loop.close();
  other.close();
  return o;
}

/** A stopped loop may be run again, and `ensureFuture` names the loop. */
async function stoppedLoopRunsAgain(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = ensureFuture(sleep(1, 'value'), { loop });
  await tick(loop);
  const pending = future.done();
  const value = await loop.runUntilComplete(future);
  loop.close();
  return [pending, value];
}

const isClosed = 'RuntimeError: Event loop is closed';
const noLoop = 'RuntimeError: no running event loop';

export const loopCases: readonly Case[] = [
  {
    title:
      'rule 1: cancelled timers are swept out and never run (test__run_once_cancelled_event_cleanup)',
    body: cancelledTimersDoNotRun,
    expected: [0, 100, 200].sort((a, b) => (a % 3) - (b % 3)),
  },
  {
    title: 'rule 2: short sleeps do not spin (test_timeout_rounding)',
    body: sleepsShorterThanAMillisecondDoNotSpin,
    expected: true,
  },
  {
    title: 'rules 3, 5: a callback that reschedules itself starves no timer',
    body: endlessCallbackStarvesNobody,
    expected: true,
  },
  {
    title:
      'rules 6, 12, 38: KeyboardInterrupt in a task is stored and escapes (test_run_until_complete_baseexception)',
    body: interruptInATaskIsStoredAndEscapes,
    expected: ['KeyboardInterrupt', 'KeyboardInterrupt', 'next run is complete'],
  },
  {
    title: 'rules 8, 9: closed, running, another loop runs (test_running_loop_within_a_loop)',
    body: entryChecksInOrder,
    expected: [
      [
        isClosed,
        'RuntimeError: This event loop is already running',
        'RuntimeError: Cannot run the event loop while another loop is running',
      ],
      '',
    ],
  },
  {
    title: 'rule 10: the running slot lasts as long as the run',
    body: runningSlot,
    expected: [
      [false, noLoop],
      [true, true],
      [false, noLoop],
    ],
  },
  {
    title:
      'rule 11: one run consumes the stop (test_single_selecter_event_callback_after_stopping)',
    body: stopIsConsumedByOneRun,
    expected: 'slept',
  },
  {
    title:
      'rule 12: what runUntilComplete takes (test_run_until_complete_type_error, test_run_until_complete_loop)',
    body: whatCanBeRun,
    expected: [
      'ValueError: The future belongs to a different loop than',
      'TypeError',
      'TypeError',
      'generator function',
      'sleep',
    ],
  },
  {
    title:
      'rule 12: the done callback of a run is removed (test_run_until_complete_loop_orphan_future_close_loop)',
    body: callbackOfARunIsRemoved,
    expected: ['iteration 0', 'iteration 1', 'iteration 2'],
  },
  {
    title: 'rule 13: running a done future takes one iteration',
    body: runOfADoneFutureIsOneIteration,
    expected: ['x', '1'],
  },
  {
    title: 'rule 14: what works after close, what does not',
    body: whatWorksAfterClose,
    expected: [false, false, true, 'number', isClosed, isClosed, isClosed, 0],
  },
  {
    title: "rule 15: no task is cancelled behind one's back",
    body: leftTasksAreNotCancelled,
    expected: [false, 0, 1, false],
  },
  {
    title: 'rule 16: arguments reach the callback (EventLoopTestsMixin.test_call_soon)',
    body: callbackArguments,
    expected: [[], [1], [1, '2', true], [1, 2]],
  },
  {
    title:
      'rule 19: cancel is idempotent, also after the run and from inside (HandleTests.test_handle)',
    body: cancelDropsTheCallback,
    expected: [['ran', 'cancelled from inside itself'], true, true, true],
  },
  {
    title:
      'rule 20: only debug mode looks at callbacks (test_call_soon_non_callable, test_call_coroutine)',
    body: callbacksAreLookedAtInDebugModeOnly,
    expected: [
      false,
      ['Exception in callback <anonymous>()'],
      'TypeError:',
      'TypeError: coroutines cannot be used with callLater()',
    ],
  },
  {
    title:
      'rule 83: custom, failing and tunnelling exception handlers (test_set_exc_handler_invalid, _custom, _broken)',
    body: exceptionHandlers,
    expected: [
      ['m1', 'e1', undefined],
      'custom m2',
      ['Unhandled error in exception handler', 'of the handler', 'm2'],
      'SystemExit',
      'TypeError:',
      null,
    ],
  },
  {
    title:
      'g29, section 1.3: the running loop before the current one; none after null (PolicyTests.test_get_event_loop_after_set_none, test_new_event_loop, test_set_event_loop, GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop)',
    body: currentLoop,
    expected: [true, true, true, 'TypeError', true],
  },
  {
    title: 'section 1.3: a stopped loop may be run again',
    body: stoppedLoopRunsAgain,
    expected: [false, 'value'],
  },
];
