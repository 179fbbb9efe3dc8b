import { type Case, type Driver, runMain, show, thrownNowBy } from './driver.ts';
import {
  type Coroutine,
  gather,
  getRunningLoop,
  LifoQueue,
  PriorityQueue,
  Queue,
  sleep,
  type Task,
} from './library.ts';

/* Rule 66: Queue, LifoQueue, PriorityQueue. */

function start<T>(body: () => Coroutine<T>): Task<T> {
  return getRunningLoop().createTask(body);
}

function* turns(n: number): Coroutine<void> {
  for (let i = 0; i < n; i++) yield* sleep(0);
}

/** What the task gives, or throws, as `show` says it. */
function* outcome(task: Task<unknown>): Coroutine<unknown> {
  try {
    return yield* task;
  } catch (error) {
    return show(error).split(' <')[0];
  }
}

function drained<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

async function basics(): Promise<unknown> {
  const queue = new Queue<number>(2);
  const o: unknown[] = [queue.maxsize, queue.qsize(), queue.empty(), queue.full()];
  queue.putNowait(1);
  queue.putNowait(2);
  o.push(
    queue.qsize(),
    queue.empty(),
    queue.full(),
    thrownNowBy(() => queue.putNowait(3)),
  );
  o.push(
    String(queue),
    ...drained(queue),
    thrownNowBy(() => queue.getNowait()),
    String(queue),
  );
  const half = new Queue<number>(1.3);
  half.putNowait(1);
  half.putNowait(2);
  return [...o, half.full(), new Queue(-3).full(), thrownNowBy(() => new Queue(NaN))];
}

async function orders(): Promise<unknown> {
  const lifo = new LifoQueue<number>();
  const smallest = new PriorityQueue<number>();
  const tuples = new PriorityQueue<unknown>();
  const longest = new PriorityQueue<string>(0, { compare: (a, b) => b.length - a.length });
  for (const n of [1, 3, 2]) {
    lifo.putNowait(n);
    smallest.putNowait(n);
  }
  for (const tuple of [
    [2, 'a'],
    [1, 'c', 0],
    [1, 'c'],
    [1, 'b', null],
  ])
    tuples.putNowait(tuple);
  for (const word of ['aa', 'b', 'ccc', 'd', 'ee']) longest.putNowait(word);
  const refused = thrownNowBy(() => tuples.putNowait({}));
  return [drained(lifo), drained(smallest), refused, drained(tuples), drained(longest)];
}

async function many(): Promise<unknown> {
  const queue = new PriorityQueue<number>();
  const fifo = new Queue<number>();
  const items = Array.from({ length: 500 }, (_, i) => (i * 7919) % 1009);
  for (const item of items) {
    queue.putNowait(item);
    fifo.putNowait(item);
    if (item % 3 === 0) fifo.putNowait(fifo.getNowait());
  }
  const out = drained(queue);
  return [out.every((item, i) => i === 0 || (out[i - 1] as number) <= item), drained(fifo).length];
}

async function getWaits(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<string>();
    const a = getRunningLoop().createTask(queue.get());
    const b = getRunningLoop().createTask(queue.get());
    yield* sleep(0);
    const before = [String(queue), queue.statistics().tasksWaitingToGet];
    queue.putNowait('first');
    queue.putNowait('second');
    const whileWoken = queue.statistics().tasksWaitingToGet;
    return [before, whileWoken, yield* gather(a, b), queue.statistics()];
  });
}

async function putWaits(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>(1);
    const o: string[] = [];
    const producer = start(function* () {
      for (const n of [1, 2, 3]) {
        yield* queue.put(n);
        o.push(`put ${n}`);
      }
    });
    yield* turns(2);
    const waiting = [String(queue), queue.statistics().tasksWaitingToPut];
    for (let i = 0; i < 3; i++) o.push(`got ${yield* queue.get()}`);
    yield* producer;
    return [waiting, o];
  });
}

/** Getters are cancelled, alive ones in between are not forgotten. */
async function cancelledGetters(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    const getters = [0, 1, 2, 3, 4].map(() => getRunningLoop().createTask(queue.get()));
    yield* sleep(0);
    getters[0]?.cancel();
    getters[2]?.cancel();
    yield* sleep(0);
    const { tasksWaitingToGet } = queue.statistics();
    queue.putNowait(0);
    queue.putNowait(1);
    queue.putNowait(2);
    getters[1]?.cancel(); // it was woken
    const outcomes: unknown[] = [];
    for (const getter of [0, 1, 2, 3, 4]) {
      outcomes.push(yield* outcome(getters[getter] as Task<number>));
    }
    return [tasksWaitingToGet, outcomes, queue.qsize(), queue.statistics().tasksWaitingToGet];
  });
}

