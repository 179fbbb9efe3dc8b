/**
 * Arguments of a wrong kind, as JavaScript lets them through: each is refused where it is given, by an
 * error that shows what was found.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  addInstrument,
  allTasks,
  asCompleted,
  BoundedSemaphore,
  Condition,
  copyContext,
  currentTask,
  ensureFuture,
  ExceptionGroup,
  Future,
  gather,
  newEventLoop,
  PriorityQueue,
  Queue,
  run,
  runCoroutineThreadsafe,
  Runner,
  SelectorEventLoop,
  Semaphore,
  setExcepthook,
  shield,
  sleep,
  sleepSync,
  Task,
  task,
  taskGroup,
  Thread,
  ThreadPoolExecutor,
  timeout,
  timeoutAt,
  wait,
  waitFor,
  wrapFuture,
  wrapPromise,
} from 'skein';
import {
  balanceSheet,
  runWithVirtualTime,
  VirtualTimeLoop,
  VirtualTimeNodeLoop,
} from 'skein/testing';
import { addOne } from '../fixtures/functions.ts';

const loop = newEventLoop();
const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const thread = new Thread({ target: addOne, args: [1] });
thread.start();
const pending = pool.submit(sleepSync, 1);
function* nothing(): Generator<undefined, void, void> {}

after(() => {
  loop.close();
  pool.shutdown();
});

type Wrong = never;
const odd: readonly unknown[] = ['x', { key: 1 }, Symbol('odd'), 7n];
const noNumbers = [...odd, NaN];
const noFunctions = [...odd, 5];
const noOptions: readonly unknown[] = ['x', 5, true];

/** Runs a coroutine function to its end. */
const inLoop = (make: (wrong: Wrong) => Iterable<unknown>) => (wrong: Wrong) =>
  loop.runUntilComplete(function* () {
    yield* make(wrong) as ReturnType<typeof nothing>;
  });

