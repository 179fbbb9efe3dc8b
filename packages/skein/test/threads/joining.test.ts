/** Waiting for threads from odd places, and for threads that end in odd ways. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import {
  getEventLoop,
  newEventLoop,
  NodeEventLoop,
  setEventLoop,
  setExcepthook,
  Thread,
  type ThreadError,
} from 'skein';
import { outcomeOf } from '../fixtures/outcomes.ts';
import { runThreadProgram } from '../fixtures/threads/run.ts';
import { doNothing } from '../fixtures/threads/targets.ts';
import * as waiting from '../fixtures/threads/waiting.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';

afterEach(() => setExcepthook(null));

function startParked(words: Int32Array): Thread<never> {
  const thread = new Thread({ target: waiting.parkOnWord, args: [words] });
  thread.start();
  return thread;
}

describe('join()', () => {
  test('of the main thread by another one says that it has not ended', async () => {
    const said = await outcomeOf(
      (reporter) => new Thread({ target: waiting.joinMain, args: [reporter] }),
    );
    assert.equal(said, false);
  });

  test('refuses a time that is none: it would not know when to come back', () => {
    const words = sharedWords();
    const thread = startParked(words);
    for (const timeout of [NaN, -1, 'soon' as never]) {
      assert.throws(() => thread.join(timeout), { name: 'ValueError', code: 'ERR_VALUE' });
    }
    open(words);
    assert.equal(thread.join(), true);
  });

  test('of a thread that fails has called the hook when it returns', () => {
    const told: ThreadError[] = [];
    setExcepthook((event) => told.push(event));
    for (let round = 1; round <= 5; round++) {
      const thread = new Thread({ target: waiting.leave, args: [sharedWords(), 'throw'] });
      thread.start();
      thread.join();
      assert.equal(told.length, round);
    }
  });
});

describe('joined()', () => {
  test('in a blocking loop: other things of the loop go on meanwhile', () => {
    const words = sharedWords();
    const thread = startParked(words);
    const loop = newEventLoop();
    loop.callLater(2, () => open(words)); // without it the thread would never end
    const ended = loop.runUntilComplete(function* () {
      return yield* thread.joined();
    });
    assert.equal(ended, true);
    loop.close();
  });

  for (const target of [waiting.joinThreads, waiting.joinThreadsByAwait]) {
    test(`of threads of a thread: ${target.name}`, async () => {
      const words = sharedWords();
      const ended = await outcomeOf((reporter) => new Thread({ target, args: [reporter, words] }));
      assert.deepEqual(ended, [true, true, true]);
    });
  }

  test('of a thread that has ended is done at once', () => {
    const thread = new Thread({ target: doNothing });
    thread.start();
    thread.join();
    assert.equal(thread.joined().result(), true);
  });

  for (const [name, make] of [
    ['a blocking loop', newEventLoop],
    ['a NodeEventLoop', () => new NodeEventLoop()],
  ] as const) {
    test(`pending in ${name} that was closed does no harm`, async () => {
      const words = sharedWords();
      const thread = startParked(words);
      const before = getEventLoop();
      const loop = make();
      setEventLoop(loop);
      const forgotten = thread.joined();
      loop.close();
      setEventLoop(before);
      const wanted = thread.joined();
      setTimeout(() => open(words), 1);
      assert.equal(await wanted, true);
      assert.equal(thread.join(), true);
      assert.equal(forgotten.done(), false);
    });
  }
});

const ends: readonly waiting.End[] = ['exit', 'exit in coroutine', 'throw', 'unhandled rejection'];

describe('a thread that is ended: join() returns, it is not alive, and the program goes on', () => {
  for (const how of ends) {
    test(`by ${how}`, async () => {
      const told: ThreadError[] = [];
      setExcepthook((event) => told.push(event));
      const words = sharedWords();
      const threads = [0, 1].map(() => new Thread({ target: waiting.leave, args: [words, how] }));
      for (const thread of threads) thread.start();
      assert.equal(threads[0]?.join(), true);
      assert.equal(await threads[1]?.joined(), true);
      for (const thread of threads) assert.equal(thread.isAlive(), false);
      waitUntil(words, 1, 2);
      const failures = how.startsWith('exit') ? 0 : 2;
      await eventually(() => told.length === failures, 'each failure is told once');
      for (const { error } of told) assert.equal((error as Error).message, 'left on purpose');
    });
  }

  test('by running out of memory', async () => {
    const { code, lines, stderr } = await runThreadProgram('out-of-memory', [], {
      node: ['--max-old-space-size=48'],
    });
    assert.deepEqual(
      [lines, code],
      [['join: true', 'joined: true', 'alive: false', 'call: ERR_LOOP_CLOSED', 'next: true'], 0],
      stderr,
    );
  });
});
