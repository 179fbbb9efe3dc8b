/** Tasks that run too long, or are not wanted any more: timeout, signal, cancel(), retries, names. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, describe, test } from 'node:test';
import {
  BrokenThreadPool,
  CancelledError,
  type ConcurrentFuture,
  currentJob,
  getRunningLoop,
  NodeEventLoop,
  run,
  sleep,
  ThreadPoolExecutor,
  TimeoutError,
} from 'skein';
import { addOne, nameOfThread } from '../fixtures/functions.ts';
import * as there from '../fixtures/limited.ts';
import { neverCalled } from '../fixtures/modules/never-loaded.ts';
import { eventually, sharedWords, waitUntil } from '../fixtures/words.ts';

const { Came } = there;
const pool = new ThreadPoolExecutor({ maxWorkers: 2, threadNamePrefix: 'limited' });
after(() => pool.shutdown());

type Limited = (words: Int32Array) => unknown;

/** How a task takes it to be asked, and how far it comes by that. */
const endings: readonly (readonly [fn: Limited, isEnded: boolean, came: number])[] = [
  [there.compute, true, Came.begun],
  [there.computeAndLook, false, Came.asked],
  [there.computeAndReturn, false, Came.asked],
  [there.sleepLong, false, Came.asked],
  [there.sleepInCoroutine, false, Came.asked],
  [there.waitForSignal, false, Came.begun],
  [there.waitForNothing, true, Came.begun],
];

/** A pool of one thread, which has loaded the module of its tasks: the time that this takes counts. */
function loaded(threadNamePrefix: string): ThreadPoolExecutor {
  const single = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix });
  single.submit(there.lookAtName).result();
  return single;
}

/** Waits in each of the ways, and gives the error. */
async function failureOf(future: ConcurrentFuture<unknown>, blocks: boolean): Promise<unknown> {
  if (blocks) return future.exception();
  try {
    await future;
  } catch (error) {
    return error;
  }
  return assert.fail('it did not fail');
}

for (const blocks of [true, false]) {
  describe(blocks ? 'blocking' : 'awaiting', () => {
    for (const [fn, isEnded, came] of endings) {
      test(`a timeout fails ${fn.name}${isEnded ? ', and its thread is replaced' : ''}`, async () => {
        const words = sharedWords();
        const limited = pool.with({ timeout: 30, grace: isEnded ? 10 : 10_000 });
        const error = await failureOf(limited.submit(fn, words), blocks);
        assert.ok(error instanceof TimeoutError, String(error));
        assert.match(
          error.message,
          new RegExp(`'${fn.name}' ran longer than its timeout of 30 ms`),
        );
        assert.equal(/its thread was ended/.test(error.message), isEnded, error.message);
        assert.equal(words[0], came);
        assert.equal(pool.submit(addOne, 1).result(), 2);
      });
    }
  });
}

for (const [fn, isEnded, came] of endings) {
  test(`a signal fails ${fn.name} with its reason`, async () => {
    const words = sharedWords();
    const controller = new AbortController();
    const { signal } = controller;
    const future = pool.with({ signal, grace: isEnded ? 10 : 10_000 }).submit(fn, words);
    waitUntil(words, 0, Came.begun);
    controller.abort(new RangeError('enough'));
    await assert.rejects(Promise.resolve(future), new RangeError('enough'));
    assert.equal(words[0], came);
    assert.equal(future.cancelled(), false);
    assert.equal(await pool.submit(addOne, 1), 2);
  });
}

for (const [fn, isEnded] of endings) {
  if (isEnded) continue;
  test(`cancel() returns false for ${fn.name} while it runs, and asks it to end`, async () => {
    const words = sharedWords();
    const future = pool.submit(fn, words);
    waitUntil(words, 0, Came.begun);
    assert.equal(future.cancel(), false);
    if (fn === there.computeAndReturn) {
      assert.equal(await future, 'half of it');
    } else {
      await assert.rejects(Promise.resolve(future), CancelledError);
      assert.equal(future.cancelled(), true);
      assert.equal(future.cancel(), true);
    }
  });
}