const cases: Record<string, readonly [readonly unknown[], (wrong: Wrong) => unknown]> = {
  'sleep(wrong)': [noNumbers, (wrong) => sleep(wrong)],
  'sleepSync(wrong)': [[...noNumbers, null, undefined], (wrong) => sleepSync(wrong ?? null)],
  'thread.join(wrong)': [[...noNumbers, null], (wrong) => thread.join(wrong)],
  'future.result(wrong)': [
    [...noNumbers, null],
    (wrong) => pool.submit(sleepSync, 20).result(wrong), // of work that is under way
  ],
  'loop.callLater(wrong, …)': [[...noNumbers, null], (wrong) => loop.callLater(wrong, nothing)],
  'loop.callAt(wrong, …)': [[...noNumbers, null], (wrong) => loop.callAt(wrong, nothing)],
  'timeout(wrong, …)': [noNumbers, inLoop((wrong) => timeout(wrong, nothing))],
  'timeoutAt(wrong, …)': [noNumbers, inLoop((wrong) => timeoutAt(wrong, nothing))],
  'waitFor(…, wrong)': [noNumbers, inLoop((wrong) => waitFor(sleep(0), wrong))],
  'wait(…, { timeout: wrong })': [
    noNumbers,
    inLoop((wrong) => wait([loop.createFuture()], { timeout: wrong })),
  ],
  'asCompleted(…, { timeout: wrong })': [
    noNumbers,
    inLoop((wrong) => {
      for (const each of asCompleted([loop.createFuture()], { timeout: wrong })) return each;
      return [];
    }),
  ],
  'slowCallbackDuration = wrong': [noNumbers, (wrong) => (loop.slowCallbackDuration = wrong)],
  'new Semaphore(wrong)': [[...noNumbers, null, -1], (wrong) => new Semaphore(wrong)],
  'new BoundedSemaphore(wrong)': [[...noNumbers, -1], (wrong) => new BoundedSemaphore(wrong)],
  'new Queue(wrong)': [[...noNumbers, null], (wrong) => new Queue(wrong)],
  'condition.notify(wrong)': [
    noNumbers,
    inLoop(function* (wrong) {
      const condition = new Condition();
      yield* condition.acquire();
      condition.notify(wrong);
    }),
  ],
  'new VirtualTimeLoop({ startMs: wrong })': [
    noNumbers,
    (wrong) => new VirtualTimeLoop({ startMs: wrong }),
  ],
  'new VirtualTimeNodeLoop({ patienceMs: wrong })': [
    noNumbers,
    (wrong) => new VirtualTimeNodeLoop({ patienceMs: wrong }),
  ],
  'runWithVirtualTime(…, { shuffle: wrong })': [
    noNumbers,
    (wrong) => runWithVirtualTime(nothing, { shuffle: wrong }),
  ],

  'remote.callSoonThreadsafe(wrong)': [
    noFunctions,
    (wrong) => loop.remote().callSoonThreadsafe(wrong),
  ],
  'future.addDoneCallback(wrong)': [
    [...noFunctions, null],
    (wrong) => loop.createFuture().addDoneCallback(wrong),
  ],
  'concurrentFuture.addDoneCallback(wrong)': [
    [...noFunctions, null],
    (wrong) => pending.addDoneCallback(wrong),
  ],
  'setExcepthook(wrong)': [noFunctions, (wrong) => setExcepthook(wrong)],
  'loop.setExceptionHandler(wrong)': [noFunctions, (wrong) => loop.setExceptionHandler(wrong)],
  'loop.setTaskFactory(wrong)': [noFunctions, (wrong) => loop.setTaskFactory(wrong)],
  'pool.submit(wrong)': [[...noFunctions, null], (wrong) => pool.submit(wrong)],
  'new Thread({ target: wrong })': [noFunctions, (wrong) => new Thread({ target: wrong })],
  'task(…, wrong)': [noFunctions, (wrong) => task('odd', wrong)],
  'initializer: wrong': [
    [...noFunctions, null],
    (initializer) => new ThreadPoolExecutor({ initializer }),
  ],
  'loopFactory: wrong': [noFunctions, (wrong) => new Runner({ loopFactory: wrong })],
  'compare: wrong': [noFunctions, (wrong) => new PriorityQueue(0, { compare: wrong })],

  'gather(wrong)': [[...noFunctions, {}, null], inLoop((wrong) => gather(wrong))],
  'gather(…, wrong)': [
    [...noFunctions, null],
    inLoop((wrong) => gather(loop.createFuture(), wrong)),
  ],
  'wait(wrong)': [[...noFunctions, null, []], inLoop((wrong) => wait(wrong))],
  'asCompleted(wrong)': [[{}, 5, null], inLoop((wrong) => asCompleted(wrong) as never)],
  'shield(wrong)': [[...noFunctions, null], inLoop((wrong) => shield(wrong))],
  'ensureFuture(wrong)': [[...noFunctions, null], (wrong) => ensureFuture(wrong, { loop })],
  'wrapFuture(wrong)': [[...noFunctions, null], (wrong) => wrapFuture(wrong, { loop })],
  'wrapPromise(wrong)': [[...noFunctions, null], (wrong) => wrapPromise(wrong)],
  'loop.createTask(wrong)': [[...noFunctions, null], (wrong) => loop.createTask(wrong)],
  'new Task(wrong)': [[...noFunctions, null], (wrong) => new Task(wrong, loop)],
  'taskGroup(wrong)': [
    [...noFunctions, null],
    (wrong) => {
      try {
        inLoop(taskGroup as never)(wrong);
      } catch (error) {
        throw (error as ExceptionGroup).errors[0];
      }
    },
  ],
  'loop.runUntilComplete(wrong)': [[...noFunctions, null], (wrong) => loop.runUntilComplete(wrong)],
  'run(wrong)': [[...noFunctions, null], (wrong) => run(wrong)],
  'runWithVirtualTime(wrong)': [[...noFunctions, null], (wrong) => runWithVirtualTime(wrong)],

  'allTasks(wrong)': [noFunctions, (wrong) => allTasks(wrong)],
  'currentTask(wrong)': [[...noFunctions, null], (wrong) => currentTask(wrong)],
  'balanceSheet(wrong)': [[...noFunctions, null], (wrong) => balanceSheet(wrong)],
  'timeout(1, wrong)': [[...noFunctions, null], inLoop((wrong) => timeout(1, wrong))],
  'condition.waitFor(wrong)': [
    [...noFunctions, null],
    inLoop(function* (wrong) {
      const condition = new Condition();
      yield* condition.acquire();
      yield* condition.waitFor(wrong);
    }),
  ],
  'new Future(wrong)': [[...noFunctions, null], (wrong) => new Future(wrong)],
  'wrapFuture(…, { loop: wrong })': [noFunctions, (wrong) => wrapFuture(pending, { loop: wrong })],
  'ensureFuture(…, { loop: wrong })': [
    noFunctions,
    (wrong) => ensureFuture(sleep(0), { loop: wrong }),
  ],
  'new SelectorEventLoop(wrong)': [[...odd, null], (wrong) => new SelectorEventLoop(wrong)],
  'runInExecutor(wrong, …)': [[...odd, undefined], (wrong) => loop.runInExecutor(wrong, addOne, 1)],
  'setDefaultExecutor(wrong)': [[...odd, null], (wrong) => loop.setDefaultExecutor(wrong)],
  'callExceptionHandler(wrong)': [['x', 5, null], (wrong) => loop.callExceptionHandler(wrong)],
  'addInstrument(wrong)': [['x', 5, null], (wrong) => addInstrument(wrong)],
  'new ExceptionGroup(…, wrong)': [[...odd, 5, null], (wrong) => new ExceptionGroup('', wrong)],
  'runCoroutineThreadsafe(…, wrong, …)': [
    [...odd, 5, null],
    (wrong) => runCoroutineThreadsafe(addOne, wrong, loop.remote()),
  ],
  'runCoroutineThreadsafe(…, …, wrong)': [
    [...odd, null],
    (wrong) => runCoroutineThreadsafe(addOne, [1], wrong),
  ],
  'context: wrong': [odd, (context) => loop.createTask(nothing, { context })],
  'context.run(wrong)': [[...noFunctions, null], (wrong) => copyContext().run(wrong)],
  'name: wrong': [[{}, 5], (name) => new Thread({ target: addOne, args: [1], name })],
  'daemon: wrong': [['x', {}, 5], (daemon) => new Thread({ target: addOne, args: [1], daemon })],
  'threadNamePrefix: wrong': [
    [{}, 5],
    (threadNamePrefix) => new ThreadPoolExecutor({ threadNamePrefix }),
  ],

  'wait(…, wrong)': [noOptions, (wrong) => wait([loop.createFuture()], wrong)],
  'asCompleted(…, wrong)': [noOptions, (wrong) => asCompleted([], wrong)],
  'ensureFuture(…, wrong)': [noOptions, (wrong) => ensureFuture(sleep(0), wrong)],
  'createTask(…, wrong)': [noOptions, (wrong) => loop.createTask(nothing, wrong)],
  'run(…, wrong)': [noOptions, (wrong) => run(nothing, wrong)],
  'new Runner(wrong)': [noOptions, (wrong) => new Runner(wrong)],
  'pool.shutdown(wrong)': [noOptions, (wrong) => pool.shutdown(wrong)],
  'queue.shutdown(wrong)': [noOptions, (wrong) => new Queue().shutdown(wrong)],
  'new PriorityQueue(0, wrong)': [noOptions, (wrong) => new PriorityQueue(0, wrong)],
  'new VirtualTimeLoop(wrong)': [noOptions, (wrong) => new VirtualTimeLoop(wrong)],
};
describe('wrong arguments were not refused, or not where they were given', () => {
  for (const [what, [wrong, give]] of Object.entries(cases)) {
    test(what, () => {
      for (const each of wrong) {
        assert.throws(
          () => give(each as never),
          (error: Error) => {
            const isOurs = ['TypeError', 'ValueError'].includes(error.name);
            assert.ok(isOurs, `${String(each)}: ${error.name}: ${error.message}`);
            assert.doesNotMatch(
              error.message,
              /^Cannot |is not (?:iterable|a function)|Invalid value/,
            );
            return true;
          },
          `${String(each)} was taken`,
        );
      }
    });
  }

  test('gather() takes empty options behind what it gathers', () => {
    const gathered = gather(ensureFuture(sleep(0, 1), { loop }), {});
    assert.deepEqual(loop.runUntilComplete(gathered), [1]);
  });
});
