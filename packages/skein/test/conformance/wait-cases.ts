import {
  type Case,
  collectErrors,
  type Driver,
  runMain,
  show,
  thrownNowBy,
  shown,
} from './driver.ts';
import {
  asCompleted,
  type Awaitable,
  type Coroutine,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type Future,
  gather,
  getRunningLoop,
  shield,
  sleep,
  taskGroup,
  timeout,
  wait,
  waitFor,
} from './library.ts';

/* Rules 53, 55 and 56: wait, shield, asCompleted; and the rows of table 2.15 about composition. */

function* fail(message: string): Coroutine<never> {
  throw new RangeError(message);
}

/** Counts the iterations of the loop while something is waited for. */
function* iterationsOf(
  waits: Readonly<Record<string, () => Awaitable<unknown>>>,
): Coroutine<Record<string, number>> {
  const loop = getRunningLoop();
  const counts: Record<string, number> = {};
  let n = 0;
  let done = false;
  const count = (): void => {
    n++;
    if (!done) loop.callSoon(count);
  };
  loop.callSoon(count);
  for (const [name, begin] of Object.entries(waits)) {
    const start = n;
    yield* begin();
    counts[name] = n - start;
  }
  done = true;
  return counts;
}

async function g09(driver: Driver): Promise<unknown> {
  function* child(): Coroutine<number> {
    return 1;
  }
  return runMain(driver, () => {
    const loop = (): ReturnType<typeof getRunningLoop> => getRunningLoop();
    return iterationsOf({
      task: () => loop().createTask(child()),
      gather2: () => gather(child(), child()),
      waitFor: () => waitFor(child(), 10_000),
      shield: () => shield(child()),
      wait: () => wait([loop().createTask(child())]),
      sleep0: () => sleep(0),
      taskGroup: () =>
        taskGroup(function* (group) {
          group.createTask(child());
        }),
      timeout: () => timeout(10_000, child),
    });
  });
}

// Rule 53: wait.

async function g49(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const bad = loop.createTask(fail('bad'));
    const sleeper = loop.createTask(sleep(9000));
    const { done, pending } = yield* wait([bad, sleeper], { timeout: 1 });
    const r = [done.size, pending.size, sleeper.cancelled()];
    bad.exception();
    sleeper.cancel();
    return r;
  });
}

async function waitAll(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const a = loop.createTask(sleep(1, 'a'));
    const b = loop.createTask(sleep(2, 'b'));
    const both = yield* wait(new Set([a, b]));
    const again = yield* wait([b, a, b].values());
    return [
      [...both.done].map((task) => task.result()),
      both.pending.size,
      [...again.done].map((task) => task.result()),
    ];
  });
}

async function waitFirst(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const name = new Map<Future<unknown>, string>();
    const create = (what: string, body: () => Coroutine<unknown>): Future<unknown> => {
      const task = loop.createTask(body());
      name.set(task, what);
      return task;
    };
    const names = (set: ReadonlySet<Future<unknown>>): (string | undefined)[] =>
      [...set].map((each) => name.get(each));
    const o: unknown[] = [];
    const sleeper = create('sleeper', () => sleepIn(9000));
    const cancelled = create('cancelled', () => sleepIn(9000));
    const quick = create('quick', () => sleepIn(0));
    const later = create('later', function* () {
      yield* sleep(0);
      yield* sleep(0);
      yield* sleep(0);
      yield* sleep(0);
      throw new RangeError('later');
    });
    const all = [sleeper, cancelled, quick, later];
    const first = yield* wait(all, { returnWhen: FIRST_COMPLETED });
    o.push(names(first.done), names(first.pending));
    cancelled.cancel();
    const exception = yield* wait(all, { returnWhen: FIRST_EXCEPTION });
    o.push(names(exception.done), names(exception.pending), show(later.exception()));
    const done = yield* wait([sleeper, later], { returnWhen: FIRST_EXCEPTION });
    o.push(names(done.done), names(done.pending));
    sleeper.cancel();
    const rest = yield* wait([sleeper, cancelled], { returnWhen: FIRST_EXCEPTION });
    o.push(names(rest.done), names(rest.pending));
    return o;
  });
}

