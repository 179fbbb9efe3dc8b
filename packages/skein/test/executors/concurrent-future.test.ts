/** The result of a submit: blocking for it, asking about it, cancelling it, callbacks. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import {
  CancelledError,
  type ConcurrentFuture,
  NodeEventLoop,
  newEventLoop,
  type PoolExecutor,
  TimeoutError,
} from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne, beginAndWait, count, echo, fail, note } from '../fixtures/functions.ts';
import { failToInitialize } from '../fixtures/initializers.ts';
import { eventually, open, waitUntil, wordAt, type Words } from '../fixtures/words.ts';

for (const { name: className, newPool, newWords, Broken } of executors) {
  describe(className, () => {
    let pool: PoolExecutor;
    let gate: Words;

    beforeEach(() => {
      pool = newPool({ maxWorkers: 1 });
      gate = newWords();
    });
    afterEach(async () => {
      open(gate);
      await pool[Symbol.asyncDispose]();
    });

    /** A task that occupies the only thread until the gate opens. */
    function occupy(): ConcurrentFuture<number> {
      const busy = pool.submit(beginAndWait, gate);
      waitUntil(gate, 1, 1);
      return busy;
    }

    describe('result()', () => {
      test('with a time that runs out throws TimeoutError, and the work goes on', () => {
        const busy = occupy();
        assert.throws(() => busy.result(20), TimeoutError);
        assert.throws(() => busy.result(0), { name: 'TimeoutError', code: 'ERR_TIMEOUT' });
        assert.equal(busy.done(), false);
        open(gate);
        assert.equal(busy.result(), 0);
      });

      test('the message of TimeoutError tells running from waiting', () => {
        const busy = occupy();
        const queued = pool.submit(addOne, 1);
        assert.throws(() => busy.result(1), /1 ms: 'beginAndWait' is still running/);
        assert.throws(
          () => queued.result(1),
          /1 ms: 'addOne' is still waiting for a (thread|process)/,
        );
      });

      test('may be called again and again', () => {
        const future = pool.submit(echo, { a: 1 });
        assert.equal(future.result(), future.result(0));
      });

      test('throws the same error each time', () => {
        const future = pool.submit(fail, 'x');
        const thrown: unknown[] = [];
        for (let i = 0; i < 2; i++) {
          try {
            future.result();
          } catch (error) {
            thrown.push(error);
          }
        }
        assert.equal(thrown.length, 2);
        assert.equal(thrown[0], thrown[1]);
      });

      test('of another future may be waited for while one is outstanding', () => {
        const a = pool.submit(echo, 'a');
        const b = pool.submit(echo, 'b');
        assert.deepEqual([b.result(), a.result()], ['b', 'a']);
      });
    });

    describe('exception()', () => {
      test('gives what was thrown, without throwing', () => {
        const error = pool.submit(fail, 'x').exception();
        assert.ok(error instanceof RangeError);
      });

      test('is null when there was a value', () => {
        assert.equal(pool.submit(addOne, 1).exception(), null);
      });

      test('throws TimeoutError when the time runs out and CancelledError when cancelled', () => {
        occupy();
        const queued = pool.submit(addOne, 1);
        assert.throws(() => queued.exception(1), TimeoutError);
        queued.cancel();
        assert.throws(() => queued.exception(), CancelledError);
      });
    });

    describe('cancel()', () => {
      test('keeps queued work from being done', () => {
        const busy = occupy();
        const words = newWords();
        const queued = pool.submit(count, words);
        assert.equal(queued.cancel(), true);
        assert.deepEqual(
          [queued.cancelled(), queued.done(), queued.running()],
          [true, true, false],
        );
        assert.throws(() => queued.result(), CancelledError);
        open(gate);
        busy.result();
        pool.submit(addOne, 1).result();
        assert.equal(wordAt(words, 0), 0);
      });

      test('of work that runs is false, and it goes on', () => {
        const busy = occupy();
        assert.equal(busy.cancel(), false);
        assert.deepEqual([busy.cancelled(), busy.done(), busy.running()], [false, false, true]);
        open(gate);
        assert.equal(busy.result(), 0);
      });

      test('of work that is done is false', () => {
        const future = pool.submit(addOne, 1);
        future.result();
        assert.equal(future.cancel(), false);
        assert.equal(future.result(), 2);
      });

      test('rule 70: twice is true twice', () => {
        occupy();
        const queued = pool.submit(addOne, 1);
        assert.deepEqual([queued.cancel(), queued.cancel()], [true, true]);
      });

      test('of some among many: the others are done, in order', () => {
        const busy = occupy();
        const order = newWords(101);
        const all = Array.from({ length: 100 }, (_, i) => pool.submit(note, order, i));
        const kept = all.filter((future, i) => i % 3 === 0 || !future.cancel());
        open(gate);
        busy.result();
        for (const future of kept) future.result();
        const expected = Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 === 0);
        assert.deepEqual(
          expected.map((_, i) => wordAt(order, 1 + i)),
          expected,
        );
        assert.equal(wordAt(order, 0), expected.length);
      });

      test('again and again leaves room: slots are used anew', () => {
        const busy = occupy();
        for (let i = 0; i < 30_000; i++) assert.equal(pool.submit(addOne, i).cancel(), true);
        const last = pool.submit(addOne, 1);
        open(gate);
        busy.result();
        assert.equal(last.result(), 2);
      });

      test('an await of a cancelled future throws CancelledError', async () => {
        occupy();
        const queued = pool.submit(addOne, 1);
        const waiting = assert.rejects(Promise.resolve(queued), CancelledError);
        queued.cancel();
        await waiting;
      });

      for (const [name, makeLoop] of [
        ['SelectorEventLoop', newEventLoop],
        ['NodeEventLoop', () => new NodeEventLoop()],
      ] as const) {
        test(`rule 24 on ${name}: cancelling the loop's future of queued work keeps it from being done`, async () => {
          const loop = makeLoop();
          const busy = occupy();
          const words = newWords();
          const future = loop.runInExecutor(pool, count, words);
          assert.equal(future.cancel(), true);
          await assert.rejects(async () => loop.runUntilComplete(future), CancelledError);
          loop.callSoon(() => loop.stop());
          await loop.runForever();
          loop.close();
          open(gate);
          busy.result();
          pool.submit(addOne, 1).result();
          assert.equal(wordAt(words, 0), 0);
        });

        test(`rule 24 on ${name}: cancelling the loop's future of running work detaches it`, async () => {
          const loop = makeLoop();
          const future = loop.runInExecutor(pool, beginAndWait, gate);
          waitUntil(gate, 1, 1);
          assert.equal(future.cancel(), true);
          await assert.rejects(async () => loop.runUntilComplete(future), CancelledError);
          open(gate);
          assert.equal(pool.submit(addOne, 1).result(), 2);
          loop.close();
        });
      }
    });

    describe('running()', () => {
      test('is true from when a thread begins until the result is taken', () => {
        const busy = occupy();
        const queued = pool.submit(addOne, 1);
        assert.deepEqual([busy.running(), queued.running()], [true, false]);
        open(gate);
        queued.result();
        assert.deepEqual([busy.running(), queued.running()], [false, false]);
        assert.deepEqual([busy.done(), queued.done()], [true, true]);
      });
    });

    describe('await', () => {
      test('many of one task go on in their order, before and after it is done', async () => {
        const seen: unknown[] = [];
        const future = pool.submit(addOne, 1);
        const early = ['a', 'b', 'c'].map((who) => future.then((value) => seen.push(who, value)));
        await Promise.all(early);
        await future.then((value) => seen.push('late', value));
        assert.deepEqual(seen, ['a', 2, 'b', 2, 'c', 2, 'late', 2]);
      });

      test('a failure reaches all of them, as the same error', async () => {
        const future = pool.submit(fail, 'x');
        const settled = await Promise.allSettled([future, future, future]);
        const reasons = settled.map((each) => (each as PromiseRejectedResult).reason as unknown);
        assert.equal(String(reasons[0]), 'RangeError: x');
        assert.ok(reasons.every((reason) => reason === reasons[0]));
        await assert.rejects(async () => await future, { message: 'x' }); // once more, now that it is done
      });

      test('a failure is heard as early as a value', async () => {
        const failing = pool.submit(fail, 'x');
        const succeeding = pool.submit(addOne, 1);
        await Promise.allSettled([failing, succeeding]);
        await assert.rejects(Promise.race([failing, succeeding]), { message: 'x' });
      });

      test('a failure that nobody handles is an unhandled rejection, one that is handled is none', async () => {
        const unhandled: unknown[] = [];
        const ofRunner = process.listeners('unhandledRejection');
        process.removeAllListeners('unhandledRejection'); // the test runner would fail the test
        process.on('unhandledRejection', (reason) => unhandled.push(reason));
        try {
          await pool.submit(fail, 'handled').then(undefined, () => {});
          void pool.submit(fail, 'not handled').then(() => {});
          await eventually(() => unhandled.length > 0, 'the rejection was told');
          await new Promise((resolve) => setTimeout(resolve, 20));
        } finally {
          process.removeAllListeners('unhandledRejection');
          for (const listener of ofRunner) process.on('unhandledRejection', listener);
        }
        assert.deepEqual(unhandled.map(String), ['RangeError: not handled']);
      });
    });

    describe('addDoneCallback()', () => {
      test('g43 rule 71: in order, with the future, and at once when it is done', () => {
        const seen: unknown[] = [];
        const future = pool.submit(addOne, 1);
        future.addDoneCallback((f) => seen.push(['first', f === future, f.done()]));
        future.addDoneCallback(() => seen.push('second'));
        future.result();
        future.addDoneCallback(() => seen.push('third'));
        seen.push('after');
        assert.deepEqual(seen, [['first', true, true], 'second', 'third', 'after']);
      });

      test('rule 71: an error in one is printed and does not stop the others', () => {
        const print = mock.method(console, 'error', () => {});
        const seen: string[] = [];
        const future = pool.submit(addOne, 1);
        future.addDoneCallback(() => {
          throw new Error('in the callback');
        });
        future.addDoneCallback(() => seen.push('second'));
        assert.equal(future.result(), 2);
        print.mock.restore();
        assert.deepEqual(seen, ['second']);
        assert.match(String(print.mock.calls[0]?.arguments[1]), /in the callback/);
      });

      test('runs while Node turns, without anybody waiting', async () => {
        let result: number | undefined;
        pool.submit(addOne, 1).addDoneCallback((future) => (result = future.result()));
        await eventually(() => result === 2, 'the callback was called');
      });

      test('runs for errors and cancellations too', () => {
        const busy = occupy();
        const seen: string[] = [];
        const queued = pool.submit(addOne, 1);
        queued.addDoneCallback((future) => seen.push(`cancelled ${future.cancelled()}`));
        queued.cancel();
        const failing = pool.submit(fail, 'x');
        failing.addDoneCallback((future) => seen.push(String(future.exception())));
        open(gate);
        busy.result();
        failing.exception();
        assert.deepEqual(seen, ['cancelled true', 'RangeError: x']);
      });

      test('submit() inside a callback', () => {
        const first = pool.submit(addOne, 1);
        let second: ConcurrentFuture<number> | undefined;
        first.addDoneCallback((future) => (second = pool.submit(addOne, future.result())));
        first.result();
        assert.equal(second?.result(), 3);
      });

      test('result() of another future inside a callback', () => {
        const a = pool.submit(addOne, 1);
        const b = pool.submit(addOne, 10);
        let seen = 0;
        a.addDoneCallback(() => (seen = b.result()));
        assert.equal(a.result(), 2);
        assert.equal(seen, 11);
        assert.equal(b.result(), 11);
      });

      test('result() inside a callback, of what has come together with its own', () => {
        for (let round = 0; round < 200; round++) {
          const futures = [1, 2, 3, 4].map((x) => pool.submit(addOne, x));
          let sum = 0;
          futures[0]?.addDoneCallback(() => {
            for (const future of futures) sum += future.result();
          });
          pool.submit(addOne, 0).result(); // the others have come by then, in one batch or several
          assert.equal(sum, 14);
        }
      });

      test('result() inside a callback, of work that died together with its own', () => {
        using two = newPool({ maxWorkers: 2 });
        const futures = [1, 2].map(() => two.submit(beginAndWait, gate));
        waitUntil(gate, 1, 2);
        let second: unknown;
        futures[0]?.addDoneCallback(() => (second = futures[1]?.exception()));
        two.terminateWorkers();
        assert.ok(futures[0]?.exception() instanceof Broken);
        assert.ok(second instanceof Broken);
      });

      test('result() inside a callback, of work that is held back with its own', () => {
        const broken = newPool({ maxWorkers: 1, initializer: failToInitialize });
        const futures: ConcurrentFuture<number>[] = [];
        try {
          for (let i = 0; i < 12_000; i++) futures.push(broken.submit(addOne, i));
        } catch (error) {
          assert.ok(error instanceof Broken);
        }
        const waited: unknown[] = [];
        for (let i = 0; i < futures.length; i += 500) {
          futures[i]?.addDoneCallback(() => waited.push(futures[i + 499]?.exception()));
        }
        for (const future of futures) assert.ok(future.exception() instanceof Broken);
        assert.equal(waited.length, Math.ceil(futures.length / 500));
        broken.shutdown();
      });

      test('result() of one submitted inside a callback, ten deep', () => {
        const dive = (depth: number): number => {
          let below = 0;
          const future = pool.submit(addOne, depth);
          future.addDoneCallback(() => (below = depth === 10 ? 0 : dive(depth + 1)));
          return future.result() + below;
        };
        assert.equal(dive(0), 66);
      });

      test('cancel() inside a callback, of others and of itself', () => {
        const busy = occupy();
        const others = Array.from({ length: 20 }, () => pool.submit(addOne, 1));
        const seen: boolean[] = [];
        busy.addDoneCallback(() => {
          seen.push(busy.cancel());
          for (const other of others) other.cancel();
        });
        open(gate);
        assert.equal(busy.result(), 0);
        assert.deepEqual(seen, [false]);
        for (const other of others) {
          if (other.cancelled()) continue;
          try {
            assert.equal(other.result(), 2); // it was under way
          } catch (error) {
            assert.ok(error instanceof CancelledError); // so it was, but its function was not called yet
          }
        }
        assert.equal(pool.submit(addOne, 5).result(), 6);
      });
    });
  });
}
