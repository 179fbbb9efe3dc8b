/** Tasks that run too long, or are not wanted any more: timeout, signal, cancel(), retries, names. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  CancelledError,
  currentJob,
  getRunningLoop,
  NodeEventLoop,
  run,
  sleep,
  TimeoutError,
} from 'skein';
import { executors, threads } from '../fixtures/executors.ts';
import { addOne, nameOfThread } from '../fixtures/functions.ts';
import { failureOf } from '../fixtures/failures.ts';
import * as there from '../fixtures/limited.ts';
import { eventually, putWord, waitUntil, wordAt, type Words } from '../fixtures/words.ts';

const { Came } = there;
type Limited = (words: Words) => unknown;

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

for (const { name: className, newPool, newWords, Broken, what } of executors) {
  describe(className, () => {
    const pool = newPool({ maxWorkers: 2 });
    after(() => pool.shutdown());

    const timeout = 150; // long enough that each has begun by then: it would not be called any more

    for (const blocks of [true, false]) {
      describe(blocks ? 'blocking' : 'awaiting', () => {
        for (const [fn, isEnded, came] of endings) {
          test(`a timeout fails ${fn.name}${isEnded ? `, and its ${what} is replaced` : ''}`, async () => {
            const words = newWords();
            const limited = pool.with({ timeout, grace: isEnded ? 10 : 10_000 });
            const error = await failureOf(limited.submit(fn, words), blocks);
            assert.ok(error instanceof TimeoutError, String(error));
            assert.match(
              error.message,
              new RegExp(`'${fn.name}' ran longer than its timeout of 150 ms`),
            );
            assert.equal(error.message.includes(`its ${what} was ended`), isEnded, error.message);
            assert.equal(wordAt(words, 0), came);
            assert.equal(pool.submit(addOne, 1).result(), 2);
          });
        }
      });
    }

    for (const [fn, isEnded, came] of endings) {
      test(`a signal fails ${fn.name} with its reason`, async () => {
        const words = newWords();
        const controller = new AbortController();
        const { signal } = controller;
        const future = pool.with({ signal, grace: isEnded ? 10 : 10_000 }).submit(fn, words);
        waitUntil(words, 0, Came.begun);
        controller.abort(new RangeError('enough'));
        await assert.rejects(Promise.resolve(future), new RangeError('enough'));
        assert.equal(wordAt(words, 0), came);
        assert.equal(future.cancelled(), false);
        assert.equal(await pool.submit(addOne, 1), 2);
      });
    }

    for (const [fn, isEnded] of endings) {
      if (isEnded) continue;
      test(`cancel() returns false for ${fn.name} while it runs, and asks it to end`, async () => {
        const words = newWords();
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
      const words = newWords();
      const patient = pool.submit(there.sleepLong, words);
      const overrun = pool.with({ timeout: 20, grace: 0 }).submit(there.compute, newWords());
      await assert.rejects(Promise.resolve(overrun), TimeoutError);
      assert.equal(patient.running(), true);
      patient.cancel();
      await assert.rejects(Promise.resolve(patient), CancelledError);
    });

    test('the time is counted from the begin of the task, not from its submission', async () => {
      using single = newPool({ maxWorkers: 1 });
      const first = newWords();
      const long = single.submit(there.sleepLong, first);
      const limited = single.with({ timeout: 1000 }).submit(there.lookAtJob);
      waitUntil(first, 0, Came.begun);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      long.cancel();
      const { timeLeft } = (await limited) as { timeLeft: number };
      assert.ok(timeLeft > 0 && timeLeft <= 1000, String(timeLeft));
    });

    test('what a task throws when its time is over is the cause', async () => {
      const limited = pool.with({ timeout, grace: 10_000 });
      const error = await failureOf(limited.submit(there.throwWhenAsked, newWords()), false);
      assert.ok(error instanceof TimeoutError);
      assert.ok(error.cause instanceof RangeError);
    });

    test('a signal that is aborted takes a queued task out of the queue', async () => {
      using single = newPool({ maxWorkers: 1 });
      const words = newWords();
      const running = single.submit(there.sleepLong, words);
      waitUntil(words, 0, Came.begun);
      const controller = new AbortController();
      const queued = single.with({ signal: controller.signal }).submit(there.compute, newWords());
      controller.abort('never mind');
      assert.equal(queued.done(), true);
      assert.equal(queued.exception(), 'never mind');
      running.cancel();
    });

    test('a signal that was aborted before: nothing is submitted', () => {
      const words = newWords();
      const limited = pool.with({ signal: AbortSignal.abort('too late') });
      assert.equal(limited.submit(there.computeAndReturn, words).exception(), 'too late');
      assert.equal(wordAt(words, 0), Came.nowhere);
    });

    test('one signal for a thousand tasks', async () => {
      const controller = new AbortController();
      const limited = pool.with({ signal: controller.signal });
      const futures = Array.from({ length: 1000 }, () =>
        limited.submit(there.computeAndLook, newWords()),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort('all of you');
      const settled = await Promise.allSettled(futures);
      assert.ok(
        settled.every((each) => each.status === 'rejected' && each.reason === 'all of you'),
      );
    });

    test('runInExecutor: to cancel the future of the loop asks the task to end', async () => {
      const words = newWords();
      await run(async () => {
        const loop = new NodeEventLoop();
        const future = loop.runInExecutor(pool, there.sleepLong, words);
        waitUntil(words, 0, Came.begun);
        future.cancel();
        await assert.rejects(Promise.resolve(future), CancelledError);
        await eventually(() => wordAt(words, 0) === Came.asked, 'the task is asked');
        loop.close();
      });
    });

    test('runInExecutor with a timeout, in a loop that blocks', () => {
      run(function* () {
        const limited = pool.with({ timeout: 20, grace: 10 });
        const loop = getRunningLoop();
        const overrun = loop.runInExecutor(limited, there.compute, newWords());
        yield* sleep(1);
        try {
          yield* overrun;
          assert.fail('it did not fail');
        } catch (error) {
          assert.ok(error instanceof TimeoutError, String(error));
        }
      });
    });

    describe('currentJob()', () => {
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
        const timeout = what === 'thread' ? 20 : 1000; // a new process takes its time for the first file
        const limits = fn === there.computeSome ? { timeout, grace: 0 } : {};
        test(`${fn.name}: done again until it succeeds`, async () => {
          const words = newWords();
          putWord(words, 0, 2);
          assert.equal(await pool.with({ retries: 2, ...limits }).submit(fn, words), 3);
        });

        test(`${fn.name}: the last failure is the one that is told`, async () => {
          const words = newWords();
          putWord(words, 0, 9);
          const error = await failureOf(
            pool.with({ retries: 1, ...limits }).submit(fn, words),
            false,
          );
          const kinds = { failSome: RangeError, exitSome: Broken, computeSome: TimeoutError };
          assert.ok(error instanceof kinds[fn.name as keyof typeof kinds], String(error));
          assert.equal(wordAt(words, 1), 2);
        });
      }

      test('a task that was cancelled is not done again', async () => {
        const words = newWords();
        const future = pool.with({ retries: 5 }).submit(there.computeAndLook, words);
        waitUntil(words, 0, Came.begun);
        future.cancel();
        await assert.rejects(Promise.resolve(future), CancelledError);
      });
    });
  });
}

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
    [{ tiemout: 5 }, /knows the options .*, and was given 'tiemout'/],
  ];
  for (const [options, message] of wrong) {
    test(JSON.stringify(options), () =>
      assert.throws(() => threads.newPool().with(options), message),
    );
  }
});
