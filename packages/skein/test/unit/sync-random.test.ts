/**
 * Tasks that come, wait and are cancelled at any moment, in programs that differ with a seed: never
 * are there more inside than allowed, no item is lost or doubled, everybody comes to his end, and
 * then nothing is left in any line.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coroutine } from '../../dist/core/coroutine.js';
import { CancelledError } from '../../dist/core/exceptions.js';
import { sleep } from '../../dist/core/sleep.js';
import type { Task } from '../../dist/core/task.js';
import { SelectorEventLoop } from '../../dist/loops/selector-event-loop.js';
import { Barrier } from '../../dist/sync/barrier.js';
import { Condition } from '../../dist/sync/condition.js';
import { Event } from '../../dist/sync/event.js';
import { Lock } from '../../dist/sync/lock.js';
import { Queue } from '../../dist/sync/queue.js';
import { BoundedSemaphore } from '../../dist/sync/semaphore.js';
import { Random } from '../stress/random.ts';

const PROGRAMS = 300;
const TASKS = 12;
const CANCELS = 25;
/** A program that is not at its end by then hangs. */
const MOST_TURNS = 2000;

/** What the worker does once, and may be cancelled in. */
type Work = () => Coroutine<void>;

/**
 * Runs workers of `works`, cancels some of them, and fails when they do not come to an end.
 *
 * @param help - what is done in every turn afterwards, for those who wait with reason
 */
function runProgram(random: Random, works: readonly Work[], help: Work = nobodyHelps): void {
  const loop = new SelectorEventLoop();
  function* worker(rounds: number): Coroutine<void> {
    for (let i = 0; i < rounds; i++) {
      try {
        yield* random.pick(works)();
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        if (random.oneIn(2)) throw error;
      }
      if (random.oneIn(3)) yield* sleep(0);
    }
  }
  const tasks = Array.from({ length: TASKS }, () => loop.createTask(worker(1 + random.below(6))));
  loop.runUntilComplete(cancelAndWait(random, tasks, help));
  for (const task of tasks) if (!task.cancelled()) assert.equal(task.exception(), null);
  loop.close();
}

function* cancelAndWait(random: Random, tasks: readonly Task<void>[], help: Work): Coroutine<void> {
  for (let i = 0; i < CANCELS; i++) {
    if (random.oneIn(2)) random.pick(tasks).cancel();
    if (random.oneIn(2)) yield* sleep(0);
  }
  for (let turn = 0; tasks.some((task) => !task.done()); turn++) {
    assert.ok(turn < MOST_TURNS, `somebody waits for ever: ${tasks.find((task) => !task.done())}`);
    yield* help();
    yield* sleep(0);
  }
}

function* nobodyHelps(): Coroutine<void> {
  // Everybody comes to his end by himself.
}

/** A room that notices when there are too many in it. */
function room(most: number, random: Random): Work {
  let inside = 0;
  return function* () {
    inside++;
    assert.ok(inside <= most, `${inside} where ${most} may be`);
    try {
      if (random.oneIn(2)) yield* sleep(0);
    } finally {
      inside--;
    }
  };
}

/** One test of PROGRAMS programs; an error says which seed it was. */
function randomly(title: string, program: (random: Random) => void): void {
  test(title, () => {
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      try {
        program(new Random(seed));
      } catch (error) {
        throw new Error(`with seed ${seed}`, { cause: error });
      }
    }
  });
}

randomly('a lock and a semaphore under cancellation', (random) => {
  const lock = new Lock();
  const semaphore = new BoundedSemaphore(2);
  const one = room(1, random);
  const two = room(2, random);
  runProgram(random, [
    function* () {
      using _ = yield* lock.acquire();
      yield* one();
    },
    function* () {
      using _ = yield* semaphore.acquire();
      yield* two();
    },
  ]);
  assert.deepEqual(lock.statistics(), { locked: false, tasksWaiting: 0 });
  assert.deepEqual(semaphore.statistics(), { value: 2, locked: false, tasksWaiting: 0 });
});

randomly('a condition under cancellation: each wait ends with the lock held', (random) => {
  const condition = new Condition();
  const one = room(1, random);
  runProgram(
    random,
    [
      function* () {
        using _ = yield* condition.acquire();
        try {
          yield* condition.waitFor(() => random.oneIn(3));
        } finally {
          assert.ok(condition.locked());
          yield* one();
        }
      },
      function* () {
        using _ = yield* condition.acquire();
        condition.notify(1 + random.below(3));
        yield* one();
      },
    ],
    function* () {
      if (condition.statistics().tasksWaiting === 0) return;
      using _ = yield* condition.acquire();
      condition.notify();
    },
  );
  const { locked, tasksWaiting, tasksWaitingForLock } = condition.statistics();
  assert.deepEqual([locked, tasksWaiting, tasksWaitingForLock], [false, 0, 0]);
});

randomly('a queue under cancellation: no item is lost or doubled', (random) => {
  const queue = new Queue<number>(1 + random.below(3));
  let put = 0;
  const inside = new Set<number>();
  const take = (item: number): void => assert.ok(inside.delete(item), `${item} came twice`);
  runProgram(
    random,
    [
      function* () {
        const item = put++;
        inside.add(item);
        try {
          yield* queue.put(item);
        } catch (error) {
          take(item); // it did not go in
          throw error;
        }
      },
      function* () {
        take(yield* queue.get());
        if (random.oneIn(2)) yield* sleep(0);
        queue.taskDone();
      },
      function* () {
        if (queue.empty()) return;
        take(queue.getNowait());
        queue.taskDone();
      },
    ],
    function* () {
      // Only for those who wait with reason: a turn that got lost is not made good.
      const { tasksWaitingToGet: getters, tasksWaitingToPut: putters } = queue.statistics();
      if (queue.empty() && getters > 0 && putters === 0) {
        inside.add(put);
        queue.putNowait(put++);
      } else if (queue.full() && putters > 0 && getters === 0) {
        take(queue.getNowait());
        queue.taskDone();
      }
    },
  );
  while (!queue.empty()) take(queue.getNowait());
  assert.equal(inside.size, 0);
  const { tasksWaitingToGet, tasksWaitingToPut } = queue.statistics();
  assert.deepEqual([tasksWaitingToGet, tasksWaitingToPut], [0, 0]);
});

randomly('an event and a barrier under cancellation', (random) => {
  const event = new Event();
  const barrier = new Barrier(2);
  runProgram(
    random,
    [
      function* () {
        yield* event.wait();
      },
      function* () {
        if (random.oneIn(2)) event.set();
        else event.clear();
      },
      function* () {
        assert.ok((yield* barrier.wait()) < 2);
      },
    ],
    function* () {
      event.set();
      if (barrier.nWaiting > 0) yield* barrier.wait();
    },
  );
  assert.deepEqual(event.statistics().tasksWaiting, 0);
  const { state, tasksInside, tasksWaiting } = barrier.statistics();
  assert.deepEqual([state, tasksInside, tasksWaiting], ['filling', 0, 0]);
});
