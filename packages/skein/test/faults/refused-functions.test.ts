/** Functions that no other thread could find are refused where they are given. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  FunctionReferenceError,
  newEventLoop,
  NodeEventLoop,
  task,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { addOne, shout } from '../fixtures/functions.ts';
import { giveHidden, giveMethod, giveNested, giveTask } from '../fixtures/hidden.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

type Bad = () => unknown;

/** What is refused when, and what the message says. Not exported: the receiver finds that out. */
const atOnce: readonly (readonly [string, Bad, readonly RegExp[]])[] = [
  [
    'a closure, with the names of what it captures',
    giveNested(1, 2),
    [/function 'plus' \(.*hidden\.js:\d+:\d+\)/, /captures .*`base`/, /captures .*`offset`/],
  ],
  [
    'an arrow function without a name',
    (
      () => () =>
        Math.random()
    )(),
    [/no variable of .* holds it/],
  ],
  ['a bound function', addOne.bind(null, 1), [/is a bound function/]],
  ['a native function', Math.random, [/native function/]],
  ['a function made from text', new Function('return 1') as Bad, [/made from text/]],
];

const callers: readonly (readonly [string, (fn: Bad) => unknown])[] = [
  ['submit', (fn) => pool.submit(fn)],
  ['runInExecutor on SelectorEventLoop', (fn) => newEventLoop().runInExecutor(pool, fn)],
  ['runInExecutor on NodeEventLoop', (fn) => new NodeEventLoop().runInExecutor(pool, fn)],
  ['Thread.start', (fn) => new Thread({ target: fn }).start()],
  ['initializer', (fn) => new ThreadPoolExecutor({ initializer: fn })],
  [
    'callSoonThreadsafe',
    (fn) => {
      const loop = newEventLoop();
      try {
        loop.remote().callSoonThreadsafe(fn);
      } finally {
        loop.close();
      }
    },
  ],
];

for (const [where, give] of callers) {
  describe(where, () => {
    for (const [name, fn, messages] of atOnce) {
      test(`refuses ${name}`, () => {
        assert.throws(
          () => give(fn),
          (error) => {
            assert(error instanceof FunctionReferenceError);
            assert.equal(error.code, 'ERR_FUNCTION_REFERENCE');
            for (const message of messages) assert.match(error.message, message);
            return true;
          },
        );
      });
    }

    test('refuses what is no function', () => {
      for (const bad of [null, 1, 'addOne', {}]) {
        assert.throws(() => give(bad as never), { name: /TypeError|FunctionReferenceError/ });
      }
    });
  });
}

describe('the message', () => {
  test('shows both cures: export it, or register it with task()', () => {
    assert.throws(
      () => pool.submit(giveNested(1, 2)),
      (error) => {
        const { message } = error as Error;
        assert.match(message, /export function plus\(/);
        assert.match(message, /export const plus = task\('plus', /);
        return true;
      },
    );
  });
});

describe('a function that is not exported', () => {
  test('fails with an error that names it and its module', () => {
    assert.throws(
      () => pool.submit(giveHidden()).result(),
      (error) => {
        assert(error instanceof FunctionReferenceError);
        assert.match(
          error.message,
          /function 'notExported' cannot be sent to another thread: it is not exported/,
        );
        assert.match(error.message, /task\('notExported'/);
        return true;
      },
    );
  });

  test('nor a method of a class that is not', () => {
    assert.throws(() => pool.submit(giveMethod()).result(), FunctionReferenceError);
  });
});

describe('task()', () => {
  test('inside a function registers nothing that another thread would find', () => {
    assert.throws(
      () => pool.submit(giveTask()).result(),
      (error) =>
        error instanceof FunctionReferenceError &&
        /did not register task 'hidden'/.test(error.message),
    );
  });

  test('twice with one name is refused', () => {
    task('twice', () => 1);
    assert.throws(() => task('twice', () => 2), FunctionReferenceError);
  });

  test('refuses bad names and what is no function', () => {
    assert.throws(() => task('', () => 1), { code: 'ERR_VALUE' });
    assert.throws(() => task(1 as never, () => 1), { code: 'ERR_VALUE' });
    assert.throws(() => task('x', 1 as never), TypeError);
  });

  test('returns the function itself', () => {
    assert.equal(shout('a'), 'A');
  });
});

test('after all that the pool works', () => {
  assert.equal(pool.submit(addOne, 1).result(), 2);
});