function* sleepIn(delayMs: number): Coroutine<void> {
  yield* sleep(delayMs);
}

/** What got done while the wake-up was on its way is done. */
async function waitReallyDone(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const [a, b] = [loop.createFuture<number>(), loop.createFuture<number>()];
    a.addDoneCallback(() => b.setResult(2));
    loop.callSoon(() => a.setResult(1));
    const { done, pending } = yield* wait([a, b], { returnWhen: FIRST_COMPLETED });
    return [done.size, pending.size];
  });
}

async function waitTimeout(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const quick = loop.createTask(sleep(0));
    const sleeper = loop.createTask(sleep(9000));
    const first = yield* wait([quick, sleeper], { timeout: 1 });
    const o = [first.done.has(quick), first.pending.has(sleeper), sleeper.done()];
    const none = yield* wait([sleeper], { timeout: 0 });
    sleeper.cancel();
    const cancelled = yield* wait([sleeper], { timeout: null });
    return [...o, none.done.size, cancelled.done.has(sleeper), sleeper.cancelled()];
  });
}

async function waitCancelled(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const sleeper = loop.createTask(sleep(9000));
    const waiting = loop.createTask(wait([sleeper]));
    yield* sleep(0);
    waiting.cancel();
    const o = [yield* shown(() => waiting), sleeper.done()];
    sleeper.cancel();
    return o;
  });
}

async function waitRefuses(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const future = loop.createFuture<void>();
    const o: unknown[] = [];
    for (const given of [[], future, [sleepIn(0)], [sleep(0)], 3]) {
      o.push(yield* shown(() => wait(given as never)));
    }
    o.push(yield* shown(() => wait([future], { returnWhen: 'LATER' as never })));
    return o;
  });
}

// Rule 55: shield.

async function g21(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const inner = loop.createTask(sleep(1, 'inner'));
    const waiting = loop.createTask(function* () {
      return yield* shield(inner);
    });
    yield* sleep(0);
    waiting.cancel();
    yield* shown(() => waiting);
    return [waiting.cancelled(), inner.done(), yield* inner];
  });
}

async function shieldOutcomes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const inner = Array.from({ length: 3 }, () => loop.createFuture<number>());
    const outer = inner.map((future) => shield(future));
    inner[0]?.setResult(42);
    inner[1]?.setException(new RangeError('expected'));
    inner[2]?.cancel();
    const o: unknown[] = [outer.map((future) => future.done())];
    yield* sleep(0);
    for (const future of outer) o.push(yield* shown(() => future));
    const done = inner[0] as Future<number>;
    o.push(shield(done) === done, outer[2]?.cancelled());
    return o;
  });
}

async function shieldAndGather(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const [a, b, c, d] = Array.from({ length: 4 }, () => loop.createFuture<number>());
    const children = [a, b, c, d] as [
      Future<number>,
      Future<number>,
      Future<number>,
      Future<number>,
    ];
    // A gather in a shield: the children go on. A shield in a gather: it is cancelled, they are not.
    const gathering = gather(children[0], children[1]);
    const outer = shield(gathering);
    outer.cancel();
    const shields = [shield(children[2]), shield(children[3])] as const;
    const other = gather(...shields);
    other.cancel();
    yield* sleep(0);
    const o: unknown[] = [children.map((future) => future.cancelled()), gathering.done()];
    children.forEach((future, i) => future.setResult(i));
    yield* sleep(0);
    return [...o, yield* gathering, yield* shown(() => other)];
  });
}

/** Nobody waits for the inner future any more: its failure is told, once, whoever shielded it. */
async function failureInAShield(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const errors = collectErrors(loop);
  await loop.runUntilComplete(function* () {
    const inner = loop.createFuture<void>();
    for (const outer of [shield(inner), shield(inner)]) outer.cancel();
    yield* sleep(0);
    inner.setException(new RangeError('nobody waits'));
    yield* sleep(0);
    const cancelled = loop.createFuture<void>();
    shield(cancelled).cancel();
    yield* sleep(0);
    cancelled.cancel();
    yield* sleep(0);
  });
  loop.close();
  return errors.map((context) => [context.message, show(context.exception)]);
}

// Rule 56: asCompleted.

