/** currentThread(), mainThread() and what they say: on the main thread, in threads, below them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { currentThread, isMainThread, mainThread, Thread, ThreadPoolExecutor } from 'skein';
import { outcomeOf } from '../fixtures/outcomes.ts';
import {
  type Identity,
  reportDaemons,
  reportIdentity,
  whoAmI,
} from '../fixtures/threads/identity.ts';
import { doNothing } from '../fixtures/threads/targets.ts';

const main = ['MainThread', mainThread().ident, true] as const;

const identityOf = (depth: number, daemon?: boolean): Promise<Identity> =>
  outcomeOf(
    (reporter) =>
      new Thread({ target: reportIdentity, args: [reporter, depth], name: 'top', daemon }),
  ) as Promise<Identity>;

describe('name', () => {
  test('defaults to Thread-N (target), N counting the threads that this thread has made', () => {
    const names = [1, 2, 3].map(() => new Thread({ target: doNothing }).name);
    const first = Number(/^Thread-(\d+) \(doNothing\)$/.exec(names[0] ?? '')?.[1]);
    assert.deepEqual(
      names,
      [0, 1, 2].map((nth) => `Thread-${first + nth} (doNothing)`),
    );
  });

  test('defaults to Thread-N where the target has none', () => {
    assert.match(new Thread({ target: (() => () => {})() }).name, /^Thread-\d+$/);
  });

  test('is the one that was given, whatever it is', () => {
    for (const name of ['spinner', '', "it's {odd}\n", '線程']) {
      assert.equal(new Thread({ target: doNothing, name }).name, name);
    }
  });
});

test('ident is undefined before start(), stays after the end, and is nobody else’s', () => {
  const idents = new Set([currentThread().ident]);
  for (let nth = 1; nth <= 5; nth++) {
    const thread = new Thread({ target: doNothing });
    assert.equal(thread.ident, undefined);
    thread.start();
    const { ident } = thread;
    assert.equal(typeof ident, 'number');
    thread.join();
    assert.equal(thread.ident, ident);
    idents.add(ident);
  }
  assert.equal(idents.size, 6);
});

describe('currentThread(), mainThread() and isMainThread', () => {
  test('on the main thread: one and the same', () => {
    assert.equal(currentThread(), mainThread());
    assert.equal(isMainThread, true);
    const { ident } = currentThread();
    const expected = { name: 'MainThread', ident, daemon: false, isAlive: true, isSame: true };
    assert.deepEqual(whoAmI(), { ...expected, isMainThread: true, main });
  });

  for (const [depth, name] of ['top', 'top.1', 'top.2.1'].entries()) {
    test(`${depth} threads below a thread`, async () => {
      const { ident, ...rest } = await identityOf(depth);
      assert.notEqual(ident, main[1]);
      const expected = { name, daemon: false, isAlive: true, isSame: true };
      assert.deepEqual(rest, { ...expected, isMainThread: false, main });
    });
  }

  test('in a task: the worker, which is a daemon', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: 'pool' });
    const { ident, ...rest } = pool.submit(whoAmI).result();
    assert.notEqual(ident, main[1]);
    const expected = { name: 'pool_0', daemon: true, isAlive: true, isSame: true };
    assert.deepEqual(rest, { ...expected, isMainThread: false, main });
  });
});

describe('daemon', () => {
  test('is false on the main thread, and so for what it makes, unless it is given', () => {
    assert.deepEqual(
      [undefined, true, false].map((daemon) => new Thread({ target: doNothing, daemon }).daemon),
      [false, true, false],
    );
  });

  for (const daemon of [true, false]) {
    test(`${daemon} is inherited by threads of the thread, unless it is given`, async () => {
      const made = await outcomeOf(
        (reporter) => new Thread({ target: reportDaemons, args: [reporter], daemon }),
      );
      assert.deepEqual(made, [daemon, true, false]);
    });
  }

  test('is inherited all the way down', async () => {
    assert.equal((await identityOf(2, true)).daemon, true);
  });
});
