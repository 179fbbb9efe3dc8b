/** start(), and what it refuses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DataCloneError,
  FunctionReferenceError,
  setExcepthook,
  Thread,
  type ThreadError,
} from 'skein';
import { echo, waitForWord } from '../fixtures/functions.ts';
import { getHidden, makeClosure } from '../fixtures/threads/closures.ts';
import { runThreadProgram } from '../fixtures/threads/run.ts';
import { add, doNothing } from '../fixtures/threads/targets.ts';
import { unreachable } from '../fixtures/threads/throws-on-import.ts';
import { open, sharedWords } from '../fixtures/words.ts';

test('start() does not wait for the thread', () => {
  const words = sharedWords();
  const thread = new Thread({ target: waitForWord, args: [words] });
  thread.start();
  assert.equal(thread.isAlive(), true);
  open(words);
  thread.join();
});

test('a Thread that is not started runs nothing', () => {
  const words = sharedWords();
  const idle = new Thread({ target: add, args: [words, 1, 1] });
  const other = new Thread({ target: doNothing });
  other.start();
  other.join();
  assert.equal(words[0], 0);
  assert.equal(idle.isAlive(), false);
});

describe('start() refuses', () => {
  for (const [name, target, what] of [
    ['a closure: the error names what it captures', makeClosure(1), /captures .*`?secret`?/],
    ['a bound function', add.bind(null, sharedWords()), /bound function/],
    ['a function of Node or the engine without a module', Math.max, /native function/],
  ] as const) {
    test(`${name}, and shows both cures`, () => {
      const thread = new Thread({ target: target as () => unknown });
      assert.throws(
        () => thread.start(),
        (error) => {
          assert(error instanceof FunctionReferenceError);
          assert.equal(error.code, 'ERR_FUNCTION_REFERENCE');
          assert.match(error.message, what);
          assert.match(error.message, /export function /);
          assert.match(error.message, /= task\('/);
          return true;
        },
      );
      assert.equal(thread.ident, undefined);
      assert.equal(thread.isAlive(), false);
    });
  }

  class Socket {
    readonly handle = (): number => 1;
  }
  for (const [args, place] of [
    [[() => 1], /^argument 1: a function/],
    [[1, { socket: new WeakMap() }], /^argument 2, property 'socket': a WeakMap/],
    [[[1, 2, Symbol('s')]], /^argument 1, element 2: a symbol/],
    [[{ a: [{ b: Promise.resolve(1) }] }], /^argument 1, property 'a\[0\]\.b': a Promise/],
    [[1, 2, new Socket()], /^argument 3, property 'handle': a function|^argument 3: a Socket/],
  ] as const) {
    test(`an argument that cannot cross, by its place: ${place.source.slice(1)}`, () => {
      const thread = new Thread({
        target: echo as (...values: unknown[]) => unknown,
        args: [...args],
      });
      assert.throws(
        () => thread.start(),
        (error) => {
          assert(error instanceof DataCloneError);
          assert.equal(error.code, 'ERR_DATA_CLONE');
          assert.match(error.message, place);
          return true;
        },
      );
      assert.equal(thread.isAlive(), false);
    });
  }

  test('many times, and loses nothing: the argument may be mended and the thread started', () => {
    const words = sharedWords();
    const args: unknown[] = [words, 1, echo];
    const thread = new Thread({ target: add as (...values: unknown[]) => unknown, args });
    for (let i = 0; i < 5000; i++) assert.throws(() => thread.start(), DataCloneError);
    args[2] = 1;
    thread.start();
    thread.join();
    assert.equal(words[0], 2);
  });

  test('to start a thread in a module that a thread imports: the error shows the guard', async () => {
    const { code, stdout, stderr } = await runThreadProgram('unguarded');
    assert.equal(stdout, 'joined: true\n', stderr);
    assert.equal(code, 0);
    assert.match(stderr, /^Exception in thread first:/);
    assert.match(
      stderr,
      /cannot start the thread 'first' while file:.*unguarded\.js is being imported/,
    );
    assert.match(stderr, /import \{ isMainThread \} from 'node:worker_threads';/);
    assert.match(stderr, /if \(isMainThread\) \{/);
    assert.match(stderr, /ERR_MAIN_GUARD/);
  });
});

describe('a target that only the thread can miss ends the thread, and the hook is told', () => {
  const told: ThreadError[] = [];
  const endsWith = (target: () => unknown): unknown => {
    told.length = 0;
    setExcepthook((event) => told.push(event));
    const thread = new Thread({ target: target as () => unknown });
    thread.start();
    assert.equal(thread.join(), true);
    setExcepthook(null);
    assert.equal(told.length, 1);
    const { error } = told[0] as ThreadError;
    assert(error instanceof FunctionReferenceError);
    return error;
  };

  test('a function that is not exported: the error says so and shows both cures', () => {
    const { message } = endsWith(getHidden()) as Error;
    assert.match(
      message,
      /^function 'hidden' cannot be sent to another thread: it is not exported/,
    );
    assert.match(message, /it exports getHidden, makeClosure/);
    assert.match(message, /export function hidden/);
    assert.match(message, /export const hidden = task\('hidden'/);
  });

  test('a function whose module throws on import', () => {
    const { message, cause } = endsWith(unreachable) as Error;
    assert.match(message, /^importing file:.*throws-on-import\.js failed: RangeError: this module/);
    assert(cause instanceof RangeError);
  });
});
