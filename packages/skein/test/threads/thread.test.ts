/** Starting threads, asking about them, waiting for them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  currentThread,
  Future,
  getEventLoop,
  isMainThread,
  mainThread,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  Thread,
} from 'skein';
import { addOne, count, waitForWord } from '../fixtures/functions.ts';
import { outcomeOf, type Reporter } from '../fixtures/outcomes.ts';
import {
  aboutThisThread,
  countInCoroutine,
  countLater,
  defaultDaemon,
  joinItself,
  leaveTimerBehind,
  startAgainElsewhere,
} from '../fixtures/targets.ts';
import { open, sharedWords, waitUntil } from '../fixtures/words.ts';

const waiting = (words: Int32Array, name?: string): Thread<[Int32Array]> =>
  new Thread({ target: waitForWord as (words: Int32Array) => boolean, args: [words], name });

describe('new Thread()', () => {
  for (const target of [undefined, null, 'work', 1, {}, Promise.resolve()]) {
    test(`refuses ${target === null ? 'null' : typeof target} as target`, () => {
      assert.throws(
        () => new Thread({ target: target as never }),
        (error) =>
          error instanceof TypeError && /takes a function as target, got/.test(error.message),
      );
    });
  }

  test('without options says what is missing', () => {
    assert.throws(() => new Thread(undefined as never), TypeError);
  });

  test('refuses args that are no array', () => {
    assert.throws(
      () => new Thread({ target: addOne, args: 5 as never }),
      (error) => error instanceof TypeError && /takes an array as args, got 5/.test(error.message),
    );
  });

  test('does not start the thread', () => {
    const thread = new Thread({ target: addOne, args: [1] });
    assert.equal(thread.isAlive(), false);
    assert.equal(thread.ident, undefined);
  });
});

describe('start()', () => {
  for (const target of [count, countLater, countInCoroutine]) {
    test(`runs the target, here ${target.name}, in a thread`, () => {
      const words = sharedWords();
      const thread = new Thread({
        target: target as (words: Int32Array) => unknown,
        args: [words],
      });
      thread.start();
      assert.equal(thread.join(), true);
      assert.equal(words[0], 1);
    });
  }

  test('gives the target its arguments', async () => {
    const about = (await outcomeOf(
      (reporter: Reporter) =>
        new Thread({ target: aboutThisThread, args: [reporter, 1, { a: [2] }, new Map([[3, 4]])] }),
    )) as { args: unknown };
    assert.deepEqual(about.args, [1, { a: [2] }, new Map([[3, 4]])]);
  });

  test('rule 79: twice is an error, while it runs and when it is over', () => {
    const words = sharedWords();
    const thread = waiting(words);
    thread.start();
    const isRefusal = {
      name: 'RuntimeError',
      code: 'ERR_THREAD_STARTED',
      message: /only be started once/,
    };
    assert.throws(() => thread.start(), isRefusal);
    open(words);
    thread.join();
    assert.throws(() => thread.start(), isRefusal);
  });

  test('that fails leaves a thread that can be started later', () => {
    const bad = { f: (): number => 1 };
    const thread = new Thread({ target: count as (x: never) => unknown, args: [bad as never] });
    assert.throws(() => thread.start(), {
      name: 'DataCloneError',
      message: /argument 1, property 'f'/,
    });
    assert.equal(thread.isAlive(), false);
    (bad as { f?: unknown }).f = 1;
    thread.start();
    thread.join();
  });

  test('of a closure is refused', () => {
    const own = sharedWords();
    const thread = new Thread({ target: () => own[0] });
    assert.throws(() => thread.start(), {
      name: 'FunctionReferenceError',
      message: /captures `own`/,
    });
    assert.equal(thread.isAlive(), false);
  });

  test('a thread ends when Node has nothing more to do in it', () => {
    const words = sharedWords();
    const thread = new Thread({ target: leaveTimerBehind, args: [words] });
    thread.start();
    thread.join();
    assert.equal(words[0], 1);
  });
});

describe('a thread knows', () => {
  const about = (options: { name?: string; daemon?: boolean } = {}) =>
    outcomeOf(
      (reporter: Reporter) => new Thread({ target: aboutThisThread, args: [reporter], ...options }),
    ) as Promise<Record<string, unknown>>;

  test('its name, the default being Thread-N (target)', async () => {
    assert.equal((await about({ name: 'spinner' }))['name'], 'spinner');
    assert.match(String((await about())['name']), /^Thread-\d+ \(aboutThisThread\)$/);
  });

  test('its ident, which is the one that its starter sees, and no other thread’s', async () => {
    let started: Thread<never> | undefined;
    const told = (await outcomeOf(
      (reporter: Reporter) => (started = new Thread({ target: aboutThisThread, args: [reporter] })),
    )) as Record<string, unknown>;
    assert.equal(told['ident'], started?.ident);
    assert.notEqual(told['ident'], currentThread().ident);
  });

  test('that it is alive, that it is not the main thread, and who that is', async () => {
    const told = await about();
    assert.deepEqual(
      [told['alive'], told['isMainThread'], told['main'], told['mainIdent']],
      [true, false, 'MainThread', mainThread().ident],
    );
  });

  test('whether it is a daemon; the default is what its starter is', async () => {
    assert.equal((await about())['daemon'], false);
    assert.equal((await about({ daemon: true }))['daemon'], true);
    for (const daemon of [true, false]) {
      const start = (reporter: Reporter) =>
        new Thread({ target: defaultDaemon, args: [reporter], daemon });
      assert.equal(await outcomeOf(start), daemon);
    }
  });

  test('that it has no current event loop', async () => {
    assert.match(
      String((await about({ name: 'W' }))['noLoop']),
      /^There is no current event loop in thread 'W'\./,
    );
  });
});

test('the main thread is called MainThread, is its own current thread, and is alive', () => {
  assert.equal(isMainThread, true);
  assert.equal(currentThread(), mainThread());
  assert.equal(currentThread().name, 'MainThread');
  assert.equal(currentThread().daemon, false);
  assert.equal(currentThread().isAlive(), true);
});

describe('isAlive()', () => {
  test('is true from start() on until the thread has ended', () => {
    const words = sharedWords();
    const thread = waiting(words);
    assert.equal(thread.isAlive(), false);
    thread.start();
    assert.equal(thread.isAlive(), true);
    open(words);
    thread.join();
    assert.equal(thread.isAlive(), false);
  });
});

describe('join()', () => {
  test('says whether the thread has ended in that time', () => {
    const words = sharedWords();
    const thread = waiting(words);
    thread.start();
    assert.equal(thread.join(0), false);
    assert.equal(thread.join(30), false);
    open(words);
    assert.equal(thread.join(), true);
    assert.equal(thread.join(), true);
    assert.equal(thread.join(0), true);
  });

  test('rule 79: before start() is an error', () => {
    const thread = new Thread({ target: addOne, args: [1] });
    const isRefusal = { name: 'RuntimeError', code: 'ERR_THREAD_NOT_STARTED' };
    assert.throws(() => thread.join(), isRefusal);
    assert.throws(() => thread.joined(), isRefusal);
  });

  test('rule 79: of itself is an error', async () => {
    const start = (reporter: Reporter) =>
      new Thread({ target: joinItself, args: [reporter], name: 'loner' });
    assert.deepEqual(await outcomeOf(start), {
      code: 'ERR_THREAD_JOINS_ITSELF',
      message: "cannot join current thread: 'loner' would wait for its own end",
    });
    assert.throws(
      () => currentThread().join(),
      (error) => error instanceof RuntimeError && error.code === 'ERR_THREAD_JOINS_ITSELF',
    );
  });

  test('of a thread that has failed says that it has ended', () => {
    const thread = new Thread({ target: startAgainElsewhere as () => unknown, daemon: true });
    thread.start();
    assert.equal(thread.join(), true);
  });
});

describe('joined()', () => {
  test('is a Future that is true when the thread has ended; Node turns meanwhile', async () => {
    const words = sharedWords();
    const thread = waiting(words);
    thread.start();
    const joined = thread.joined();
    assert.ok(joined instanceof Future);
    assert.equal(joined.done(), false);
    setTimeout(() => open(words), 10);
    assert.equal(await joined, true);
    assert.equal(await thread.joined(), true);
  });

  test('of several threads in a blocking loop', () => {
    const words = sharedWords();
    const loop = newEventLoop();
    const before = getEventLoop();
    setEventLoop(loop);
    const threads = [1, 2, 3].map(() => new Thread({ target: count, args: [words] }));
    for (const thread of threads) thread.start();
    const all = threads.map((thread) => thread.joined());
    for (const joined of all) assert.equal(loop.runUntilComplete(joined), true);
    setEventLoop(before);
    loop.close();
    assert.equal(words[0], 3);
  });

  test('cancelled is forgotten', async () => {
    const words = sharedWords();
    const thread = waiting(words);
    thread.start();
    thread.joined().cancel();
    open(words);
    assert.equal(await thread.joined(), true);
  });
});

test('fifty threads at once', () => {
  const words = sharedWords();
  const threads = Array.from({ length: 50 }, () => new Thread({ target: count, args: [words] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) assert.equal(thread.join(), true);
  assert.equal(words[0], 50);
  assert.equal(new Set(threads.map((thread) => thread.ident)).size, 50);
});

test('threads one after the other use no place for ever', () => {
  const words = sharedWords();
  for (let i = 0; i < 25; i++) {
    const thread = new Thread({ target: count, args: [words] });
    thread.start();
    thread.join();
  }
  waitUntil(words, 0, 25);
});
