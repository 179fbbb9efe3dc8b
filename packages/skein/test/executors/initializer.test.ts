/** What every thread of a pool does first, and rule 74: what becomes of the pool when it fails. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FunctionReferenceError, ThreadPoolExecutor } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { addOne } from '../fixtures/functions.ts';
import {
  failToInitialize,
  initializeAsCoroutine,
  initializeLater,
  initializeWith,
  initialized,
} from '../fixtures/initializers.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { mainStyles } from '../fixtures/styles.ts';

for (const { name: className, newPool, Broken, what } of executors) {
  describe(className, () => {
    describe('initializer', () => {
      test('is called in each thread before its first task, with initargs', () => {
        using pool = newPool({
          maxWorkers: 2,
          initializer: initializeWith,
          initargs: ['a', { b: [2] }],
        });
        const seen = Array.from({ length: 20 }, () => pool.submit(initialized).result());
        for (const args of seen) assert.deepEqual(args, [['a', { b: [2] }]]);
      });

      test('may be an async function, and is waited for', () => {
        using pool = newPool({
          maxWorkers: 1,
          initializer: initializeLater,
          initargs: ['later'],
        });
        assert.deepEqual(pool.submit(initialized).result(), [['later']]);
      });

      test('may be a generator function, and runs as a coroutine', () => {
        using pool = newPool({
          maxWorkers: 1,
          initializer: initializeAsCoroutine,
          initargs: ['coroutine'],
        });
        assert.deepEqual(pool.submit(initialized).result(), [['coroutine']]);
      });

      test('a closure is refused when the pool is made', () => {
        const own = Math.random();
        assert.throws(
          () => newPool({ initializer: () => own }),
          (error) => error instanceof FunctionReferenceError && error.message.includes('`own`'),
        );
      });

      test('an argument that cannot cross is refused when the pool is made', () => {
        const make = () =>
          newPool({ initializer: initializeWith, initargs: ['a', { b: () => 1 }] });
        assert.throws(make, /initializer argument 2, property 'b'/);
      });
    });

    describe('rule 74: an initializer that fails breaks the pool', () => {
      for (const style of mainStyles) {
        test(`${style.name}: the task fails with ${Broken.name}, whose cause is the error`, async () => {
          const pool = newPool({ maxWorkers: 2, initializer: failToInitialize });
          await assert.rejects(style.call(pool, addOne, 1), (error) => {
            assert(error instanceof Broken);
            assert.match(error.message, /initializer failed/);
            assert.match(String(error.cause), /^RangeError: no such table$/);
            return true;
          });
        });
      }

      test('all queued tasks fail, and later submits are refused; shutdown() does not hang', () => {
        const pool = newPool({ maxWorkers: 2, initializer: failToInitialize });
        const futures = Array.from({ length: 500 }, () => pool.submit(addOne, 1));
        for (const future of futures) assert.ok(future.exception() instanceof Broken);
        assert.throws(
          () => pool.submit(addOne, 1),
          (error) =>
            error instanceof Broken &&
            (error as { code?: string }).code === `ERR_BROKEN_${what.toUpperCase()}_POOL`,
        );
        pool.shutdown();
      });

      test('more than fits into the pool: what is held back fails too', () => {
        const pool = newPool({ maxWorkers: 1, initializer: failToInitialize });
        const futures = Array.from({ length: 12_000 }, () => {
          try {
            return pool.submit(addOne, 1);
          } catch (error) {
            assert.ok(error instanceof Broken); // it broke while we were submitting
            return undefined;
          }
        });
        for (const future of futures) {
          if (future !== undefined) assert.ok(future.exception() instanceof Broken);
        }
        pool.shutdown();
      });
    });
  });
}

test('an initializer of threads may be given a pool', () => {
  using other = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: 'other' });
  using pool = new ThreadPoolExecutor({
    maxWorkers: 1,
    initializer: initializeWith,
    initargs: ['pool', { other }],
  });
  const [args] = pool.submit(initialized).result();
  assert.equal((args as unknown[])[0], 'pool');
});

test('the error of an initializer is printed', async () => {
  const { stderr, stdout, code } = await runProgram('faults.js', ['initializer-fails']);
  assert.match(stderr, /Exception in initializer:[^]*RangeError: no such table/);
  assert.deepEqual([code, stdout], [0, 'BrokenThreadPool\n']);
});
