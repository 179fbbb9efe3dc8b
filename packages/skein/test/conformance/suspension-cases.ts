import { type Case, type Driver, runMain } from './driver.ts';
import {
  asCompleted,
  type Awaitable,
  Barrier,
  type Coroutine,
  Event,
  type EventLoop,
  type Future,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  Semaphore,
  shield,
  sleep,
  taskGroup,
  timeout,
  wait,
  waitFor,
} from './library.ts';

/*
 * The suspension table: how many iterations of the loop each wait takes. Whoever takes none cannot be
 * interrupted there, and lets nobody else run. The numbers are those of CPython 3.13.
 */

function* nothing(): Coroutine<void> {}

/** Waits and tells how many iterations have gone by. */
function* iterations(loop: EventLoop, waiting: Awaitable<unknown>): Coroutine<number> {
  let n = 0;
  let done = false;
  const count = (): void => {
    n++;
    if (!done) loop.callSoon(count);
  };
  loop.callSoon(count);
  yield* waiting;
  done = true;
  const taken = n;
  yield* sleep(0);
  return taken;
}

function doneFuture(): Future<number> {
  const future = getRunningLoop().createFuture<number>();
  future.setResult(1);
  return future;
}

function* handedOver(loop: EventLoop): Coroutine<void> {
  const lock = new Lock();
  const passage = yield* lock.acquire();
  loop.callSoon(() => passage[Symbol.dispose]());
  yield* lock.acquire();
}

function* table(): Coroutine<Record<string, number>> {
  const loop = getRunningLoop();
  const doneTask = loop.createTask(nothing());
  yield* doneTask;
  const set = new Event();
  set.set();
  const queue = new Queue<number>();
  queue.putNowait(1);
  const resolved = loop.createFuture<number>();
  const rows: [string, () => Awaitable<unknown>][] = [
    ['a coroutine directly', () => nothing()],
    ['a done future', () => doneFuture()],
    ['a done task', () => doneTask],
    ['sleep(0)', () => sleep(0)],
    ['sleep(-1)', () => sleep(-1)],
    ['free Lock', () => new Lock().acquire()],
    ['free Semaphore', () => new Semaphore(1).acquire()],
    ['set Event', () => set.wait()],
    ['get of a non-empty Queue', () => queue.get()],
    ['put into a non-full Queue', () => queue.put(1)],
    ['join of an empty Queue', () => new Queue<number>().join()],
    ['gather()', () => gather()],
    ['gather(done future)', () => gather(doneFuture())],
    ['wait([done future])', () => wait([doneFuture()])],
    ['empty group', () => taskGroup(nothing)],
    ['timeout(1) of an empty body', () => timeout(1, nothing)],
    ['timeout(0) of a body that does not suspend', () => timeout(0, nothing)],
    ['Barrier(1)', () => new Barrier(1).wait()],
    ['a new task', () => loop.createTask(nothing())],
    ['gather of two coroutines', () => gather(nothing(), nothing())],
    ['shield(coroutine)', () => shield(nothing())],
    ['shield(done future)', () => shield(doneFuture())],
    ['wait([task])', () => wait([loop.createTask(nothing())])],
    [
      'group with one task',
      () =>
        taskGroup(function* (group) {
          group.createTask(nothing());
        }),
    ],
    [
      'asCompleted([done future])',
      () => asCompleted([doneFuture()])[Symbol.asyncIterator]().next(),
    ],
    ['waitFor(coroutine, 10)', () => waitFor(nothing(), 10)],
    ['waitFor(done future, 1)', () => waitFor(doneFuture(), 1)],
    ['waitFor(done future, 0)', () => waitFor(doneFuture(), 0)],
    ['waitFor(coroutine, null)', () => waitFor(nothing(), null)],
    [
      'a future resolved by a callback',
      () => {
        loop.callSoon(() => resolved.setResult(1));
        return resolved;
      },
    ],
    ['a lock handed over by a callback', () => handedOver(loop)],
  ];
  const measured: Record<string, number> = {};
  for (const [name, waiting] of rows) {
    measured[name] = yield* iterations(loop, inside(waiting));
  }
  return measured;
}

/** What is made to be waited for is made when the counting has begun. */
function* inside(waiting: () => Awaitable<unknown>): Coroutine<unknown> {
  return yield* waiting();
}

export const suspensionCases: readonly Case[] = [
  {
    title: 'section 2.15: the suspension table',
    body: (driver: Driver) => runMain(driver, table),
    expected: {
      'a coroutine directly': 0,
      'a done future': 0,
      'a done task': 0,
      'sleep(0)': 1,
      'sleep(-1)': 1,
      'free Lock': 0,
      'free Semaphore': 0,
      'set Event': 0,
      'get of a non-empty Queue': 0,
      'put into a non-full Queue': 0,
      'join of an empty Queue': 0,
      'gather()': 0,
      'gather(done future)': 0,
      'wait([done future])': 2,
      'empty group': 0,
      'timeout(1) of an empty body': 0,
      'timeout(0) of a body that does not suspend': 0,
      'Barrier(1)': 0,
      'a new task': 2,
      'gather of two coroutines': 3,
      'shield(coroutine)': 3,
      'shield(done future)': 0,
      'wait([task])': 3,
      'group with one task': 3,
      'asCompleted([done future])': 2,
      'waitFor(coroutine, 10)': 0,
      'waitFor(done future, 1)': 0,
      'waitFor(done future, 0)': 0,
      'waitFor(coroutine, null)': 0,
      'a future resolved by a callback': 2,
      'a lock handed over by a callback': 2,
    },
  },
];
