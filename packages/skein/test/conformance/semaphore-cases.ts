import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  BoundedSemaphore,
  type Coroutine,
  gather,
  getRunningLoop,
  Semaphore,
  sleep,
  type Task,
} from './library.ts';

/* Rule 63: Semaphore and BoundedSemaphore. */

function start<T>(body: () => Coroutine<T>): Task<T> {
  return getRunningLoop().createTask(body);
}

function* turns(n: number): Coroutine<void> {
  for (let i = 0; i < n; i++) yield* sleep(0);
}

async function looks(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore();
    const o = [String(semaphore)];
    yield* semaphore.acquire();
    o.push(String(semaphore));
    const task = getRunningLoop().createTask(semaphore.acquire());
    yield* sleep(0);
    o.push(String(semaphore));
    semaphore.release();
    yield* task;
    return [o, semaphore.statistics(), String(new BoundedSemaphore(3))];
  });
}

async function values(): Promise<unknown> {
  const none = new Semaphore(0);
  const bounded = new BoundedSemaphore(2);
  return [
    none.locked(),
    thrownNowBy(() => new Semaphore(-1)),
    thrownNowBy(() => new Semaphore(NaN)),
    thrownNowBy(() => bounded.release()),
    thrownNowBy(() => none.release()),
    none.locked(),
  ];
}

async function withUsing(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new BoundedSemaphore(2);
    const o: unknown[] = [];
    {
      using a = yield* semaphore.acquire();
      using b = yield* semaphore.acquire();
      o.push(Boolean(a && b), semaphore.locked());
    }
    return [...o, semaphore.statistics()];
  });
}

async function inOrder(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(3);
    const o: number[] = [];
    yield* semaphore.acquire();
    yield* semaphore.acquire();
    function* worker(n: number): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(n);
    }
    const tasks = [1, 2, 3, 4].map((n) => start(() => worker(n)));
    yield* sleep(0);
    const first = [...o];
    const { tasksWaiting } = semaphore.statistics();
    semaphore.release();
    semaphore.release();
    const value = semaphore.statistics().value;
    yield* sleep(0);
    const then = [...o];
    semaphore.release();
    yield* gather(...tasks);
    return [first, tasksWaiting, value, then, o, semaphore.statistics()];
  });
}

async function cancelledWait(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore();
    yield* semaphore.acquire();
    const task = getRunningLoop().createTask(semaphore.acquire());
    getRunningLoop().callSoon(() => task.cancel());
    let error = '';
    try {
      yield* task;
    } catch (thrown) {
      error = show(thrown);
    }
    return [error, semaphore.statistics()];
  });
}

/** Three of four are cancelled, one of them after a permit was given to it. */
async function cancelBeforeAwoken(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(0);
    const tasks = [0, 1, 2, 3].map(() => getRunningLoop().createTask(semaphore.acquire()));
    yield* sleep(0);
    semaphore.release();
    semaphore.release();
    tasks[0]?.cancel();
    tasks[1]?.cancel();
    yield* turns(3);
    const done = tasks.map((task) => task.done());
    return [done, tasks.map((task) => task.cancelled()), semaphore.statistics()];
  });
}

/** The permit of a cancelled waiter does not get lost, whoever comes meanwhile. */
async function noHang(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(1);
    function* briefly(): Coroutine<void> {
      using _ = yield* semaphore.acquire();
      yield* sleep(0);
    }
    function* quitting(task: Task<void>): Coroutine<void> {
      using _ = yield* semaphore.acquire();
      task.cancel();
    }
    const a: Task<void> = start(briefly);
    const b = start(briefly);
    const c = start(() => quitting(b));
    yield* gather(a, b, c, { returnExceptions: true });
    yield* semaphore.acquire();
    return semaphore.statistics();
  });
}

/** `release` gives the permit away, so that it cannot be taken twice. */
async function permitOnItsWay(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(1);
    const o: string[] = [];
    function* worker(tag: string): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(`${tag}_1`);
      yield* sleep(0);
      semaphore.release();
      yield* semaphore.acquire();
      o.push(`${tag}_2`);
      semaphore.release();
    }
    yield* gather(
      start(() => worker('c1')),
      start(() => worker('c2')),
      start(() => worker('c3')),
    );
    return o;
  });
}

/** Who gives a permit back and wants another one goes behind those who wait. */
async function secondHelping(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(1);
    const o: number[] = [];
    function* c1(): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(1);
    }
    function* c2(): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(2);
      semaphore.release();
      yield* semaphore.acquire();
      o.push(4);
    }
    function* c3(): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(3);
    }
    const tasks = [start(c1), start(c2), start(c3)];
    yield* sleep(0);
    semaphore.release();
    semaphore.release();
    yield* gather(...tasks);
    return o;
  });
}

/** Two permits at once; the first one who is woken gives his back before the second one has run. */
async function releaseOfWoken(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(0);
    const o: number[] = [];
    function* c1(): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(1);
      semaphore.release();
    }
    function* other(n: number): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(n);
    }
    const tasks = [start(c1), start(() => other(2)), start(() => other(3))];
    yield* sleep(0);
    tasks[1]?.cancel();
    semaphore.release();
    semaphore.release();
    yield* gather(...tasks, { returnExceptions: true });
    return [o, semaphore.statistics()];
  });
}