test('a task with a neighbour that is ended goes on, and so does the pool', async () => {
  const words = sharedWords();
  const patient = pool.submit(there.sleepLong, words);
  const overrun = pool.with({ timeout: 20, grace: 0 }).submit(there.compute, sharedWords());
  await assert.rejects(Promise.resolve(overrun), TimeoutError);
  assert.equal(patient.running(), true);
  patient.cancel();
  await assert.rejects(Promise.resolve(patient), CancelledError);
});

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

  for (const fn of [there.promiseLong, there.waitForNothing]) {
    test(`${fn.name}: after its timeout`, () =>
      beside((wide, words) => wide.with({ timeout: 20, grace: 20 }).submit(fn, words), late));

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

test('the time is counted from the begin of the task, not from its submission', async () => {
  using single = new ThreadPoolExecutor({ maxWorkers: 1 });
  const first = sharedWords();
  const long = single.submit(there.sleepLong, first);
  const limited = single.with({ timeout: 1000 }).submit(there.lookAtJob);
  waitUntil(first, 0, Came.begun);
  await new Promise((resolve) => setTimeout(resolve, 50));
  long.cancel();
  const { timeLeft } = (await limited) as { timeLeft: number };
  assert.ok(timeLeft > 950 && timeLeft <= 1000, String(timeLeft));
});

test('what a task throws when its time is over is the cause', async () => {
  const limited = pool.with({ timeout: 20, grace: 10_000 });
  const error = await failureOf(limited.submit(there.throwWhenAsked, sharedWords()), false);
  assert.ok(error instanceof TimeoutError);
  assert.ok(error.cause instanceof RangeError);
});

test('a signal that is aborted takes a queued task out of the queue', async () => {
  using single = new ThreadPoolExecutor({ maxWorkers: 1 });
  const words = sharedWords();
  const running = single.submit(there.sleepLong, words);
  waitUntil(words, 0, Came.begun);
  const controller = new AbortController();
  const queued = single.with({ signal: controller.signal }).submit(there.compute, sharedWords());
  controller.abort('never mind');
  assert.equal(queued.done(), true);
  assert.equal(queued.exception(), 'never mind');
  running.cancel();
});

test('a signal that was aborted before: nothing is submitted', () => {
  const words = sharedWords();
  const limited = pool.with({ signal: AbortSignal.abort('too late') });
  assert.equal(limited.submit(there.computeAndReturn, words).exception(), 'too late');
  assert.equal(words[0], Came.nowhere);
});

test('one signal for a thousand tasks', async () => {
  const controller = new AbortController();
  const limited = pool.with({ signal: controller.signal });
  const futures = Array.from({ length: 1000 }, () =>
    limited.submit(there.computeAndLook, sharedWords()),
  );
  await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort('all of you');
  const settled = await Promise.allSettled(futures);
  assert.ok(settled.every((each) => each.status === 'rejected' && each.reason === 'all of you'));
});

test('runInExecutor: to cancel the future of the loop asks the task to end', async () => {
  const words = sharedWords();
  await run(async () => {
    const loop = new NodeEventLoop();
    const future = loop.runInExecutor(pool, there.sleepLong, words);
    waitUntil(words, 0, Came.begun);
    future.cancel();
    await assert.rejects(Promise.resolve(future), CancelledError);
    await eventually(() => words[0] === Came.asked, 'the task is asked');
    loop.close();
  });
});

test('runInExecutor with a timeout, in a loop that blocks', () => {
  run(function* () {
    const limited = pool.with({ timeout: 20, grace: 10 });
    const loop = getRunningLoop();
    const overrun = loop.runInExecutor(limited, there.compute, sharedWords());
    yield* sleep(1);
    try {
      yield* overrun;
      assert.fail('it did not fail');
    } catch (error) {
      assert.ok(error instanceof TimeoutError, String(error));
    }
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

  test('outside of a task: one that goes on for ever', () => {
    const job = currentJob();
    job.throwIfCancelled();
    assert.deepEqual(
      [job.name, job.cancelled, job.timeLeft, job.signal.aborted],
      ['', false, Infinity, false],
    );
  });

  test('its name is that of the function, or the one that was given', async () => {
    assert.deepEqual(await pool.submit(there.lookAtJob), {
      name: 'lookAtJob',
      cancelled: false,
      timeLeft: Infinity,
      aborted: false,
    });
    const named = pool.with({ name: 'invoice 7' });
    assert.equal(((await named.submit(there.lookAtJob)) as { name: string }).name, 'invoice 7');
    assert.equal(String(named.submit(nameOfThread)).includes('fn=invoice 7'), true);
  });

  test('stays the same over all waits', async () => {
    const named = pool.with({ name: 'n' });
    assert.deepEqual(await named.submit(there.lookAtJobLater), ['n', 'n', 'n']);
    assert.deepEqual(await named.submit(there.lookAtJobInCoroutine), ['n', 'n']);
  });
});

describe('retries', () => {
  for (const fn of [there.failSome, there.exitSome, there.computeSome]) {
    const limits = fn === there.computeSome ? { timeout: 20, grace: 0 } : {};
    test(`${fn.name}: done again until it succeeds`, async () => {
      const words = sharedWords();
      words[0] = 2;
      assert.equal(await pool.with({ retries: 2, ...limits }).submit(fn, words), 3);
    });

    test(`${fn.name}: the last failure is the one that is told`, async () => {
      const words = sharedWords();
      words[0] = 9;
      const error = await failureOf(pool.with({ retries: 1, ...limits }).submit(fn, words), false);
      const kinds = { failSome: RangeError, exitSome: BrokenThreadPool, computeSome: TimeoutError };
      assert.ok(error instanceof kinds[fn.name as keyof typeof kinds], String(error));
      assert.equal(words[1], 2);
    });
  }

  test('a task that was cancelled is not done again', async () => {
    const words = sharedWords();
    const future = pool.with({ retries: 5 }).submit(there.computeAndLook, words);
    waitUntil(words, 0, Came.begun);
    future.cancel();
    await assert.rejects(Promise.resolve(future), CancelledError);
  });

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

describe('options that make no sense', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ timeout: 0 }, /'timeout' takes milliseconds > 0/],
    [{ timeout: -1 }, /'timeout' takes milliseconds > 0/],
    [{ timeout: NaN }, /'timeout' takes milliseconds > 0/],
    [{ timeout: 2 ** 31 }, /at most 1073741824 \(12 days\)/],
    [{ timeout: '5' }, /'timeout' takes a number of milliseconds, got '5'/],
    [{ grace: -1 }, /'grace' takes milliseconds ≥ 0/],
    [{ signal: {} }, /'signal' takes an AbortSignal, got \{\}/],
    [{ name: 5 }, /'name' takes a string, got 5/],
    [{ retries: 1.5 }, /'retries' takes a whole number ≥ 0, got 1\.5/],
    [[], /with\(\) takes an object of options, got \[\]/],
    [{ tiemout: 5 }, /knows the options .*, and was given 'tiemout'/],
  ];
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () => assert.throws(() => pool.with(options), message));
  }
});
