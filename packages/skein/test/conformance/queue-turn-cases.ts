import { type Case, type Driver, nameOf, runMain } from './driver.ts';
import { getRunningLoop, Queue, sleep, taskGroup, waitFor } from './library.ts';

/* Rule 66: who has a turn when; as in QueueGetTests and QueuePutTests of test_queues.py. */

async function withoutWaiting(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    for (const item of [1, 3, 2]) queue.putNowait(item);
    const o: unknown[] = [yield* queue.get(), queue.getNowait(), yield* queue.get()];
    yield* queue.put(4);
    o.push(queue.getNowait(), queue.empty());
    const full = new Queue<number>(1);
    full.putNowait(1);
    const putter = getRunningLoop().createTask(full.put(2));
    yield* sleep(0);
    o.push(yield* full.get(), putter.done());
    yield* sleep(0);
    o.push(putter.done(), full.qsize());
    return o;
  });
}

async function aPutterMeetsAGetter(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<string>();
    const getter = getRunningLoop().createTask(queue.get());
    yield* sleep(0);
    yield* queue.put('a');
    return [yield* getter, queue.qsize()];
  });
}

/** Neither waits for ever, however small the queue is. */
async function producersAndConsumers(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: number[] = [];
    const small = new Queue<number>(1);
    yield* taskGroup(function* (group) {
      group.createTask(function* () {
        for (let i = 0; i < 5; i++) yield* small.put(i);
      });
      group.createTask(function* () {
        for (let i = 0; i < 5; i++) o.push(yield* small.get());
      });
    });
    const two = new Queue<number>(2);
    yield* taskGroup(function* (group) {
      group.createTask(function* () {
        yield* sleep(0);
        for (let left = two.qsize(); left > 0; left--) two.getNowait();
      });
      for (let i = 0; i < 4; i++) group.createTask(two.put(i));
    });
    return [o, two.qsize()];
  });
}

async function cancelledOnesAreForgotten(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const empty = new Queue<number>(5);
    const o: unknown[] = [yield* nameOf(() => waitFor(empty.get(), 1))];
    o.push(empty.statistics().tasksWaitingToGet);
    const full = new Queue<number>(1);
    full.putNowait(1);
    const first = getRunningLoop().createTask(full.put(1));
    yield* sleep(0);
    o.push(full.statistics().tasksWaitingToPut);
    first.cancel();
    o.push(yield* nameOf(() => first), full.statistics().tasksWaitingToPut);
    const second = getRunningLoop().createTask(full.put(1));
    yield* sleep(0);
    full.getNowait(); // has woken the putter
    second.cancel();
    o.push(yield* nameOf(() => second), full.qsize());
    return o;
  });
}

export const queueTurnCases: readonly Case[] = [
  {
    title:
      'rule 66: get and put without waiting (QueueBasicTests.test_order, test_empty, test_full, QueueGetTests.test_blocking_get, test_nonblocking_get, test_get_with_putters, QueuePutTests.test_blocking_put, test_nonblocking_put)',
    body: withoutWaiting,
    expected: [1, 3, 2, 4, true, 1, false, true, 1],
  },
  {
    title: 'rule 66: an item goes to who waits (test_put_with_waiting_getters)',
    body: aPutterMeetsAGetter,
    expected: ['a', 0],
  },
  {
    title:
      'rule 66: nobody waits for ever (QueueGetTests.test_why_are_getters_waiting, QueuePutTests.test_why_are_putters_waiting)',
    body: producersAndConsumers,
    expected: [[0, 1, 2, 3, 4], 2],
  },
  {
    title:
      'rule 66: who is cancelled is forgotten (test_cancelled_getters_not_being_held_in_self_getters, test_cancelled_puts_not_being_held_in_self_putters, test_cancelled_put_silence_value_error_exception)',
    body: cancelledOnesAreForgotten,
    expected: ['TimeoutError', 0, 1, 'CancelledError', 0, 'CancelledError', 0],
  },
];
