import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import { Barrier, type Coroutine, gather, getRunningLoop, sleep, type Task } from './library.ts';

/* Rule 67: Barrier. */

function start<T>(body: () => Coroutine<T>): Task<T> {
  return getRunningLoop().createTask(body);
}

function* turns(n: number): Coroutine<void> {
  for (let i = 0; i < n; i++) yield* sleep(0);
}

/** Each party notes in which place it came, or with what it ended. */
function comers(barrier: Barrier, count: number, o: unknown[]): Task<void>[] {
  function* comer(): Coroutine<void> {
    try {
      o.push(yield* barrier.wait());
    } catch (error) {
      o.push(show(error));
      throw error;
    }
  }
  return Array.from({ length: count }, () => start(comer));
}

function* allDone(tasks: readonly Task<void>[]): Coroutine<void> {
  yield* gather(...tasks, { returnExceptions: true });
}

async function basics(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    const looks = [String(barrier)];
    const tasks = comers(barrier, 2, o);
    yield* sleep(0);
    looks.push(String(barrier));
    const seen = [barrier.nWaiting, barrier.parties, barrier.broken, o.length];
    const last = yield* barrier.wait();
    yield* allDone(tasks);
    return [
      looks,
      seen,
      last,
      o,
      thrownNowBy(() => new Barrier(0)),
      yield* new Barrier(1).wait(),
      barrier.statistics(),
    ];
  });
}

/** Twice as many as it has parties, and again. */
async function againAndAgain(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    yield* allDone(comers(barrier, 6, o));
    yield* allDone(comers(barrier, 3, o));
    return [o, barrier.statistics()];
  });
}

/** Who comes while the others leave waits until they have left. */
async function blockedWhileDraining(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(2);
    const o: unknown[] = [];
    const first = comers(barrier, 1, o);
    yield* sleep(0);
    const leaving = barrier.wait();
    const last = getRunningLoop().createTask(leaving);
    yield* sleep(0); // it has come: the barrier drains
    const { state } = barrier.statistics();
    const second = comers(barrier, 2, o);
    yield* allDone(first);
    yield* last;
    yield* allDone(second);
    return [state, o, barrier.statistics()];
  });
}

async function drainingUntilTheLastHasLeft(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const states: string[] = [];
    function* comer(): Coroutine<void> {
      yield* barrier.wait();
      states.push(barrier.statistics().state);
    }
    yield* gather(start(comer), start(comer), start(comer));
    return states;
  });
}

/** The first one who has left resets the barrier: those still inside are sent away. */
async function resetWhenHalfHaveLeft(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(5);
    const o: string[] = [];
    function* comer(): Coroutine<void> {
      try {
        yield* barrier.wait();
      } catch (error) {
        o.push((error as Error).name);
        return;
      }
      if (barrier.statistics().tasksInside === 2) yield* barrier.reset();
    }
    yield* gather(...Array.from({ length: 5 }, () => start(comer)));
    return [o, barrier.statistics().state, barrier.nWaiting];
  });
}

async function cancelledWhileFilling(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    const [a, b] = comers(barrier, 2, o) as [Task<void>, Task<void>];
    yield* sleep(0);
    a.cancel();
    yield* turns(3);
    const seen = [barrier.nWaiting, barrier.broken, b.done()];
    yield* allDone([...comers(barrier, 2, o), b]);
    return [seen, o, barrier.statistics()];
  });
}

async function cancelledWhileDraining(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    const tasks = comers(barrier, 3, o);
    yield* sleep(0);
    tasks[0]?.cancel();
    yield* allDone(tasks);
    return [o, barrier.statistics()];
  });
}

async function resetWhileFilling(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    yield* barrier.reset();
    const tasks = comers(barrier, 2, o);
    yield* sleep(0);
    yield* barrier.reset();
    const seen = [barrier.statistics().state, barrier.nWaiting];
    const later = comers(barrier, 3, o);
    yield* allDone([...tasks, ...later]);
    return [seen, o, barrier.statistics()];
  });
}