async function g48(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: number[] = [];
    for (const next of asCompleted([sleep(25, 3), sleep(1, 1), sleep(12, 2)])) o.push(yield* next);
    return o;
  });
}

async function a1(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const tasks = [20, 1].map((delayMs) => getRunningLoop().createTask(sleep(delayMs)));
    const o: number[] = [];
    const completed = asCompleted(tasks)[Symbol.asyncIterator]();
    for (;;) {
      const step = yield* completed.next();
      if (step.done === true) return o;
      o.push(tasks.indexOf(step.value));
    }
  });
}

async function asCompletedOutcomes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: unknown[] = [];
    const coroutine = sleepIn(0);
    const failed = loop.createTask(fail('failed'));
    const cancelled = loop.createTask(sleep(9000));
    cancelled.cancel();
    for (const next of asCompleted([coroutine, failed, coroutine, cancelled])) {
      o.push(yield* shown(() => next));
    }
    o.push([...asCompleted([])].length);
    o.push([...asCompleted([failed, failed])].length);
    return o;
  });
}

async function asCompletedTimeout(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const o: unknown[] = [];
    const tasks = [sleep(0, 'quick'), sleep(9000), sleep(9000)].map((each) =>
      loop.createTask(each as Awaitable<unknown> & PromiseLike<unknown>),
    );
    for (const next of asCompleted(tasks, { timeout: 20 })) {
      o.push(
        yield* shown(function* () {
          return yield* next;
        }),
      );
    }
    o.push(tasks.map((task) => task.done()));
    for (const task of tasks) task.cancel();
    // The limit is over when all are done.
    const unused = [...asCompleted([sleep(0, 'value')], { timeout: 9000 })];
    for (const next of unused) o.push(yield* next);
    return o;
  });
}

/** Whoever asks first is served first; a cancelled one gives way; later ones may wait at the same time. */
async function asCompletedConcurrent(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const loop = getRunningLoop();
    const futures = Array.from({ length: 3 }, () => loop.createFuture<number>());
    const [first, second, third] = [...asCompleted(futures)].map((next) => loop.createTask(next));
    yield* sleep(0);
    first?.cancel();
    futures[2]?.setResult(2);
    futures[0]?.setResult(0);
    yield* sleep(0);
    // Woken, and cancelled before it ran: what it would have got is for another one.
    second?.cancel();
    const o: unknown[] = [];
    for (const task of [first, second, third]) {
      o.push(yield* shown(() => task as Awaitable<unknown>));
    }
    return o;
  });
}

/** Another iterator of the same completions goes on where the first one stopped. */
async function asCompletedResumes(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const completions = asCompleted([sleep(0, 0), sleep(1, 1), sleep(9, 2)]);
    const o: unknown[] = [];
    for (const next of completions) {
      o.push(yield* next);
      break;
    }
    const step = yield* completions[Symbol.asyncIterator]().next();
    o.push(step.done === true ? 'over' : step.value.result());
    for (const next of completions) o.push(yield* next);
    return o;
  });
}

async function asCompletedRefuses(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const future = getRunningLoop().createFuture<void>();
    return [
      thrownNowBy(() => asCompleted(future as never)),
      thrownNowBy(() => asCompleted(sleepIn(0) as never)),
      thrownNowBy(() => asCompleted(3 as never)),
      thrownNowBy(() => asCompleted([3] as never)),
    ];
  });
}

