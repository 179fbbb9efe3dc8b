/** Asynchronous functions made synchronous. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BrokenThreadPool,
  DataCloneError,
  FunctionReferenceError,
  isMainThread,
  newEventLoop,
  NodeEventLoop,
  sleepSync,
  Thread,
  ThreadPoolExecutor,
  TimeoutError,
  ValueError,
} from 'skein';
import { syncify } from 'skein/sync';
import { balanceSheet } from 'skein/testing';
import { throwsOnImport } from '../fixtures/modules/throws-on-import.ts';
import * as work from '../fixtures/syncify/work.ts';
import { StrictRefusal } from '../fixtures/throwing.ts';
import { eventually, sharedWords } from '../fixtures/words.ts';

const add = syncify(work.addLater);

/** What `call` throws. */
function thrownBy(call: () => unknown): Error & { readonly code?: string } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  assert.fail('nothing was thrown');
}

/** Blocks until nobody counts in word 0 any more; fails after a minute. */
function waitForRest(words: Int32Array): void {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const before = Atomics.load(words, 0);
    sleepSync(5);
    if (Atomics.load(words, 0) === before) return;
    assert.ok(performance.now() < deadline, 'somebody still counts');
  }
}

describe('syncify makes a synchronous function of', () => {
  for (const [what, fn] of [
    ['an async function', work.addLater],
    ['a plain function', work.add],
    ['a generator function', work.addSlowly],
  ] as const) {
    test(what, () => assert.equal(syncify(fn as typeof work.add)(1, 2), 3));
  }

  test('one that was registered with task()', () => {
    assert.equal(syncify(work.registered)('text'), 'TEXT');
  });
});

describe('a call', () => {
  test('keeps name and length of the function', () => {
    assert.deepEqual([add.name, add.length], ['addLater', 2]);
  });

  test('copies arguments and results of every kind', () => {
    const value = { text: 'ж'.repeat(100_000), when: new Date(0), bytes: new Uint8Array([1, 2]) };
    assert.deepEqual(syncify(work.echo)(value), value);
  });

  test('is done by one thread for all functions, which keeps what its modules keep', () => {
    const who = syncify(work.whoAmI);
    const count = syncify(work.countCalls);
    assert.deepEqual([who(), count(), who(), count()], ['syncify_0', 1, 'syncify_0', 2]);
  });

  for (const loop of [newEventLoop(), new NodeEventLoop()]) {
    test(`blocks a running ${loop.constructor.name}, and comes back`, async () => {
      assert.equal(await loop.runUntilComplete(loop.runInExecutor(null, work.add, 1, 2)), 3);
      const sums: number[] = [];
      loop.callSoon(() => sums.push(add(1, 2)));
      await loop.runUntilComplete(loop.runInExecutor(null, work.add, 1, 2));
      await loop.runUntilComplete(loop.shutdownDefaultExecutor());
      loop.close();
      assert.deepEqual(sums, [3]);
    });
  }

  test('may come from a callback that runs while another call waits', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const sums: number[] = [];
    const future = pool.submit(work.add, 1, 2);
    future.addDoneCallback(() => sums.push(add(3, 4)));
    while (!future.done()) assert.equal(add(5, 6), 11);
    assert.deepEqual(sums, [7]);
  });
});