async function cancelledPutters(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>(1);
    queue.putNowait(0);
    const putters = [1, 2, 3].map((n) => getRunningLoop().createTask(queue.put(n)));
    yield* sleep(0);
    putters[0]?.cancel();
    const got = [queue.getNowait()]; // wakes the second one
    putters[1]?.cancel();
    got.push(yield* queue.get());
    yield* gather(...putters, { returnExceptions: true });
    return [got, putters.map((putter) => putter.cancelled()), queue.statistics()];
  });
}

/** Somebody is quicker than the one who was woken, who waits again. */
async function quickerGetter(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    const a = getRunningLoop().createTask(queue.get());
    const b = getRunningLoop().createTask(queue.get());
    yield* sleep(0);
    queue.putNowait(1);
    const quick = queue.getNowait();
    yield* sleep(0);
    queue.putNowait(2);
    queue.putNowait(3);
    return [quick, yield* gather(a, b)];
  });
}

async function joins(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    const o: unknown[] = [];
    yield* queue.join();
    for (let i = 0; i < 10; i++) queue.putNowait(i);
    let sum = 0;
    function* worker(): Coroutine<void> {
      for (;;) {
        sum += yield* queue.get();
        yield* sleep(0);
        queue.taskDone();
      }
    }
    const workers = [start(worker), start(worker)];
    const joining = getRunningLoop().createTask(queue.join());
    yield* sleep(0);
    o.push(queue.statistics().tasksWaitingToJoin);
    yield* joining;
    o.push(
      sum,
      String(queue),
      thrownNowBy(() => queue.taskDone()),
    );
    for (const each of workers) each.cancel();
    yield* gather(...workers, { returnExceptions: true });
    return [...o, queue.statistics().tasksWaitingToGet];
  });
}

async function shutdownEmpty(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    const getters = [0, 1].map(() => getRunningLoop().createTask(queue.get()));
    yield* sleep(0);
    queue.shutdown();
    queue.shutdown();
    const o: unknown[] = [String(queue)];
    for (const getter of getters) o.push(yield* outcome(getter));
    for (const call of [() => queue.putNowait(1), () => queue.getNowait()]) {
      o.push(thrownNowBy(call).split(' <')[0]);
    }
    yield* queue.join();
    return o;
  });
}

async function shutdownNonempty(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const putter = getRunningLoop().createTask(queue.put(2));
    const joining = getRunningLoop().createTask(queue.join());
    yield* sleep(0);
    queue.shutdown();
    yield* turns(2);
    const o: unknown[] = [yield* outcome(putter), joining.done(), yield* queue.get()];
    o.push(yield* outcome(getRunningLoop().createTask(queue.get())));
    queue.taskDone();
    yield* joining;
    return [...o, queue.statistics()];
  });
}

async function shutdownImmediate(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const queue = new Queue<number>();
    for (const n of [1, 2, 3]) queue.putNowait(n);
    yield* queue.get();
    const joining = getRunningLoop().createTask(queue.join());
    yield* sleep(0);
    queue.shutdown({ immediate: true });
    yield* turns(2);
    const o: unknown[] = [joining.done(), queue.statistics().unfinished, queue.qsize()];
    queue.taskDone();
    yield* joining;
    o.push(
      thrownNowBy(() => queue.taskDone()),
      yield* outcome(start(() => getFrom(queue))),
    );
    return o;
  });
}

function* getFrom(queue: Queue<number>): Coroutine<number> {
  return yield* queue.get();
}

async function anotherLoop(driver: Driver): Promise<unknown> {
  const queue = new Queue<number>(1);
  await runMain(driver, function* () {
    const getter = getRunningLoop().createTask(queue.get());
    yield* sleep(0);
    queue.putNowait(1);
    yield* getter;
  });
  return runMain(driver, function* () {
    yield* queue.put(1); // nobody waits: any loop will do
    const first = yield* outcome(getRunningLoop().createTask(queue.put(2)));
    return [first, queue.statistics().tasksWaitingToPut];
  });
}

