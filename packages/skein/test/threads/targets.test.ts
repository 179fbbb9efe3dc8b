/** What a thread runs, and when it is over. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NodeEventLoop, SelectorEventLoop, Thread } from 'skein';
import { outcomeOf } from '../fixtures/outcomes.ts';
import { loopIn, loopInAsyncFunction, loopInCoroutine } from '../fixtures/threads/loops.ts';
import * as targets from '../fixtures/threads/targets.ts';
import { sharedWords } from '../fixtures/words.ts';

type Target = (words: Int32Array, a: number, b: number) => unknown;

const kinds: readonly (readonly [string, Target])[] = [
  ['a plain function', targets.add],
  ['an arrow function', targets.addByArrow],
  ['an async function', targets.addLater],
  ["an async function that uses Skein's waits", targets.addAfterSkeinsSleep],
  ['a generator function', targets.addInCoroutine],
  ['a plain function that returns a promise', targets.addByPromise],
  ['a plain function that returns a coroutine', targets.addByReturnedCoroutine],
  ['a registered task', targets.addByTask],
  ['a function that leaves a timer behind: the thread ends after it', targets.addInTimer],
  ['a function whose result could not cross: it is dropped', targets.addAndReturnFunction],
];

describe('the target of a thread is', () => {
  for (const [name, target] of kinds) {
    test(`${name}; join() comes when its work is done`, () => {
      const words = sharedWords();
      const thread = new Thread({ target, args: [words, 40, 2] });
      thread.start();
      assert.equal(thread.join(), true);
      assert.equal(words[0], 42);
    });
  }
});

describe('the arguments of a thread', () => {
  test('default to none', () => {
    const thread = new Thread({ target: targets.doNothing });
    thread.start();
    assert.equal(thread.join(), true);
  });

  test('come all, in their order and number', () => {
    const words = sharedWords();
    const args: [Int32Array, ...unknown[]] = [words, undefined, null, 3, 'four', [5], { six: 6 }];
    const thread = new Thread({ target: targets.countArguments, args });
    thread.start();
    thread.join();
    assert.equal(words[0], 7);
  });

  test('are copies, except shared memory', () => {
    const words = sharedWords();
    const numbers = [1, 2];
    const thread = new Thread({ target: targets.change, args: [words, numbers] });
    thread.start();
    thread.join();
    assert.equal(words[0], 3);
    assert.deepEqual(numbers, [1, 2]);
  });

  test('cross at start(), not when the Thread is made', () => {
    const words = sharedWords();
    const numbers = [1];
    const thread = new Thread({ target: targets.change, args: [words, numbers] });
    numbers.push(2, 3, 4);
    thread.start();
    thread.join();
    assert.equal(words[0], 5);
  });
});

describe('the loop in which the target runs', () => {
  for (const [target, expected] of [
    [loopIn, 'none'],
    [loopInAsyncFunction, NodeEventLoop.name],
    [loopInCoroutine, SelectorEventLoop.name],
  ] as const) {
    test(`${target.name}: ${expected}`, async () => {
      assert.equal(
        await outcomeOf((reporter) => new Thread({ target, args: [reporter] })),
        expected,
      );
    });
  }
});