async function aborted(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    const tasks = comers(barrier, 2, o);
    yield* sleep(0);
    yield* barrier.abort();
    const seen = [barrier.broken, barrier.nWaiting];
    yield* allDone(tasks);
    yield* allDone(comers(barrier, 1, o));
    seen.push(barrier.broken);
    yield* barrier.reset();
    yield* allDone(comers(barrier, 3, o));
    return [seen, o, barrier.statistics()];
  });
}

async function resetWhileDraining(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(3);
    const o: unknown[] = [];
    const tasks = comers(barrier, 3, o);
    yield* sleep(0);
    const resetting = getRunningLoop().createTask(barrier.reset());
    yield* allDone(tasks);
    yield* resetting;
    return [o.length, barrier.statistics()];
  });
}

const EMPTY = { state: 'filling', parties: 3, tasksInside: 0, tasksWaiting: 0 };

export const barrierCases: readonly Case[] = [
  {
    title:
      'rule 67: all go on when the last one comes (test_locks.BarrierTests.test_barrier_parties, test_repr, test_filling_one_task, test_filling_task_by_task)',
    body: basics,
    expected: [
      ['<Barrier filling inside=0/3>', '<Barrier filling inside=2/3>'],
      [2, 3, false, 0],
      2,
      [0, 1],
      'ValueError: parties must be >= 1, got 0',
      0,
      EMPTY,
    ],
  },
  {
    title:
      'rule 67: it begins anew (test_locks.BarrierTests.test_filling_tasks_wait_twice, test_filling_tasks_check_return_value)',
    body: againAndAgain,
    expected: [[2, 0, 1, 2, 0, 1, 2, 0, 1], EMPTY],
  },
  {
    title:
      'rule 67: who comes while it drains is let in afterwards (test_locks.BarrierTests.test_blocking_tasks_while_draining)',
    body: blockedWhileDraining,
    expected: ['draining', [0, 1, 0], { ...EMPTY, parties: 2 }],
  },
  {
    title:
      'rule 67: it drains until the last one has left (test_locks.BarrierTests.test_draining_state)',
    body: drainingUntilTheLastHasLeft,
    expected: ['draining', 'draining', 'filling'],
  },
  {
    title:
      'rule 67: reset() when half have left (test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining)',
    body: resetWhenHalfHaveLeft,
    expected: [['BrokenBarrierError', 'BrokenBarrierError'], 'filling', 0],
  },
  {
    title:
      'rule 67: who is cancelled leaves, the others wait on (test_locks.BarrierTests.test_filling_tasks_cancel_one)',
    body: cancelledWhileFilling,
    expected: [[1, false, false], ['CancelledError', 2, 1, 1], EMPTY],
  },
  {
    title: 'rule 67: who is cancelled while it drains leaves, too',
    body: cancelledWhileDraining,
    expected: [[2, 'CancelledError', 1], EMPTY],
  },
  {
    title:
      'rule 67: reset() sends those away who wait (test_locks.BarrierTests.test_reset_barrier, test_reset_barrier_while_tasks_waiting, test_reset_barrier_while_tasks_waiting_and_waiting_again)',
    body: resetWhileFilling,
    expected: [
      ['resetting', 0],
      [
        'BrokenBarrierError: Abort or reset of barrier',
        'BrokenBarrierError: Abort or reset of barrier',
        2,
        0,
        1,
      ],
      EMPTY,
    ],
  },
  {
    title:
      'rule 67: abort() breaks it until reset() (test_locks.BarrierTests.test_abort_barrier, test_abort_barrier_when_exception_then_resetting)',
    body: aborted,
    expected: [
      [true, 0, true],
      [
        'BrokenBarrierError: Abort or reset of barrier',
        'BrokenBarrierError: Abort or reset of barrier',
        'BrokenBarrierError: Barrier aborted',
        2,
        0,
        1,
      ],
      EMPTY,
    ],
  },
  {
    title: 'rule 67: reset() of those who leave is too late for them',
    body: resetWhileDraining,
    expected: [3, EMPTY],
  },
];
