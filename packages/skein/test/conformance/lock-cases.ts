import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  type Coroutine,
  Event,
  gather,
  getRunningLoop,
  Lock,
  sleep,
  type Task,
} from './library.ts';

/* Rules 61, 62 and 65: Lock and Event. */

function start<T>(body: () => Coroutine<T>): Task<T> {
  return getRunningLoop().createTask(body);
}

/** Lets everybody run `n` times. */
function* turns(n: number): Coroutine<void> {
  for (let i = 0; i < n; i++) yield* sleep(0);
}

async function looks(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const o = [String(lock)];
    yield* lock.acquire();
    o.push(String(lock));
    const task = getRunningLoop().createTask(lock.acquire());
    yield* sleep(0);
    o.push(String(lock), String(task.getWaiter()));
    lock.release();
    yield* task;
    lock.release();
    return [o, lock.statistics()];
  });
}

async function basics(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const o = [lock.locked(), Boolean(yield* lock.acquire()), lock.locked()];
    lock.release();
    o.push(lock.locked());
    return [...o, thrownNowBy(() => lock.release())];
  });
}

async function withUsing(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const o: boolean[] = [];
    {
      using _ = yield* lock.acquire();
      o.push(lock.locked());
    }
    o.push(lock.locked());
    try {
      using _ = yield* lock.acquire();
      throw new Error('in the block');
    } catch {
      o.push(lock.locked());
    }
    return o;
  });
}

async function inOrder(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const o: number[] = [];
    yield* lock.acquire();
    function* worker(n: number): Coroutine<boolean> {
      yield* lock.acquire();
      o.push(n);
      return true;
    }
    const t1 = start(() => worker(1));
    const t2 = start(() => worker(2));
    yield* sleep(0);
    const seen = [o.length];
    lock.release();
    yield* turns(2);
    seen.push(o.length);
    yield* sleep(0);
    seen.push(o.length);
    const t3 = start(() => worker(3));
    lock.release();
    yield* turns(2);
    seen.push(o.length);
    lock.release();
    yield* turns(2);
    return [seen, o, t1.done(), t2.done(), t3.done()];
  });
}

async function cancelledWait(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const task = getRunningLoop().createTask(lock.acquire());
    yield* sleep(0);
    const waiting = lock.statistics().tasksWaiting;
    task.cancel('why');
    let message = '';
    try {
      yield* task;
    } catch (error) {
      message = show(error);
    }
    return [waiting, message, lock.statistics()];
  });
}

/** B and C wait; B is cancelled and the lock is released in the same iteration. */
async function cancelRace(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const event = new Event();
    const o: string[] = [];
    yield* lock.acquire();
    function* lockit(name: string, blocker: Event | null): Coroutine<void> {
      using _ = yield* lock.acquire();
      if (blocker !== null) yield* blocker.wait();
      o.push(name);
    }
    const a = start(() => lockit('A', event));
    lock.release();
    yield* sleep(0);
    const b = start(() => lockit('B', null));
    yield* sleep(0);
    const c = start(() => lockit('C', null));
    yield* sleep(0);
    event.set();
    b.cancel();
    yield* a;
    const atEndOfA = [b.cancelled(), c.done()];
    yield* c;
    return [o, atEndOfA, b.cancelled(), lock.statistics()];
  });
}

/** Four wait, the second is cancelled, the first one is woken: never two hold the lock. */
async function cancelReleaseRace(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    let acquired = 0;
    const o: number[] = [];
    yield* lock.acquire();
    function* worker(): Coroutine<void> {
      yield* lock.acquire();
      acquired++;
    }
    const tasks = [0, 1, 2, 3].map(() => start(worker));
    yield* sleep(0);
    tasks[1]?.cancel();
    lock.release();
    yield* turns(3);
    o.push(acquired);
    lock.release();
    yield* turns(3);
    o.push(acquired);
    lock.release();
    yield* turns(3);
    o.push(acquired);
    return [o, tasks.map((task) => task.cancelled()), lock.locked()];
  });
}

async function finishedWaiterCancelled(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const b = getRunningLoop().createTask(lock.acquire());
    yield* sleep(0);
    const waiting = lock.statistics().tasksWaiting;
    const c = getRunningLoop().createTask(lock.acquire());
    b.cancel();
    lock.release();
    yield* sleep(0);
    const locked = lock.locked();
    yield* sleep(0);
    yield* c;
    return [waiting, locked, b.cancelled(), lock.locked()];
  });
}

/** The woken one is cancelled before it runs: the next one gets its turn. */
async function wokenAndCancelled(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const a = getRunningLoop().createTask(lock.acquire());
    const b = getRunningLoop().createTask(lock.acquire());
    yield* sleep(0);
    lock.release();
    a.cancel();
    const free = lock.locked();
    yield* b;
    return [free, a.cancelled(), lock.locked(), lock.statistics().tasksWaiting];
  });
}

