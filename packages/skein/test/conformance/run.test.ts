import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { thrownNowBy } from './driver.ts';
import {
  type Coroutine,
  type EventLoop,
  getEventLoop,
  getRunningLoop,
  NodeEventLoop,
  run,
  SelectorEventLoop,
  setEventLoop,
  sleep,
} from './library.ts';

/* run(): rule 82 and the traces g30, g31 (third entry), g41. */

function* left(o: string[]): Coroutine<void> {
  try {
    yield* sleep(9000);
  } catch (error) {
    o.push('leftover cancelled');
    throw error;
  }
}

describe('run', () => {
  test('g41 rule 82: a coroutine blocks and gives its value, leftovers are cancelled (RunTests.test_asyncio_run_return, test_asyncio_run_cancels_hanging_tasks)', () => {
    const o: string[] = [];
    let loop: EventLoop | undefined;
    const value = run(function* () {
      loop = getRunningLoop();
      loop.createTask(left(o));
      yield* sleep(0);
      return 7;
    });
    assert.deepEqual(
      [value, o, loop instanceof SelectorEventLoop, loop?.isClosed()],
      [7, ['leftover cancelled'], true, true],
    );
  });

  test('g41 rule 82: an async function gives a promise, leftovers are cancelled', async () => {
    const o: string[] = [];
    let loop: EventLoop | undefined;
    const value = await run(async () => {
      loop = getRunningLoop();
      loop.createTask(left(o));
      await sleep(0);
      return 7;
    });
    assert.deepEqual(
      [value, o, loop instanceof NodeEventLoop, loop?.isClosed()],
      [7, ['leftover cancelled'], true, true],
    );
  });

  test('loopFactory makes the loop, which is closed; the current loop stays (RunTests.test_asyncio_run_loop_factory)', async () => {
    const seen: unknown[] = [];
    const mine = new SelectorEventLoop();
    setEventLoop(mine);
    function* main(): Coroutine<number> {
      yield* sleep(0);
      seen.push(getRunningLoop());
      return 7;
    }
    const blocking = new SelectorEventLoop();
    assert.equal(run(main, { loopFactory: () => blocking }), 7);
    const turned = new NodeEventLoop();
    const promise: Promise<number> = run(main(), { loopFactory: () => turned });
    assert.equal(await promise, 7);
    assert.deepEqual(seen, [blocking, turned]);
    assert.deepEqual([blocking.isClosed(), turned.isClosed()], [true, true]);
    assert.equal(getEventLoop(), mine);
    setEventLoop(null);
    mine.close();
  });

  test('loopFactory: a loop that blocks refuses an async function, and is closed; it takes a function', () => {
    const loop = new SelectorEventLoop();
    assert.throws(
      () => run(async () => 7, { loopFactory: () => loop }),
      /cannot run the async function/,
    );
    assert.equal(loop.isClosed(), true);
    const noFactory = { loopFactory: loop as unknown as () => SelectorEventLoop };
    assert.throws(() => run(left([]), noFactory), /loopFactory takes a function that makes a loop/);
  });

  test('what else can be given (RunTests.test_asyncio_run_only_coro)', async () => {
    function* main(n: number): Coroutine<number> {
      yield* sleep(0);
      return n;
    }
    assert.equal(run(main(1)), 1);
    assert.equal(
      run(() => main(2)),
      2,
    );
    assert.equal(await run(Promise.resolve(3)), 3);
    assert.equal(await run(() => Promise.resolve(4)), 4);
    assert.throws(() => run(5 as never), TypeError);
    assert.throws(() => run((() => 5) as never), TypeError);
  });

  test('errors come out, and the loop is closed all the same (RunTests.test_asyncio_run_raises)', async () => {
    let loop: EventLoop | undefined;
    assert.throws(
      () =>
        run(function* (): Coroutine<void> {
          loop = getRunningLoop();
          throw new RangeError('x');
        }),
      RangeError,
    );
    assert.equal(loop?.isClosed(), true);
    await assert.rejects(
      run(async () => {
        throw new RangeError('x');
      }),
      RangeError,
    );
  });

  test('rule 82: failures of leftovers are reported (test_asyncio_run_reports_hanging_tasks_errors)', () => {
    const messages: string[] = [];
    run(function* () {
      const loop = getRunningLoop();
      loop.setExceptionHandler((_loop, context) => messages.push(context.message));
      loop.createTask(function* () {
        try {
          yield* sleep(9000);
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- this is what happens
          throw new RangeError('while cleaning up');
        }
      });
      loop.createTask(function* (): Coroutine<void> {
        throw new RangeError('nobody looks');
      });
      yield* sleep(0);
    });
    assert.deepEqual(messages, [
      'unhandled exception during run() shutdown',
      'Task exception was never retrieved',
    ]);
  });

  test('g31 rule 82: not inside a running loop (RunTests.test_asyncio_run_from_running_loop)', () => {
    const text = run(function* () {
      return thrownNowBy(() => run(sleepOnce));
    });
    assert.equal(text, 'RuntimeError: run() cannot be called from a running event loop');
  });

  test('g30: run leaves the thread without a loop (RunTests.test_asyncio_run_set_event_loop)', () => {
    run(sleepOnce);
    assert.throws(
      () => getEventLoop(),
      /^RuntimeError: There is no current event loop in thread 'MainThread'\./,
    );
  });

  test('section 1.3: setEventLoop gives it one again', () => {
    const loop = new SelectorEventLoop();
    setEventLoop(loop);
    assert.equal(getEventLoop(), loop);
    setEventLoop(null);
    loop.close();
  });

  test('debug is handed on (RunTests.test_asyncio_run_debug)', () => {
    assert.equal(
      run(
        function* () {
          return getRunningLoop().getDebug();
        },
        { debug: true },
      ),
      true,
    );
  });
});

function* sleepOnce(): Coroutine<void> {
  yield* sleep(0);
}
