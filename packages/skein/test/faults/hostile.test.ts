/** Tasks that misbehave. Whatever they do, their callers hear of it, and the pool works on. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { BrokenThreadPool, DataCloneError, ThreadPoolExecutor, TimeoutError } from 'skein';
import { addOne, compute } from '../fixtures/functions.ts';
import {
  asyncGenerator,
  badThenable,
  closeParentPort,
  endlessCoroutine,
  leaveIntervalBehind,
  leaveServerBehind,
  loopInTask,
  neverDone,
  overflow,
  postToParent,
  removeListeners,
  runInTask,
  settlesTwice,
  spoilWorkerData,
  startOwnWorker,
  throwOdd,
  waitUnreferenced,
} from '../fixtures/hostile.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { mainStyles } from '../fixtures/styles.ts';
import { open, sharedWords, waitUntil } from '../fixtures/words.ts';

let pool: ThreadPoolExecutor;
beforeEach(() => {
  pool = new ThreadPoolExecutor({ maxWorkers: 1 });
});
afterEach(async () => {
  assert.equal(await pool.submit(addOne, 1), 2);
  assert.equal(pool.submit(addOne, 2).result(), 3);
  await pool[Symbol.asyncDispose]();
});

describe('a task that', () => {
  for (const [name, fn, expected] of [
    ['posts messages to its parent', postToParent, 'posted'],
    ['closes its parent port', closeParentPort, 'closed'],
    ['deletes its workerData', spoilWorkerData, 'spoilt'],
    ['removes all listeners of the process', removeListeners, 'removed'],
    ['starts a Worker of its own', startOwnWorker, 5],
    ['returns what settles twice', settlesTwice, 1],
  ] as const) {
    for (const style of mainStyles) {
      test(`${name}; ${style.name}`, async () => {
        assert.equal(await style.call(pool, fn as () => unknown), expected);
      });
    }
  }

  test('runs loops of its own', () => {
    using other = new ThreadPoolExecutor({ maxWorkers: 1 });
    assert.equal(pool.submit(runInTask, 1).result(), 2);
    assert.equal(pool.submit(loopInTask, other, 2).result(), 3);
  });

  test('leaves an interval behind, which goes on while the pool works', async () => {
    const words = sharedWords();
    assert.equal(await pool.submit(leaveIntervalBehind, words), 'left');
    waitUntil(words, 0, 2);
    assert.equal(pool.submit(addOne, 1).result(), 2);
    waitUntil(words, 0, (words[0] ?? 0) + 2);
    assert.equal(await pool.submit(addOne, 1), 2);
  });

  test('leaves a server behind, which answers while the pool works', async () => {
    const port = pool.submit(leaveServerBehind).result();
    for (let i = 0; i < 3; i++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
      assert.equal(await pool.submit(addOne, i), i + 1);
    }
  });

  test('never settles: result(timeout) gives up, terminateWorkers() ends it', () => {
    const future = pool.submit(neverDone);
    while (!future.running()) assert.throws(() => future.result(20), TimeoutError);
    assert.throws(() => future.result(20), TimeoutError);
    pool.terminateWorkers();
    assert.ok(future.exception() instanceof BrokenThreadPool);
  });

  test('waits for what does not keep its thread alive', async () => {
    const words = sharedWords();
    const future = pool.submit(waitUnreferenced, words);
    while (!future.running()) assert.throws(() => future.result(20), TimeoutError);
    assert.throws(() => future.result(100), TimeoutError);
    open(words);
    assert.match(await future, /^(ok|not-equal)$/);
  });

  test('is a coroutine without end: terminateWorkers() ends it', () => {
    const words = sharedWords();
    const future = pool.submit(endlessCoroutine, words);
    waitUntil(words, 0, 1);
    pool.terminateWorkers();
    assert.ok(future.exception() instanceof BrokenThreadPool);
  });

  test('is an async generator function: its result cannot cross', () => {
    assert.throws(() => pool.submit(asyncGenerator as () => unknown).result(), DataCloneError);
  });

  test('returns a thenable that throws', () => {
    assert.throws(() => pool.submit(badThenable).result(), {
      name: 'EvalError',
      message: 'in then',
    });
  });

  test('overflows its stack', () => {
    assert.throws(() => pool.submit(overflow, 1).result(), {
      name: 'RangeError',
      message: /call stack/,
    });
  });
});

describe('what is thrown, however odd, arrives in some form', () => {
  for (const [what, check] of [
    ['null', (thrown: unknown) => assert.equal(thrown, null)],
    ['function', (thrown: unknown) => assert.match(String(thrown), /Function: addOne/)],
    ['symbol', (thrown: unknown) => assert.match(String(thrown), /Symbol\(thrown\)/)],
    ['revoked', (thrown: unknown) => assert.notEqual(thrown, undefined)],
    ['getters', (thrown: unknown) => assert.ok(thrown instanceof Error)],
    ['huge', (thrown: unknown) => assert.equal((thrown as Error).message.length, 1_000_000)],
    [
      'deep',
      (thrown: unknown) => {
        let depth = 0;
        for (let at = thrown as Error | undefined; at !== undefined; at = at.cause as Error)
          depth++;
        assert.equal(depth, 61);
      },
    ],
  ] as const) {
    test(what, () => {
      let thrown: unknown = 'nothing';
      try {
        pool.submit(throwOdd as (what: string) => unknown, what).result();
      } catch (error) {
        thrown = error;
      }
      check(thrown);
    });
  }
});

describe('odd times given to result()', () => {
  for (const ms of [0, -1, -Infinity, 0.5]) {
    test(`result(${ms}) of what is not done throws TimeoutError`, () => {
      const future = pool.submit(compute, 50);
      assert.throws(() => future.result(ms), TimeoutError);
      future.result();
    });
  }
});

describe('an idle pool does not keep the process alive', () => {
  for (const name of ['interval left behind', 'server left behind']) {
    test(`nor does a pool with an ${name}`.replace('an server', 'a server'), async () => {
      const { stdout, code } = await runProgram('faults.js', [name]);
      assert.deepEqual([stdout, code], ['2\n', 0]);
    });
  }

  test('the exit code is the main thread’s, whatever tasks do', async () => {
    const { code } = await runProgram('faults.js', ['exit code of a task']);
    assert.equal(code, 0);
  });

  test('a pool dropped without shutdown(), again and again', async () => {
    const { stdout, code } = await runProgram('faults.js', ['pools dropped']);
    assert.deepEqual([stdout, code], ['30\n', 0]);
  });
});
