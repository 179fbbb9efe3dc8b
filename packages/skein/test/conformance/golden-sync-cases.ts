import { type Case, type Driver, runMain } from './driver.ts';
import {
  type Coroutine,
  Event,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  QueueShutDown,
  RuntimeError,
  Semaphore,
  sleep,
} from './library.ts';

/*
 * The golden traces and the suspension table of what tasks wait with for each other: what programs
 * over CPython 3.13 printed, in JavaScript's notation.
 */

async function g33(driver: Driver): Promise<unknown> {
  const lock = new Lock();
  function* fast(): Coroutine<string> {
    using _ = yield* lock.acquire();
    return 'ok';
  }
  function* contend(): Coroutine<string> {
    yield* lock.acquire();
    const task = getRunningLoop().createTask(lock.acquire());
    yield* sleep(0);
    lock.release();
    yield* task;
    lock.release();
    return 'contended';
  }
  function* contendAgain(): Coroutine<string> {
    yield* lock.acquire();
    try {
      const task = getRunningLoop().createTask(lock.acquire());
      yield* sleep(0);
      yield* task;
      return 'no error';
    } catch (error) {
      const { message } = error as Error;
      return error instanceof RuntimeError && message.includes('is bound to a different event loop')
        ? 'RuntimeError'
        : message;
    } finally {
      lock.release();
    }
  }
  return [
    await runMain(driver, fast),
    await runMain(driver, fast),
    await runMain(driver, contend),
    await runMain(driver, contendAgain),
  ];
}

async function g45(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  await runMain(driver, function* () {
    const semaphore = new Semaphore(1);
    yield* semaphore.acquire();
    function* worker(n: number): Coroutine<void> {
      yield* semaphore.acquire();
      o.push(n);
      semaphore.release();
    }
    const tasks = [0, 1, 2].map((n) => getRunningLoop().createTask(worker(n)));
    yield* sleep(0);
    semaphore.release();
    o.push(['locked', semaphore.locked()]);
    yield* semaphore.acquire();
    o.push('main reacquired');
    semaphore.release();
    yield* gather(...tasks);
  });
  return o;
}

async function g46(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const event = new Event();
    const task = getRunningLoop().createTask(event.wait());
    yield* sleep(0);
    event.set();
    event.clear();
    return [yield* task, event.isSet()];
  });
}

async function g47(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    const a = getRunningLoop().createTask(queue.get());
    const b = getRunningLoop().createTask(queue.get());
    yield* sleep(0);
    queue.putNowait(1);
    a.cancel();
    const r = yield* b;
    return [r, a.cancelled(), queue.qsize()];
  });
}

async function q1(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.shutdown();
    o.push(yield* queue.get());
    for (const wait of [queue.get(), queue.put(2)]) {
      try {
        yield* wait;
      } catch (error) {
        o.push(error instanceof QueueShutDown ? 'QueueShutDown' : String(error));
      }
    }
    return o;
  });
}

export const goldenSyncCases: readonly Case[] = [
  {
    title:
      'g33 rule 68: a lock belongs to the loop in which somebody first waited for it (test_ambiguous_loops)',
    body: g33,
    expected: ['ok', 'ok', 'contended', 'RuntimeError'],
  },
  {
    title: 'g45 rule 63: nobody jumps in between a release and the first in line',
    body: g45,
    expected: [['locked', true], 0, 1, 2, 'main reacquired'],
  },
  {
    title: 'g46 rule 65: set() wakes who waits, even if clear() follows at once',
    body: g46,
    expected: [true, false],
  },
  {
    title: 'g47 rule 66: a getter that was woken and is cancelled passes its turn on',
    body: g47,
    expected: [1, true, 0],
  },
  {
    title: 'q1 rule 66: a queue that is shut down gives what is in it, then QueueShutDown',
    body: q1,
    expected: [1, 'QueueShutDown', 'QueueShutDown'],
  },
];
