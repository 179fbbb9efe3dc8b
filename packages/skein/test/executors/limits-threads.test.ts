/** Limits of tasks where it matters that they run in threads: neighbours, waiting for each other, long graces. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, describe, test } from 'node:test';
import { type ConcurrentFuture, ThreadPoolExecutor, TimeoutError } from 'skein';
import { addOne, nameOfThread } from '../fixtures/functions.ts';
import { failureOf } from '../fixtures/failures.ts';
import * as there from '../fixtures/limited.ts';
import { neverCalled } from '../fixtures/modules/never-loaded.ts';
import { eventually, sharedWords, waitUntil } from '../fixtures/words.ts';

const { Came } = there;
const pool = new ThreadPoolExecutor({ maxWorkers: 2, threadNamePrefix: 'limited' });
after(() => pool.shutdown());

/** A pool of one thread, which has loaded the module of its tasks. */
function loaded(threadNamePrefix: string): ThreadPoolExecutor {
  const single = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix });
  single.submit(there.lookAtName).result();
  return single;
}

describe('where tasks run beside each other, one that does not end is left alone', () => {
  const beside = async (
    end: (pool: ThreadPoolExecutor, words: Int32Array) => ConcurrentFuture<unknown>,
    error: object,
  ): Promise<void> => {
    using wide = new ThreadPoolExecutor({ maxWorkers: 1, concurrencyPerWorker: 2 });
    const [own, other] = [sharedWords(), sharedWords()];
    const neighbour = wide.submit(there.waitForWord, other);
    waitUntil(other, 0, Came.begun);
    await assert.rejects(async () => end(wide, own), error);
    other[1] = 1;
    assert.equal(await neighbour, 'unharmed');
  };
  const late = { name: 'TimeoutError' };

  test('promiseLate: its time is over before it waits', () =>
    beside(
      (wide, words) => wide.with({ timeout: 20, grace: 20 }).submit(there.promiseLate, words),
      late,
    ));

  for (const fn of [there.promiseLong, there.waitForNothing]) {
    test(`${fn.name}: after its timeout`, () =>
      beside((wide, words) => wide.with({ timeout: 150, grace: 20 }).submit(fn, words), late));

    test(`${fn.name}: after a timeout that comes when it was cancelled already`, () =>
      beside((wide, words) => {
        const future = wide.with({ timeout: 100, grace: 20 }).submit(fn, words);
        waitUntil(words, 0, Came.begun);
        assert.equal(future.cancel(), false);
        return future;
      }, late));

    test(`${fn.name}: after its signal`, () =>
      beside(
        (wide, words) => {
          const controller = new AbortController();
          const { signal } = controller;
          const future = wide.with({ signal, grace: 20 }).submit(fn, words);
          waitUntil(words, 0, Came.begun);
          controller.abort(new Error('enough'));
          return future;
        },
        { message: 'enough' },
      ));
  }
});

test('a task whose module is never loaded ends by its signal', async () => {
  const controller = new AbortController();
  const future = pool.with({ signal: controller.signal, grace: 0 }).submit(neverCalled);
  await eventually(() => future.running(), 'it has begun');
  controller.abort(new Error('enough'));
  await assert.rejects(async () => future, new Error('enough'));
});

test('a task that waits for others, which have timeouts of their own, has its own still', async () => {
  using narrow = new ThreadPoolExecutor({ maxWorkers: 1 });
  const words = sharedWords();
  const limited = narrow.with({ timeout: 200, grace: 10 });
  await assert.rejects(async () => limited.submit(there.computeAfterChild, narrow, words), {
    name: 'TimeoutError',
  });
});

describe('grace', () => {
  /** When this has come, the keeper has looked at all deadlines that came before. */
  const keeperHasLooked = async (): Promise<void> => {
    await using another = loaded('another');
    const overrun = another.with({ timeout: 20, grace: 0 }).submit(there.compute, sharedWords());
    const error = await failureOf(overrun, false);
    assert.match(String(error), /its thread was ended/);
  };

  test('Infinity: a task that goes on after its time does so', async () => {
    await using single = loaded('patient');
    const words = sharedWords();
    const patient = single.with({ timeout: 10, grace: Infinity });
    const future = patient.submit(there.goOnUntilLet, words);
    waitUntil(words, 0, Came.asked);
    await keeperHasLooked();
    Atomics.store(words, 1, 1);
    assert.doesNotMatch(String(await failureOf(future, false)), /its thread was ended/);
  });

  test('Infinity: a task that goes on after its signal was aborted does so', async () => {
    await using single = loaded('signalled');
    const words = sharedWords();
    const controller = new AbortController();
    const patient = single.with({ signal: controller.signal, grace: Infinity });
    const future = patient.submit(there.goOnUntilLet, words);
    waitUntil(words, 0, Came.begun);
    controller.abort('enough');
    waitUntil(words, 0, Came.asked);
    await keeperHasLooked();
    Atomics.store(words, 1, 1);
    assert.equal(await failureOf(future, false), 'enough');
    assert.equal(await single.submit(nameOfThread), 'signalled_0');
  });

  test('as long as can be said, after a timeout as long as can be said', async () => {
    await using single = loaded('longest');
    const words = sharedWords();
    const longest = single.with({ timeout: 2 ** 30, grace: 2 ** 30 });
    const future = longest.submit(there.goOnUntilLet, words);
    waitUntil(words, 0, Came.begun);
    await keeperHasLooked();
    Atomics.store(words, 1, 1);
    assert.equal(await future, 'in the end');
  });
});

test('a submit that throws leaves nothing at the signal', () => {
  const { signal } = new AbortController();
  const limited = pool.with({ signal });
  assert.throws(() => limited.submit(addOne, (() => 1) as never), { name: 'DataCloneError' });
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

describe('currentJob()', () => {
  test('what runs in a worker beside the tasks is none of them', async () => {
    await using single = new ThreadPoolExecutor({ maxWorkers: 1 });
    const none = [{ name: '', cancelled: false, timeLeft: Infinity, aborted: false }];
    await single.with({ name: 'before' }).submit(addOne, 1);
    assert.deepEqual(await single.runOnAll(there.lookAtJob), none);
    const words = sharedWords();
    const underWay = single.with({ name: 'beside' }).submit(there.sleepLong, words);
    waitUntil(words, 0, Came.begun);
    assert.deepEqual(await single.runOnAll(there.lookAtJob), none);
    assert.deepEqual(await single.runOnAll(there.lookAtJobLater), [['', '', '']]);
    underWay.cancel();
  });
});

describe('retries', () => {
  test('nor one that was cancelled, and ends by another error, or not in time', async () => {
    const words = sharedWords();
    const future = pool.with({ retries: 5 }).submit(there.countAndFailWhenAsked, words);
    waitUntil(words, 0, Came.begun);
    assert.equal(future.cancel(), false);
    await assert.rejects(Promise.resolve(future), new RangeError('asked at a bad time'));
    assert.equal(words[1], 1);
    const late = sharedWords();
    late[0] = 9;
    await using single = loaded('overrun');
    const limited = single.with({ retries: 5, timeout: 500, grace: 0 });
    const overrun = limited.submit(there.computeSome, late);
    waitUntil(late, 1, 1);
    overrun.cancel();
    const begun = late[1];
    await assert.rejects(Promise.resolve(overrun), TimeoutError);
    assert.equal(late[1], begun);
  });
});