describe('what goes wrong', () => {
  test('an error comes back whole, with both stacks', () => {
    const refuse = syncify(work.refuseLater);
    const error = thrownBy(function caller() {
      refuse('age');
    });
    assert.ok(error instanceof StrictRefusal);
    assert.equal(error.explain(), 'age must be within 1 to 9');
    assert.match(error.stack ?? '', /refuseLater[^]*--- awaited at ---[^]*caller/);
  });

  test('a closure is refused, with both cures', () => {
    const factor = Number(isMainThread) + 1;
    const error = thrownBy(() => syncify(async (x: number) => x * factor)(2));
    assert.ok(error instanceof FunctionReferenceError);
    assert.match(error.message, /it captures `factor`[^]*export function[^]*task\(/);
  });

  test('an argument, or a result, that cannot cross is named', () => {
    const echo = syncify(work.echo);
    const argument = thrownBy(() => echo({ on: () => {} }));
    assert.ok(argument instanceof DataCloneError);
    assert.match(argument.message, /^argument 1, property 'on'/);
    const result = thrownBy(syncify(work.giveFunction));
    assert.ok(result instanceof DataCloneError);
    assert.match(result.message, /^the result, property 'callback'/);
  });

  test('process.exit() ends the thread, and the next call gets another', () => {
    const error = thrownBy(() => syncify(work.exit)(7));
    assert.ok(error instanceof BrokenThreadPool);
    assert.match(error.message, /process\.exit\(7\)/);
    assert.equal(add(1, 2), 3);
  });

  test('so does a module that throws on import, which says why', () => {
    const error = thrownBy(syncify(throwsOnImport));
    assert.ok(error instanceof FunctionReferenceError);
    assert.match(error.message, /^importing file:.* failed: RangeError: no database$/);
    assert.equal(add(1, 2), 3);
  });

  test('what syncify does not take', () => {
    for (const fn of ['./worker.js', undefined, null, {}]) {
      assert.match(
        thrownBy(() => syncify(fn as never)).message,
        /^syncify\(\) takes a function, got/,
      );
    }
    assert.match(thrownBy(() => syncify(work.add, 5000 as never)).message, /options as an object/);
    const unknown = thrownBy(() => syncify(work.add, { timeoutMs: 1 } as never));
    assert.match(unknown.message, /knows the option 'timeout', and was given 'timeoutMs'/);
    for (const timeout of [0, -1, NaN, '5' as never]) {
      assert.ok(thrownBy(() => syncify(work.add, { timeout })) instanceof ValueError);
    }
  });
});

describe('a call that takes too long (synckit issue 183)', () => {
  for (const [what, fn] of [
    ['spins', work.spin],
    ['waits for ever', work.neverDone],
  ] as const) {
    test(`${what}: its thread is ended, and the next calls get their own results`, () => {
      const words = sharedWords();
      const hang = syncify(fn as typeof work.spin, { timeout: 300 });
      for (let round = 0; round < 3; round++) {
        const error = thrownBy(() => hang(words));
        assert.ok(error instanceof TimeoutError);
        assert.match(error.message, /^No result of '\w+' after 300 ms\. The thread that ran it is/);
        assert.deepEqual([add(round, 1), add(round, 2)], [round + 1, round + 2]);
      }
      waitForRest(words);
    });
  }

  test('in native code: nobody waits until it comes out', () => {
    const words = sharedWords();
    const stay = syncify(work.stayInNativeCode, { timeout: 200 });
    while (Atomics.load(words, 0) === 0) thrownBy(() => stay(words));
    assert.equal(add(1, 2), 3);
  });

  test('a TimeoutError of the function itself ends nothing', () => {
    const count = syncify(work.countCalls);
    const before = count();
    const error = thrownBy(syncify(work.timeOutItself, { timeout: 60_000 }));
    assert.equal(error.message, 'the function’s own');
    assert.equal(count(), before + 1);
  });
});

describe('syncified functions that call each other', () => {
  test('work, each level in a thread of its own', () => {
    assert.equal(syncify(work.addTwice)(1, 2), 4);
    assert.deepEqual(work.namesFromSync(3), ['syncify_0', 'syncify-2_0', 'syncify-3_0']);
  });

  test('without end: an error says so', () => {
    const error = thrownBy(() => work.namesFromSync(100));
    assert.equal(error.code, 'ERR_SYNCIFY_TOO_DEEP');
    assert.match(error.message, /'namesFrom' cannot be called here: 16 syncified functions wait/);
    assert.equal(add(1, 2), 3);
  });

  test('one that dies deeper down is replaced there', () => {
    assert.equal(syncify(work.exitDeeper)(), 'BrokenThreadPool, then 3');
  });

  test('a call that hangs deeper down ends with the one that took too long', () => {
    const words = sharedWords();
    const hang = syncify(work.spinDeeper, { timeout: 500 });
    while (Atomics.load(words, 0) === 0)
      assert.ok(thrownBy(() => hang(words)) instanceof TimeoutError);
    waitForRest(words);
  });
});

describe('a call from', () => {
  test('a Thread: has a thread of its own, which ends with it', async () => {
    const loop = newEventLoop();
    assert.equal(add(1, 2), 3);
    const before = balanceSheet(loop).pools.length;
    for (let round = 0; round < 3; round++) {
      const words = sharedWords();
      const thread = new Thread({ target: work.callFromThread, args: [words] });
      thread.start();
      thread.join();
      assert.deepEqual([...words], [3, 1]);
    }
    await eventually(() => balanceSheet(loop).pools.length === before, 'their pools are gone');
    loop.close();
  });

  test('a worker of a pool', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = sharedWords();
    pool.submit(work.callFromThread, words).result();
    assert.deepEqual([...words], [3, 1]);
  });
});
