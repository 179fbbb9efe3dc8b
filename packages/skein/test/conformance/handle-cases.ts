import {
  type Case,
  collectErrors,
  type Driver,
  pause,
  show,
  thrownBy,
  thrownNowBy,
  tick,
} from './driver.ts';
import {
  type Coroutine,
  getRunningLoop,
  Handle,
  KeyboardInterrupt,
  sleep,
  TimerHandle,
} from './library.ts';

/* Handles, timers and plain runs, as in HandleTests, TimerTests and EventLoopTestsMixin. */

async function aHandle(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const handle = loop.callSoon(function callback() {});
  const o: unknown[] = [handle instanceof Handle, handle.cancelled(), String(handle)];
  handle.cancel();
  o.push(handle.cancelled(), String(handle));
  loop.close();
  return o;
}

async function errorOfACallback(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const handle = loop.callSoon(function crash() {
    throw new RangeError('x');
  });
  await tick(loop);
  loop.callLater(0, function crashLater() {
    throw new RangeError('y');
  });
  pause(1);
  await tick(loop);
  loop.close();
  return errors.map((context, nth) => [
    context.message,
    show(context.exception),
    nth > 0 || context.handle === handle,
  ]);
}

async function aTimer(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const when = loop.time() + 10_000;
  const timer = loop.callAt(when, function late() {});
  const later = loop.callLater(20_000, () => {});
  const o: unknown[] = [
    timer instanceof TimerHandle,
    timer.when() === when,
    later.when() >= when + 10_000,
    String(timer).startsWith('<TimerHandle '),
    timer.cancelled(),
  ];
  timer.cancel();
  o.push(timer.cancelled(), /cancelled/.test(String(timer)));
  loop.close();
  return o;
}

async function negativeDelays(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  loop.callLater(-1, (text: string) => o.push(text), 'a');
  loop.callLater(-2, (text: string) => o.push(text), 'b');
  await tick(loop);
  const refused = [
    thrownNowBy(() => loop.callLater(null as never, () => {})).split(':')[0],
    thrownNowBy(() => loop.callLater('10' as never, () => {})).split(':')[0],
    thrownNowBy(() => loop.callAt(undefined as never, () => {})).split(':')[0],
    thrownNowBy(() => loop.callAt(NaN, () => {})).split(':')[0],
  ];
  loop.close();
  return [o, refused];
}

async function timeGoesBy(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const start = loop.time();
  loop.callAt(start + 3, () => loop.stop());
  await loop.runForever();
  const afterTimer = loop.time() - start;
  await loop.runUntilComplete(sleep(3));
  const afterSleep = loop.time() - start;
  loop.close();
  return [afterTimer >= 2.9, afterSleep >= 5.8];
}

async function whatACallbackRegistersRunsNextTime(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: string[] = [];
  loop.callLater(-1, () => {
    o.push('timer');
    loop.callSoon(() => o.push('registered'));
  });
  await tick(loop);
  const first = [...o];
  await tick(loop);
  loop.close();
  return [first, o];
}

async function runsInsideARun(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const inside = await loop.runUntilComplete(function* () {
    return [
      getRunningLoop().isRunning(),
      thrownNowBy(() => getRunningLoop().runUntilComplete(sleep(0))),
      thrownNowBy(() => getRunningLoop().close()),
    ];
  });
  const stopped = await thrownBy(() =>
    loop.runUntilComplete(
      (function* (): Coroutine<void> {
        loop.stop();
        yield* sleep(1);
      })(),
    ),
  );
  loop.close();
  return [inside, stopped];
}

/** The interrupt comes out of the run; nobody has to look at the task's. */
async function interruptIsTold(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  const escaped = await thrownBy(() =>
    loop.runUntilComplete(function* (): Coroutine<void> {
      throw new KeyboardInterrupt();
    }),
  );
  loop.close();
  return [escaped, errors.length];
}

async function closedForAll(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const future = loop.createFuture();
  const open = loop.isClosed();
  loop.close();
  loop.close();
  const calls: (() => unknown)[] = [
    () => loop.runForever(),
    () => loop.runUntilComplete(future),
    () => loop.callSoon(() => {}),
    () => loop.callSoonThreadsafe(() => {}),
    () => loop.callLater(1, () => {}),
    () => loop.callAt(loop.time(), () => {}),
    () => loop.createTask(sleep(0)),
    () => loop.runInExecutor(null, () => 1),
  ];
  const errors = new Set(calls.map((call) => thrownNowBy(call)));
  return [open, loop.isClosed(), [...errors]];
}

async function debugIsSet(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  loop.setDebug(true);
  const on = loop.getDebug();
  loop.setDebug(false);
  const off = loop.getDebug();
  loop.close();
  return [on, off];
}

const closed = 'RuntimeError: Event loop is closed';

export const handleCases: readonly Case[] = [
  {
    title:
      'rule 19: handles (HandleTests.test_handle, test_handle_repr, EventLoopTestsMixin.test_call_soon, BaseEventLoopTests.test_call_soon)',
    body: aHandle,
    expected: [true, false, '<Handle callback()>', true, '<Handle cancelled>'],
  },
  {
    title:
      'rule 6: errors of callbacks (HandleTests.test_callback_with_exception, BaseEventLoopTests.test_default_exc_handler_callback, test_set_exc_handler_custom)',
    body: errorOfACallback,
    expected: [
      ['Exception in callback crash()', 'RangeError: x', true],
      ['Exception in callback crashLater()', 'RangeError: y', true],
    ],
  },
  {
    title:
      'timers (TimerTests.test_when, test_timer, test_timer_repr, BaseEventLoopTests.test_call_later)',
    body: aTimer,
    expected: [true, true, true, true, false, true, true],
  },
  {
    title:
      'rule 4: delays below zero; none, and texts, are refused (test_call_later_negative_delays)',
    body: negativeDelays,
    expected: [
      ['b', 'a'],
      ['ValueError', 'ValueError', 'ValueError', 'ValueError'],
    ],
  },
  {
    title:
      'time goes by (test_time_and_call_at, EventLoopTestsMixin.test_call_later, EventLoopTestsMixin.test_run_until_complete)',
    body: timeGoesBy,
    expected: [true, true],
  },
  {
    title:
      'rule 5: what a timer registers runs in the next iteration (test__run_once_schedule_handle)',
    body: whatACallbackRegistersRunsNextTime,
    expected: [['timer'], ['timer', 'registered']],
  },
  {
    title:
      'rule 8: runs inside a run (test_run_until_complete_nesting, test_close_running_event_loop, test_run_until_complete_stopped)',
    body: runsInsideARun,
    expected: [
      [
        true,
        'RuntimeError: This event loop is already running',
        'RuntimeError: Cannot close a running event loop',
      ],
      'RuntimeError: Event loop stopped before Future completed',
    ],
  },
  {
    title:
      'rule 12: an interrupt that came out is not reported (test_run_forever_keyboard_interrupt)',
    body: interruptIsTold,
    expected: ['KeyboardInterrupt', 0],
  },
  {
    title:
      'rule 14: all that a closed loop refuses (EventLoopTestsMixin.test_close, BaseEventLoopTests.test_close)',
    body: closedForAll,
    expected: [false, true, [closed]],
  },
  { title: 'debug mode is set (test_set_debug)', body: debugIsSet, expected: [true, false] },
];