export const queueCases: readonly Case[] = [
  {
    title:
      'Queue without waiting (test_queues.QueueBasicTests.test_repr, test_str, test_maxsize, QueuePutTests.test_float_maxsize, test_nonblocking_put_exception, QueueGetTests.test_nonblocking_get_exception)',
    body: basics,
    expected: [
      2,
      0,
      true,
      false,
      2,
      false,
      true,
      'QueueFull: <Queue size=2 maxsize=2 unfinished=2> is full',
      '<Queue size=2 maxsize=2 unfinished=2>',
      1,
      2,
      'QueueEmpty: <Queue size=0 maxsize=2 unfinished=2> is empty',
      '<Queue size=0 maxsize=2 unfinished=2>',
      true,
      false,
      'ValueError: maxsize must be a number of items, got NaN',
    ],
  },
  {
    title:
      'LifoQueue, PriorityQueue and their orders (test_queues.LifoQueueTests.test_order, PriorityQueueTests.test_order)',
    body: orders,
    expected: [
      [2, 3, 1],
      [1, 2, 3],
      "TypeError: '<' not supported between a plain object and an array of 2",
      [
        [1, 'b', null],
        [1, 'c'],
        [1, 'c', 0],
        [2, 'a'],
      ],
      ['ccc', 'aa', 'ee', 'b', 'd'],
    ],
  },
  { title: 'queues of hundreds of items', body: many, expected: [true, 500] },
  {
    title:
      'rule 66: get waits for an item (test_queues.QueueGetTests.test_blocking_get_wait, test_get_with_waiting_putters)',
    body: getWaits,
    expected: [
      ['<Queue size=0 getters=2>', 2],
      0,
      ['first', 'second'],
      {
        size: 0,
        maxsize: 0,
        unfinished: 2,
        isShutDown: false,
        tasksWaitingToGet: 0,
        tasksWaitingToPut: 0,
        tasksWaitingToJoin: 0,
      },
    ],
  },
  {
    title: 'rule 66: put waits for room (test_queues.QueuePutTests.test_blocking_put_wait)',
    body: putWaits,
    expected: [
      ['<Queue size=1 maxsize=1 putters=1 unfinished=1>', 1],
      ['put 1', 'got 1', 'put 2', 'got 2', 'put 3', 'got 3'],
    ],
  },
  {
    title:
      'rule 66: cancelled getters (test_queues.QueueGetTests.test_get_cancelled_race, QueuePutTests.test_get_cancel_drop_one_pending_reader, test_get_cancel_drop_many_pending_readers)',
    body: cancelledGetters,
    expected: [3, ['CancelledError', 'CancelledError', 'CancelledError', 0, 1], 1, 0],
  },
  {
    title:
      'rule 66: cancelled putters (test_queues.QueuePutTests.test_put_cancelled, test_put_cancelled_race, test_put_cancel_drop)',
    body: cancelledPutters,
    expected: [
      [0, 3],
      [true, true, false],
      {
        size: 0,
        maxsize: 1,
        unfinished: 2,
        isShutDown: false,
        tasksWaitingToGet: 0,
        tasksWaitingToPut: 0,
        tasksWaitingToJoin: 0,
      },
    ],
  },
  {
    title: 'rule 66: who finds nothing when he runs goes to the end of the line',
    body: quickerGetter,
    expected: [1, [3, 2]],
  },
  {
    title:
      'rule 66: join and taskDone (test_queues._QueueJoinTestMixin.test_task_done, test_task_done_underflow, test_join_empty_queue)',
    body: joins,
    expected: [
      1,
      45,
      '<Queue size=0 getters=2>',
      'ValueError: taskDone() called too many times',
      0,
    ],
  },
  {
    title:
      'rule 66: shutdown of an empty queue wakes who waits (test_queues._QueueShutdownTestMixin.test_shutdown_empty, test_format, _QueueJoinTestMixin.test_format)',
    body: shutdownEmpty,
    expected: [
      '<Queue size=0 shut down>',
      'QueueShutDown: get() on',
      'QueueShutDown: get() on',
      'QueueShutDown: put() on',
      'QueueShutDown: get() on',
    ],
  },
  {
    title:
      'rule 66: shutdown of a full queue (test_queues._QueueShutdownTestMixin.test_shutdown_nonempty)',
    body: shutdownNonempty,
    expected: [
      'QueueShutDown: put() on',
      false,
      1,
      'QueueShutDown: get() on',
      {
        size: 0,
        maxsize: 1,
        unfinished: 0,
        isShutDown: true,
        tasksWaitingToGet: 0,
        tasksWaitingToPut: 0,
        tasksWaitingToJoin: 0,
      },
    ],
  },
  {
    title:
      'rule 66: shutdown({ immediate: true }) empties it (test_queues._QueueShutdownTestMixin.test_shutdown_immediate, test_shutdown_immediate_with_unfinished)',
    body: shutdownImmediate,
    expected: [
      false,
      1,
      0,
      'ValueError: taskDone() called too many times',
      'QueueShutDown: get() on',
    ],
  },
  {
    title: 'rule 68: a queue belongs to the loop in which somebody first waited',
    body: anotherLoop,
    expected: ['RuntimeError:', 0],
  },
];
