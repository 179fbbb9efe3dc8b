/** Errors come back whole, with the stacks of both threads. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { newEventLoop, NodeEventLoop, ThreadPoolExecutor } from 'skein';
import { fail, failLater } from '../fixtures/functions.ts';
import { allStyles } from '../fixtures/styles.ts';
import {
  Refusal,
  refuse,
  StrictRefusal,
  throwCircle,
  throwDomException,
  throwFromFileSystem,
  throwFromNode,
  throwSeveral,
  throwString,
  throwUndefined,
  throwWithCause,
  throwWithOddProperties,
} from '../fixtures/throwing.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

type Throwing = () => unknown;

const cases: readonly (readonly [string, Throwing, (thrown: never) => void])[] = [
  [
    'a cause, with its class',
    throwWithCause,
    (error: TypeError) => {
      assert.ok(error instanceof TypeError);
      assert.equal(error.message, 'outer');
      assert.ok(error.cause instanceof Refusal);
      assert.deepEqual(error.cause.detail, { field: 'inner', limits: [0, 1] });
    },
  ],
  [
    'an AggregateError with its errors',
    throwSeveral,
    (error: AggregateError) => {
      assert.ok(error instanceof AggregateError);
      assert.equal(error.message, 'several');
      assert.ok(error.errors[0] instanceof RangeError);
      assert.ok(error.errors[1] instanceof Refusal);
      assert.equal(error.errors[2], 'three');
    },
  ],
  ['a string that was thrown', throwString, (thrown: string) => assert.equal(thrown, 'only text')],
  [
    'undefined that was thrown',
    throwUndefined,
    (thrown: undefined) => assert.equal(thrown, undefined),
  ],
  [
    'an error that refers to itself',
    throwCircle,
    (error: Error & { self?: unknown }) => {
      assert.equal(error.self, error);
      assert.equal(error.cause, error);
    },
  ],
  [
    'own properties; those that cannot cross as text',
    throwWithOddProperties,
    (error: Error & Record<string, unknown>) => {
      assert.deepEqual(error['fine'], { deep: [1, new Map([['a', 1]])] });
      assert.match(String(error['work']), /Function: work/);
      assert.match(String(error['symbol']), /Symbol\(own\)/);
    },
  ],
  [
    'an error of Node, with its code',
    throwFromNode,
    (error: TypeError & { code?: string }) => {
      assert.ok(error instanceof TypeError);
      assert.equal(error.code, 'ERR_INVALID_URL');
    },
  ],
  [
    'an error of the file system, with code, syscall and path',
    throwFromFileSystem as Throwing,
    (error: NodeJS.ErrnoException) => {
      assert.deepEqual(
        [error.code, error.syscall, error.path],
        ['ENOENT', 'open', '/there/is/no/such/file'],
      );
    },
  ],
  [
    'a DOMException',
    throwDomException,
    (error: DOMException) => {
      assert.ok(error instanceof DOMException);
      assert.deepEqual([error.name, error.message], ['AbortError', 'stopped']);
    },
  ],
];

for (const style of allStyles) {
  describe(style.name, () => {
    for (const [name, fn, check] of cases) {
      test(name, async () => {
        const thrown = await style.call(pool, fn).then(
          () => assert.fail('nothing was thrown'),
          (error: unknown) => error,
        );
        check(thrown as never);
      });
    }
  });
}

describe('class, name, message, code, own properties and prototype methods', () => {
  test('of a user’s class', () => {
    const error = pool.submit(refuse, 'age').exception();
    assert.ok(error instanceof StrictRefusal);
    assert.ok(error instanceof Refusal);
    assert.equal(error.constructor, StrictRefusal);
    assert.deepEqual(
      [error.name, error.message, error.code, error.detail],
      ['Refusal', 'no age like that', 'ERR_REFUSED', { field: 'age', limits: [1, 9] }],
    );
  });
});

/** The parts of a stack. */
function stacks(error: unknown): readonly [string, string] {
  const parts = ((error as Error).stack ?? '').split('--- awaited at ---');
  assert.equal(parts.length, 2, (error as Error).stack);
  return parts as never;
}

describe('both stacks are joined', () => {
  function waitForIt(): unknown {
    return pool.submit(fail as (m: string) => unknown, 'x').result();
  }

  test('with result()', () => {
    assert.throws(waitForIt, (error) => {
      const [there, here] = stacks(error);
      assert.match(there, /^RangeError: x\n +at fail \(.*functions\.js/);
      assert.match(here, /at waitForIt \(.*errors\.test\.js/);
      return true;
    });
  });

  test('with a coroutine in a SelectorEventLoop', () => {
    const loop = newEventLoop();
    function* main() {
      return yield* loop.runInExecutor(pool, fail as (m: string) => unknown, 'x');
    }
    assert.throws(
      () => loop.runUntilComplete(main),
      (error) => {
        const [there, here] = stacks(error);
        assert.match(there, /at fail \(.*functions\.js/);
        assert.match(here, /errors\.test\.js/);
        return true;
      },
    );
    loop.close();
  });

  test('with await on a NodeEventLoop', async () => {
    const loop = new NodeEventLoop();
    async function main(): Promise<unknown> {
      return await loop.runInExecutor(pool, failLater as (m: string) => unknown, 'x');
    }
    await assert.rejects(loop.runUntilComplete(main), (error) => {
      assert.match((error as Error).stack ?? '', /at failLater \(.*functions\.js/);
      return true;
    });
    loop.close();
  });

  test('once, however often the error is taken', () => {
    const future = pool.submit(fail as (m: string) => unknown, 'x');
    for (let i = 0; i < 3; i++) assert.throws(() => future.result(), RangeError);
    stacks(future.exception());
  });
});
