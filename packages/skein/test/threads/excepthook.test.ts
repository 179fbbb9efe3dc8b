/** Errors that end threads: rule 79. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { newEventLoop, setExcepthook, Thread, type ThreadError } from 'skein';
import { fail, failInCoroutine, failLater } from '../fixtures/functions.ts';
import { runProgram } from '../fixtures/run-program.ts';
import { refuse, StrictRefusal, throwUndefined } from '../fixtures/throwing.ts';
import { failInTimer, leaveBySystemExit, rejectUnseen } from '../fixtures/failing-targets.ts';
import { eventually } from '../fixtures/words.ts';

afterEach(() => setExcepthook(null));

function startAndJoin(target: (...args: never[]) => unknown, args: unknown[] = []): Thread<never> {
  const thread = new Thread({ target, args: args as never, name: 'worker' });
  thread.start();
  assert.equal(thread.join(), true);
  return thread;
}

describe('setExcepthook()', () => {
  for (const target of [fail, failLater, failInCoroutine]) {
    test(`tells the starter what ended the thread: ${target.name}`, () => {
      const told: ThreadError[] = [];
      setExcepthook((event) => told.push(event));
      const thread = startAndJoin(target, ['too far']);
      assert.equal(told.length, 1);
      assert.ok(told[0]?.error instanceof RangeError);
      assert.equal(told[0].error.message, 'too far');
      assert.deepEqual(told[0].thread, { name: 'worker', ident: thread.ident });
    });
  }

  test('the error keeps its class', () => {
    const told: unknown[] = [];
    setExcepthook(({ error }) => told.push(error));
    startAndJoin(refuse, ['age']);
    assert.ok(told[0] instanceof StrictRefusal);
    assert.equal(told[0].explain(), 'age must be within 1 to 9');
  });

  test('what is no error is told as it is', () => {
    const told: unknown[] = [];
    setExcepthook(({ error }) => told.push(error));
    startAndJoin(throwUndefined);
    assert.deepEqual(told, [undefined]);
  });

  test('errors in timers and unhandled rejections of the thread are told', () => {
    const told: unknown[] = [];
    setExcepthook(({ error }) => told.push((error as Error).message));
    startAndJoin(failInTimer);
    startAndJoin(rejectUnseen);
    assert.deepEqual(told, ['in a timer', 'unseen']);
  });

  test('SystemExit ends the thread and is not told', () => {
    const told: unknown[] = [];
    setExcepthook((event) => told.push(event));
    startAndJoin(leaveBySystemExit);
    assert.deepEqual(told, []);
  });

  test('is called while Node turns', async () => {
    const told: unknown[] = [];
    setExcepthook((event) => told.push(event));
    new Thread({ target: fail as (m: string) => unknown, args: ['x'] }).start();
    await eventually(() => told.length === 1, 'the hook was called');
  });

  test('is called while a blocking loop runs', () => {
    const loop = newEventLoop();
    setExcepthook(() => loop.stop());
    new Thread({ target: fail as (m: string) => unknown, args: ['x'] }).start();
    loop.runForever();
    loop.close();
  });
});

describe('without a hook', () => {
  test('the thread prints the error itself, and the program goes on', async () => {
    const { code, stdout, stderr } = await runProgram('threads.js', ['fails']);
    assert.deepEqual([code, stdout], [0, 'the program goes on\n']);
    assert.match(stderr, /^Exception in thread spinner:\nRangeError: too far\n +at fail /);
  });

  test('also while the main thread blocks, and when several fail', async () => {
    const { stderr } = await runProgram('threads.js', ['several-fail']);
    const heads = stderr.split('\n').filter((line) => line.startsWith('Exception in thread'));
    assert.deepEqual(
      heads.sort(),
      [0, 1, 2, 3].map((n) => `Exception in thread t${n}:`),
    );
  });

  test('a hook that throws: both are seen, and the program goes on', async () => {
    const { code, stdout, stderr } = await runProgram('threads.js', ['hook-fails']);
    assert.deepEqual([code, stdout], [0, 'the program goes on\n']);
    assert.match(stderr, /in the hook/);
  });
});
