import { type Case, type Driver, runMain } from './driver.ts';
import {
  Barrier,
  BrokenBarrierError,
  type Coroutine,
  type Future,
  gather,
  getRunningLoop,
  sleep,
  type Task,
} from './library.ts';

/* Rule 67: barriers that are reset and broken while some leave and others come back. */

const PARTIES = 5;

function* together(body: () => Coroutine<void>): Coroutine<void> {
  yield* gather(...Array.from({ length: PARTIES }, () => getRunningLoop().createTask(body)));
}

async function resetHalfway(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(PARTIES);
    const blocked = Math.floor(PARTIES / 2);
    const [sentAway, brokenLater]: [number[], number[]] = [[], []];
    let count = 0;
    yield* together(function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        if (!(error instanceof BrokenBarrierError)) throw error;
        sentAway.push(1);
        yield* barrier.wait();
        return;
      }
      if (++count > blocked) {
        yield* barrier.reset();
        yield* barrier.wait();
        return;
      }
      try {
        yield* barrier.wait();
      } catch {
        brokenLater.push(1);
      }
    });
    return [sentAway.length, brokenLater.length, barrier.statistics().state, barrier.nWaiting];
  });
}

async function resetByTheLast(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(PARTIES);
    let [count, passed, broken, last] = [0, 0, 0, 0];
    yield* together(function* () {
      yield* barrier.wait();
      if (++count === PARTIES) {
        yield* barrier.reset();
        yield* barrier.wait();
      } else {
        try {
          yield* barrier.wait();
          passed++;
        } catch {
          broken++;
        }
      }
      yield* barrier.wait();
      last++;
    });
    return [barrier.broken, passed, broken, last, barrier.nWaiting];
  });
}

async function abortedHalfway(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(PARTIES);
    const blocked = Math.floor(PARTIES / 2);
    let [count, whileLeaving, whileComing] = [0, 0, 0];
    yield* together(function* () {
      try {
        yield* barrier.wait();
      } catch {
        whileLeaving++;
        return;
      }
      if (++count > blocked) yield* barrier.abort();
      else {
        try {
          yield* barrier.wait();
        } catch {
          whileComing++;
        }
      }
    });
    return [barrier.broken, whileLeaving, whileComing, barrier.nWaiting];
  });
}

async function abortedByAnError(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(PARTIES);
    let [passed, broken] = [0, 0];
    yield* together(function* () {
      try {
        const place = yield* barrier.wait();
        if (place === Math.floor(PARTIES / 2)) throw new RangeError();
        yield* barrier.wait();
        passed++;
      } catch (error) {
        if (error instanceof BrokenBarrierError) broken++;
        else yield* barrier.abort();
      }
    });
    return [barrier.broken, passed, broken, barrier.nWaiting];
  });
}

async function ofOne(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const barrier = new Barrier(1);
    const o: unknown[] = [];
    const tasks: Task<number>[] = [];
    for (let i = 0; i < 2; i++) {
      tasks.push(getRunningLoop().createTask(barrier.wait()));
      yield* sleep(0);
      o.push(barrier.nWaiting, tasks[i]?.done());
    }
    o.push(tasks.map((task) => task.result()));
    // A barrier itself is nothing to wait for.
    const error = yield* thrownIn(function* () {
      yield* barrier as unknown as Future<number>;
    });
    o.push(error);
    getRunningLoop().createTask(barrier.abort());
    yield* sleep(0);
    return [...o, barrier.broken];
  });
}

function* thrownIn(body: () => Coroutine<void>): Coroutine<string> {
  try {
    yield* body();
    return '';
  } catch (error) {
    return (error as Error).name;
  }
}

export const drainingBarrierCases: readonly Case[] = [
  {
    title:
      'rule 67: reset when half have left and come back (test_reset_barrier_when_tasks_half_draining_half_blocking)',
    body: resetHalfway,
    expected: [2, 0, 'filling', 0],
  },
  {
    title: 'rule 67: reset by the last who leaves (test_reset_barrier_while_tasks_draining)',
    body: resetByTheLast,
    expected: [false, PARTIES - 1, 0, PARTIES, 0],
  },
  {
    title:
      'rule 67: aborted when half have left and come back (test_abort_barrier_when_tasks_half_draining_half_blocking)',
    body: abortedHalfway,
    expected: [true, 2, 2, 0],
  },
  {
    title: 'rule 67: aborted by one who fails (test_abort_barrier_when_exception)',
    body: abortedByAnError,
    expected: [true, 0, PARTIES - 1, 0],
  },
  {
    title: 'rule 67: a barrier of one (test_barrier, test_filling_one_task_twice)',
    body: ofOne,
    expected: [0, true, 0, true, [0, 0], 'TypeError', true],
  },
];
