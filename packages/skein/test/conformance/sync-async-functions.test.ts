import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nodeTurn } from 'node:timers/promises';
import { thrownBy, runAsync } from './driver.ts';
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  gather,
  getRunningLoop,
  Lock,
  PriorityQueue,
  Queue,
  sleep,
} from './library.ts';

/* Rules 61 to 68, as far as an async function can follow them: NodeEventLoop only. */

const start = <T>(body: () => Promise<T>) => getRunningLoop().createTask(body);

async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await sleep(0);
}

describe('async functions', () => {
  test('rule 62: a lock is taken and released by a using block, first come, first served', async () => {
    const o: string[] = [];
    const lock = new Lock();
    await runAsync(async () => {
      const worker = async (name: string) => {
        using _ = await lock.acquire();
        o.push(`${name} in`);
        await sleep(0);
        o.push(`${name} out`);
      };
      await gather(...['a', 'b', 'c'].map((name) => start(() => worker(name))));
    });
    assert.deepEqual(o, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    assert.deepEqual(lock.statistics(), { locked: false, tasksWaiting: 0 });
  });

  test('rule 62: a lock that is free takes no iteration', async () => {
    const o: string[] = [];
    await runAsync(async () => {
      getRunningLoop().callSoon(() => o.push('callback'));
      const lock = new Lock();
      const queue = new Queue<number>();
      await lock.acquire();
      lock.release();
      await queue.put(1);
      await queue.get();
      o.push('after four waits');
      await sleep(0);
    });
    assert.deepEqual(o, ['after four waits', 'callback']);
  });

  test('rule 62: coroutines and async functions stand in one line', async () => {
    const o: number[] = [];
    await runAsync(async () => {
      const lock = new Lock();
      await lock.acquire();
      const tasks = [0, 1, 2, 3].map((n) =>
        n % 2 === 0
          ? start(async () => {
              using _ = await lock.acquire();
              o.push(n);
            })
          : getRunningLoop().createTask(function* () {
              using _ = yield* lock.acquire();
              o.push(n);
            }),
      );
      await sleep(0);
      lock.release();
      await gather(...tasks);
    });
    assert.deepEqual(o, [0, 1, 2, 3]);
  });

  test('rule 62: a cancelled wait leaves the line, and nobody loses a turn', async () => {
    const result = await runAsync(async () => {
      const lock = new Lock();
      await lock.acquire();
      const hold = async () => {
        using _ = await lock.acquire();
        await sleep(0);
      };
      const [first, woken, last] = [start(hold), start(hold), start(hold)];
      await sleep(0);
      first.cancel('why');
      const error = await thrownBy(() => first);
      lock.release(); // wakes the second one,
      woken.cancel(); // who is cancelled before he runs
      await thrownBy(() => woken);
      await last;
      return [error, woken.cancelled(), last.done(), lock.statistics()];
    });
    const { tasksWaiting, locked } = { tasksWaiting: 0, locked: false };
    assert.deepEqual(result, ['CancelledError: why', true, true, { locked, tasksWaiting }]);
  });

  test('rule 63: a semaphore lets in as many as it has permits', async () => {
    let inside = 0;
    let most = 0;
    const semaphore = new BoundedSemaphore(2);
    await runAsync(async () => {
      const worker = async () => {
        using _ = await semaphore.acquire();
        most = Math.max(most, ++inside);
        await nodeTurn(); // a promise of somebody else
        inside--;
      };
      await gather(...Array.from({ length: 7 }, () => start(worker)));
    });
    assert.equal(most, 2);
    assert.deepEqual(semaphore.statistics(), { value: 2, locked: false, tasksWaiting: 0 });
  });

  test('rule 64: a condition, also when its wait is cancelled', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const condition = new Condition();
      let ready = false;
      const waiter = async () => {
        using _ = await condition.acquire();
        try {
          o.push(await condition.waitFor(() => ready && 'ready'));
        } finally {
          o.push(condition.locked());
        }
      };
      const [a, b] = [start(waiter), start(waiter)];
      await sleep(0);
      {
        using _ = await condition.acquire();
        ready = true;
        condition.notify();
        a.cancel();
      }
      await thrownBy(() => a);
      {
        using _ = await condition.acquire();
        condition.notifyAll();
      }
      await b;
      o.push(b.done(), condition.statistics().tasksWaiting);
    });
    // An async function may get what it waited for before the cancellation reaches it.
    assert.deepEqual(o.slice(-4), ['ready', true, true, 0]);
  });

  test('rules 65 and 67: an event and a barrier', async () => {
    const o: unknown[] = [];
    await runAsync(async () => {
      const event = new Event();
      const barrier = new Barrier(3);
      const party = async () => {
        await event.wait();
        o.push(await barrier.wait());
      };
      const tasks = [0, 1, 2].map(() => start(party));
      await turns(2);
      o.push(event.statistics().tasksWaiting);
      event.set();
      await gather(...tasks);
      o.push(barrier.nWaiting);
    });
    assert.deepEqual(o, [3, 2, 0, 1, 0]);
  });

  test('rule 66: queues, from producers to consumers, join and shutdown', async () => {
    const got: number[] = [];
    const ends = await runAsync(async () => {
      const queue = new Queue<number>(2);
      const consume = async () => {
        for (;;) {
          got.push(await queue.get());
          await sleep(0);
          queue.taskDone();
        }
      };
      const consumers = [start(consume), start(consume)];
      for (let i = 0; i < 20; i++) await queue.put(i);
      await queue.join();
      queue.shutdown();
      const errors: string[] = [];
      for (const consumer of consumers)
        errors.push((await thrownBy(() => consumer)).split(':')[0] ?? '');
      return errors;
    });
    assert.deepEqual(
      got,
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.deepEqual(ends, ['QueueShutDown', 'QueueShutDown']);
  });

  test('rule 66: a getter that is cancelled loses no item', async () => {
    const result = await runAsync(async () => {
      const queue = new PriorityQueue<number>();
      const [a, b] = [start(async () => await queue.get()), start(async () => await queue.get())];
      await sleep(0);
      a.cancel();
      queue.putNowait(7);
      const error = await thrownBy(() => a);
      return [error, await b, queue.qsize()];
    });
    assert.deepEqual(result, ['CancelledError', 7, 0]);
  });

  test('rule 68: two loops that wait for one lock', async () => {
    const lock = new Lock();
    const contend = async () => {
      await lock.acquire();
      getRunningLoop().callSoon(() => lock.release());
      await lock.acquire();
      lock.release();
    };
    await runAsync(contend);
    assert.match(await thrownBy(() => runAsync(contend)), /^RuntimeError: .* different event loop/);
  });
});