export const waitCases: readonly Case[] = [
  {
    title: 'g09 section 2.15: iterations that compositions take',
    body: g09,
    expected: {
      task: 2,
      gather2: 3,
      waitFor: 0,
      shield: 3,
      wait: 3,
      sleep0: 1,
      taskGroup: 3,
      timeout: 0,
    },
  },
  {
    title: 'g49 rule 53: wait neither cancels nor throws',
    body: g49,
    expected: [1, 1, false],
  },
  {
    title:
      'rule 53: wait for all (BaseTaskTests.test_wait, test_wait_duplicate_coroutines, test_wait_with_iterator_of_tasks, test_wait_generator)',
    body: waitAll,
    expected: [['a', 'b'], 0, ['b', 'a']],
  },
  {
    title:
      'rule 53: wait for the first, for an error (test_wait_first_completed, test_wait_first_exception, _in_wait, test_wait_with_exception)',
    body: waitFirst,
    expected: [
      ['quick'],
      ['sleeper', 'cancelled', 'later'],
      ['cancelled', 'quick', 'later'],
      ['sleeper'],
      'RangeError: later',
      ['later'],
      ['sleeper'],
      ['sleeper', 'cancelled'],
      [],
    ],
  },
  {
    title: 'rule 53: done when it is looked at (test_wait_really_done, _concurrent_complete)',
    body: waitReallyDone,
    expected: [2, 0],
  },
  {
    title: 'rule 53: wait with a timeout (test_wait_with_timeout)',
    body: waitTimeout,
    expected: [true, true, false, 0, true, true],
  },
  {
    title:
      'rule 53: cancelling the waiter leaves the futures alone (test_yield_wait_does_not_shield_cancel)',
    body: waitCancelled,
    expected: ['CancelledError', false],
  },
  {
    title: 'rule 53: what wait refuses (test_wait_errors, test_wait_invalid_args)',
    body: waitRefuses,
    expected: [
      'ValueError: Set of Tasks/Futures is empty',
      'TypeError: wait() takes an iterable of futures, got <Future pending>',
      'TypeError: Passing coroutines is forbidden, use tasks explicitly',
      'TypeError: Passing coroutines is forbidden, use tasks explicitly',
      'TypeError: wait() takes an iterable of futures, got 3',
      'ValueError: Invalid returnWhen value',
    ],
  },
  {
    title: 'g21 rule 55: the inner task survives',
    body: g21,
    expected: [true, false, 'inner'],
  },
  {
    title:
      'rule 55: outcomes (test_shield_result, _exception, _cancel_inner, _cancel_outer, _shortcut, test_shield_effect)',
    body: shieldOutcomes,
    expected: [[false, false, false], 42, 'RangeError: expected', 'CancelledError', true, true],
  },
  {
    title: 'rule 55: shields and gathers in each other (test_shield_gather, test_gather_shield)',
    body: shieldAndGather,
    expected: [[false, false, false, false], false, [0, 1], 'CancelledError'],
  },
  {
    title:
      'rule 55: a failure after the cancellation is told once (test_shield_cancel_outer_exception, test_shield_duplicate_log_once)',
    body: failureInAShield,
    expected: [['RangeError exception in shielded future', 'RangeError: nobody waits']],
  },
  { title: 'g48 rule 56: in the order in which they come', body: g48, expected: [1, 2, 3] },
  {
    title:
      'a1 rule 56: the async iterator gives the futures themselves (test_as_completed_same_tasks_in_as_out)',
    body: a1,
    expected: [1, 0],
  },
  {
    title:
      'rule 56: errors and duplicates (test_as_completed, test_as_completed_duplicate_coroutines)',
    body: asCompletedOutcomes,
    expected: ['RangeError: failed', 'CancelledError', undefined, 0, 1],
  },
  {
    title:
      'rule 56: a timeout (test_as_completed_with_timeout, test_as_completed_with_unused_timeout)',
    body: asCompletedTimeout,
    expected: [
      'quick',
      'TimeoutError: the timeout of asCompleted() passed before the next one was done',
      'TimeoutError: the timeout of asCompleted() passed before the next one was done',
      [true, false, false],
      'value',
    ],
  },
  {
    title:
      'rule 56: several may wait (test_as_completed_reverse_wait, test_as_completed_concurrent)',
    body: asCompletedConcurrent,
    expected: ['CancelledError', 'CancelledError', 2],
  },
  {
    title: 'rule 56: iterators share the completions (test_as_completed_resume_iterator)',
    body: asCompletedResumes,
    expected: [0, 1, 2],
  },
  {
    title: 'rule 56: what asCompleted refuses (test_as_completed_invalid_args)',
    body: asCompletedRefuses,
    expected: [
      'TypeError: asCompleted() takes an iterable of futures, got <Future pending>',
      'TypeError: asCompleted() takes an iterable of futures, got a coroutine',
      'TypeError: asCompleted() takes an iterable of futures, got 3',
      'TypeError: A Future, a coroutine, a promise or a function that gives one of these is required, got 3',
    ],
  },
];