async function firstIsCancelled(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(0);
    const o: number[] = [];
    function* worker(n: number): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(n);
    }
    const tasks = [1, 2, 3].map((n) => start(() => worker(n)));
    yield* sleep(0);
    tasks[0]?.cancel();
    yield* sleep(0);
    semaphore.release();
    semaphore.release();
    yield* gather(...tasks, { returnExceptions: true });
    return o;
  });
}

/** The permits for those who came after the first one are given out when he has run. */
async function wakesAllWhoMayGo(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(0);
    const o: unknown[] = [];
    let last: Task<void> | undefined;
    function* c1(): Coroutine<void> {
      o.push(semaphore.statistics().value);
      yield* semaphore.acquire();
      o.push(semaphore.statistics().value);
      last = start(function* () {
        o.push('c4');
      });
      o.push('c1');
    }
    function* c2(): Coroutine<void> {
      for (let i = 0; i < 3; i++) semaphore.release();
      o.push(semaphore.statistics().value, semaphore.locked());
      yield* semaphore.acquire();
      o.push('c2');
    }
    function* c3(): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(semaphore.locked(), 'c3');
    }
    const tasks = [start(c1), start(c2), start(c3)];
    yield* turns(2);
    yield* gather(...tasks);
    if (last !== undefined) yield* last;
    return o;
  });
}

/** A permit that is free while only cancelled ones are in line. */
async function cancelledInLine(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const semaphore = new Semaphore(0);
    const a = getRunningLoop().createTask(semaphore.acquire());
    const b = getRunningLoop().createTask(semaphore.acquire());
    yield* sleep(0);
    a.cancel();
    b.cancel();
    const whileInLine = semaphore.locked();
    semaphore.release();
    const released = semaphore.locked();
    yield* semaphore.acquire();
    yield* turns(2);
    return [whileInLine, released, semaphore.statistics()];
  });
}

export const semaphoreCases: readonly Case[] = [
  {
    title: 'Semaphore shows its state and who waits (test_locks.SemaphoreTests.test_repr)',
    body: looks,
    expected: [
      ['<Semaphore unlocked value=1>', '<Semaphore locked>', '<Semaphore locked waiting=1>'],
      { value: 0, locked: true, tasksWaiting: 0 },
      '<BoundedSemaphore unlocked value=3>',
    ],
  },
  {
    title:
      'values that make no sense, and a release too many (test_locks.SemaphoreTests.test_semaphore, test_semaphore_value, test_initial_value_zero, test_release_not_acquired)',
    body: values,
    expected: [
      true,
      'ValueError: Semaphore initial value must be >= 0, got -1',
      'ValueError: Semaphore initial value must be >= 0, got NaN',
      'ValueError: BoundedSemaphore released too many times',
      '',
      false,
    ],
  },
  {
    title:
      'a using block gives the permit back (test_locks.SemaphoreTests.test_release_no_waiters)',
    body: withUsing,
    expected: [true, true, { value: 2, locked: false, tasksWaiting: 0 }],
  },
  {
    title: 'rule 63: first come, first served (test_locks.SemaphoreTests.test_acquire)',
    body: inOrder,
    expected: [[1], 3, 0, [1, 2, 3], [1, 2, 3, 4], { value: 0, locked: true, tasksWaiting: 0 }],
  },
  {
    title: 'rule 63: a cancelled wait (test_locks.SemaphoreTests.test_acquire_cancel)',
    body: cancelledWait,
    expected: ['CancelledError', { value: 0, locked: true, tasksWaiting: 0 }],
  },
  {
    title:
      'rule 63: who is cancelled with a permit on its way puts it back (test_locks.SemaphoreTests.test_acquire_cancel_before_awoken)',
    body: cancelBeforeAwoken,
    expected: [
      [true, true, true, true],
      [true, true, false, false],
      { value: 0, locked: true, tasksWaiting: 0 },
    ],
  },
  {
    title:
      'rule 63: no permit gets lost (test_locks.SemaphoreTests.test_acquire_hang, test_acquire_no_hang)',
    body: noHang,
    expected: { value: 0, locked: true, tasksWaiting: 0 },
  },
  {
    title:
      'rule 63: who releases goes behind those who wait (test_locks.SemaphoreTests.test_acquire_fifo_order)',
    body: permitOnItsWay,
    expected: ['c1_1', 'c2_1', 'c3_1', 'c1_2', 'c2_2', 'c3_2'],
  },
  {
    title:
      'rule 63: a second helping comes last (test_locks.SemaphoreTests.test_acquire_fifo_order_2)',
    body: secondHelping,
    expected: [1, 2, 3, 4],
  },
  {
    title: 'rule 63: a permit that is given back at once goes to the next one',
    body: releaseOfWoken,
    expected: [[1, 3], { value: 1, locked: false, tasksWaiting: 0 }],
  },
  {
    title: 'rule 63: the first is cancelled (test_locks.SemaphoreTests.test_acquire_fifo_order_3)',
    body: firstIsCancelled,
    expected: [2, 3],
  },
  {
    title:
      'rule 63: who takes a permit wakes all who may go, too (test_locks.SemaphoreTests.test_acquire_fifo_order_4)',
    body: wakesAllWhoMayGo,
    expected: [0, 2, true, 0, 'c1', 'c2', true, 'c3', 'c4'],
  },
  {
    title: 'rule 63: cancelled ones in line keep nobody from a permit',
    body: cancelledInLine,
    expected: [true, false, { value: 0, locked: true, tasksWaiting: 0 }],
  },
];