/** While somebody is woken and has not run, others go behind those who wait. */
async function noBarging(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const o: string[] = [];
    yield* lock.acquire();
    const a = start(function* () {
      yield* lock.acquire();
      o.push('a');
      lock.release();
    });
    yield* sleep(0);
    lock.release();
    o.push(String(lock.locked()));
    yield* lock.acquire();
    o.push('main');
    lock.release();
    yield* a;
    return o;
  });
}

/** One operation, waited for several times, by two tasks at once. */
async function operationTwice(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const lock = new Lock();
    const acquire = lock.acquire();
    yield* acquire;
    const tasks = [1, 2].map(() => getRunningLoop().createTask(acquire));
    yield* sleep(0);
    const waiting = lock.statistics().tasksWaiting;
    lock.release();
    yield* tasks[0] as Task<Disposable>;
    lock.release();
    yield* tasks[1] as Task<Disposable>;
    lock.release();
    return [waiting, lock.statistics()];
  });
}

async function eventWait(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const event = new Event();
    const o: number[] = [];
    const looks = [String(event)];
    function* worker(n: number): Coroutine<boolean> {
      const value = yield* event.wait();
      o.push(n);
      return value;
    }
    const tasks = [1, 2, 3].map((n) => start(() => worker(n)));
    yield* sleep(0);
    looks.push(String(event));
    const before = o.length;
    event.set();
    event.set();
    looks.push(String(event));
    const values = yield* gather(...tasks);
    return [looks, before, o, values, yield* event.wait(), event.statistics()];
  });
}

async function eventCancelAndClear(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const event = new Event();
    const cancelled = getRunningLoop().createTask(event.wait());
    const task = getRunningLoop().createTask(event.wait());
    yield* sleep(0);
    cancelled.cancel();
    event.set();
    event.clear();
    const later = getRunningLoop().createTask(event.wait());
    yield* turns(2);
    const o = [cancelled.cancelled(), task.done(), later.done(), event.isSet()];
    event.set();
    yield* later;
    event.clear();
    return [o, event.statistics()];
  });
}

export const lockCases: readonly Case[] = [
  {
    title: 'Lock shows its state and who waits (test_locks.LockTests.test_repr)',
    body: looks,
    expected: [
      [
        '<Lock unlocked>',
        '<Lock locked>',
        '<Lock locked waiting=1>',
        '<Waiter pending in line for <Lock locked waiting=1>>',
      ],
      { locked: false, tasksWaiting: 0 },
    ],
  },
  {
    title:
      'rule 62: acquire, release, and release of a free lock (test_locks.LockTests.test_lock, test_release_not_acquired, test_release_no_waiters)',
    body: basics,
    expected: [false, true, true, false, 'RuntimeError: Lock is not acquired'],
  },
  {
    title:
      'a using block releases the lock (test_locks.LockTests.test_context_manager, test_pep492.LockTests.test_context_manager_async_with)',
    body: withUsing,
    expected: [true, false, false],
  },
  {
    title: 'rule 62: first come, first served (test_locks.LockTests.test_acquire)',
    body: inOrder,
    expected: [[0, 1, 1, 2], [1, 2, 3], true, true, true],
  },
  {
    title: 'rule 62: a cancelled wait leaves the line (test_locks.LockTests.test_acquire_cancel)',
    body: cancelledWait,
    expected: [1, 'CancelledError: why', { locked: true, tasksWaiting: 0 }],
  },
  {
    title: 'rule 62: cancel and release race (test_locks.LockTests.test_cancel_race)',
    body: cancelRace,
    expected: [['A', 'C'], [true, false], true, { locked: false, tasksWaiting: 0 }],
  },
  {
    title:
      'rule 62: a cancel in the middle gives the lock to one only (test_locks.LockTests.test_cancel_release_race)',
    body: cancelReleaseRace,
    expected: [[1, 2, 3], [false, true, false, false], true],
  },
  {
    title:
      'rule 62: who waits behind a cancelled one is woken (test_locks.LockTests.test_finished_waiter_cancelled)',
    body: finishedWaiterCancelled,
    expected: [1, true, true, true],
  },
  {
    title: 'rule 62: who is cancelled after he was woken hands the turn on',
    body: wokenAndCancelled,
    expected: [false, true, true, 0],
  },
  {
    title: 'rule 62: nobody jumps in while somebody is woken',
    body: noBarging,
    expected: ['false', 'a', 'main'],
  },
  {
    title: 'an operation can be waited for again, and by two tasks at once',
    body: operationTwice,
    expected: [2, { locked: false, tasksWaiting: 0 }],
  },
  {
    title:
      'rule 65: set() wakes all, in order (test_locks.EventTests.test_repr, test_wait, test_wait_on_set)',
    body: eventWait,
    expected: [
      ['<Event unset>', '<Event unset waiting=3>', '<Event set>'],
      0,
      [1, 2, 3],
      [true, true, true],
      true,
      { isSet: true, tasksWaiting: 0 },
    ],
  },
  {
    title:
      'rule 65: cancelled waits and clear() (test_locks.EventTests.test_wait_cancel, test_clear, test_clear_with_waiters)',
    body: eventCancelAndClear,
    expected: [[true, true, false, false], { isSet: false, tasksWaiting: 0 }],
  },
];
