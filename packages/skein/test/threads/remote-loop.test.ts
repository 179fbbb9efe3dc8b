/** loop.remote(): calls from one thread into the loop of another. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  currentThread,
  type EventLoop,
  type ExceptionContext,
  newEventLoop,
  NodeEventLoop,
  type RemoteLoop,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { outcomeOf } from '../fixtures/outcomes.ts';
import * as remote from '../fixtures/threads/remote.ts';
import { setMark } from '../fixtures/threads/unloaded.ts';
import { eventually } from '../fixtures/words.ts';

const { calls } = remote;

beforeEach(() => {
  calls.length = 0;
});

/** Starts threads, runs the loop until one of them stops it, and waits for their end. */
async function runWith(loop: EventLoop, ...threads: Thread<never>[]): Promise<void> {
  for (const thread of threads) thread.start();
  await (loop as NodeEventLoop).runForever();
  for (const thread of threads) thread.join();
}

for (const [name, make] of [
  ['a blocking loop', newEventLoop],
  ['a NodeEventLoop', () => new NodeEventLoop()],
] as const) {
  describe(`calls into ${name}`, () => {
    test('run in the thread of the loop, while it runs (test_call_soon_threadsafe)', async () => {
      using loop = closing(make());
      await runWith(loop, new Thread({ target: remote.callWhere, args: [loop.remote()] }));
      assert.deepEqual(calls, [{ ident: currentThread().ident, loop }]);
    });

    test('bring their arguments', async () => {
      using loop = closing(make());
      const args = [1, 'two', [3], { four: new Map([[4, new Set('4')]]) }, undefined, 5n];
      await runWith(loop, new Thread({ target: remote.callWith, args: [loop.remote(), ...args] }));
      assert.deepEqual(calls, [args]);
    });

    test('keep their order, also when thousands come at once', async () => {
      using loop = closing(make());
      const args: [RemoteLoop, number, number, number] = [loop.remote(), 0, 20_000, 20_000];
      await runWith(loop, new Thread({ target: remote.callOftenAndStop, args }));
      assert.deepEqual(
        calls,
        Array.from({ length: 20_000 }, (_, nth) => [0, nth]),
      );
    });

    test('come from several threads: each keeps its order, none is lost or made twice', async () => {
      using loop = closing(make());
      const target = remote.callOftenAndStop;
      const threads = [0, 1, 2].map(
        (who) => new Thread({ target, args: [loop.remote(), who, 500, 1500] }),
      );
      await runWith(loop, ...threads);
      assert.equal(calls.length, 1500);
      for (const who of [0, 1, 2]) {
        const own = (calls as [number, number][]).filter(([caller]) => caller === who);
        assert.deepEqual(
          own,
          Array.from({ length: 500 }, (_, nth) => [who, nth]),
        );
      }
    });

    test('that throw go to the exception handler of the loop, which goes on', async () => {
      using loop = closing(make());
      const contexts: ExceptionContext[] = [];
      loop.setExceptionHandler((_loop, context) => contexts.push(context));
      await runWith(loop, new Thread({ target: remote.callThrowing, args: [loop.remote()] }));
      const messages = contexts.map(({ exception }) => (exception as Error).message);
      assert.deepEqual(messages, ['thrown in the loop']);
    });

    test('may be made by the thread of the loop itself', async () => {
      using loop = closing(make());
      const handle = loop.remote();
      handle.callSoonThreadsafe(remote.noteCall, 'from here');
      handle.callSoonThreadsafe(remote.stopLoop);
      await loop.runForever();
      assert.deepEqual(calls, ['from here']);
    });

    test('that was closed give ERR_LOOP_CLOSED where they are made', async () => {
      const loop = make();
      const handle = loop.remote();
      assert.equal(handle.isClosed(), false);
      loop.close();
      assert.equal(handle.isClosed(), true);
      const isRefusal = {
        name: 'RuntimeError',
        code: 'ERR_LOOP_CLOSED',
        message: /^Event loop is closed/,
      };
      assert.throws(() => handle.callSoonThreadsafe(remote.noteCall, 1), isRefusal);
      const [said, isClosed] = (await outcomeOf(
        (reporter) => new Thread({ target: remote.reportCall, args: [reporter, handle] }),
      )) as [string, boolean];
      assert.match(said, /^RuntimeError ERR_LOOP_CLOSED: Event loop is closed/);
      assert.equal(isClosed, true);
      assert.deepEqual(calls, []);
    });

    test('that are on their way when it is closed are dropped', async () => {
      const loop = make();
      const thread = new Thread({ target: remote.callOften, args: [loop.remote(), 0, 100] });
      thread.start();
      loop.close();
      thread.join();
      await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(calls, []);
    });
  });
}

describe('refused where the call is made', () => {
  test('a closure, an argument that cannot cross, and what is no function', async () => {
    using loop = closing(new NodeEventLoop());
    const refusals = (await outcomeOf(
      (reporter) => new Thread({ target: remote.reportRefusals, args: [reporter, loop.remote()] }),
    )) as string[];
    assert.match(
      refusals[0] ?? '',
      /^FunctionReferenceError ERR_FUNCTION_REFERENCE: .*captures `mine`/,
    );
    assert.match(
      refusals[1] ?? '',
      /^DataCloneError ERR_DATA_CLONE: argument 2, property 'socket': a function/,
    );
    assert.match(refusals[2] ?? '', /^TypeError .*a function was expected, got string/);
    assert.deepEqual(calls, []);
  });
});

describe('the loop of another thread', () => {
  for (const target of [remote.serve, remote.serveByNode]) {
    test(`is called from here: ${target.name}`, async () => {
      using loop = closing(new NodeEventLoop());
      const report = outcomeOf(
        (reporter) => new Thread({ target, args: [reporter, loop.remote()] }),
      );
      await eventually(() => calls.length === 1, 'the handle came');
      const there = calls[0] as RemoteLoop;
      for (const word of ['one', 'two', 'end']) there.callSoonThreadsafe(remote.noteCall, word);
      if (target === remote.serve) there.callSoonThreadsafe(remote.stopLoop);
      assert.deepEqual(await report, ['one', 'two', 'end']);
      assert.throws(() => there.callSoonThreadsafe(remote.noteCall, 1), {
        code: 'ERR_LOOP_CLOSED',
      });
    });
  }

  for (const target of [remote.serve, remote.serveByNode]) {
    test(`functions that it has not loaded run in their turn: ${target.name}`, async () => {
      using loop = closing(new NodeEventLoop());
      const report = outcomeOf(
        (reporter) => new Thread({ target, args: [reporter, loop.remote()] }),
      );
      await eventually(() => calls.length === 1, 'the handle came');
      const there = calls[0] as RemoteLoop;
      for (const mark of ['first', 'second']) {
        there.callSoonThreadsafe(setMark, mark);
        there.callSoonThreadsafe(remote.noteMark);
      }
      there.callSoonThreadsafe(remote.noteCall, 'end');
      if (target === remote.serve) there.callSoonThreadsafe(remote.stopLoop);
      assert.deepEqual(await report, ['first', 'second', 'end']);
    });
  }

  test('that has ended without closing it: ERR_LOOP_CLOSED', async () => {
    using loop = closing(new NodeEventLoop());
    const thread = new Thread({ target: remote.leaveLoopOpen, args: [loop.remote()] });
    thread.start();
    await thread.joined();
    await eventually(() => calls.length === 1, 'the handle came');
    const there = calls[0] as RemoteLoop;
    await eventually(() => there.isClosed(), 'it is taken for closed');
    assert.throws(() => there.callSoonThreadsafe(remote.noteCall, 1), { code: 'ERR_LOOP_CLOSED' });
  });
});

test('an executor and loop.remote() are passed on from thread to thread, deep in arguments', async () => {
  using loop = closing(new NodeEventLoop());
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const parts = { loops: [loop.remote(), loop.remote()], tools: { pool } };
  const thread = new Thread({ target: remote.relay, args: [parts, 2] });
  thread.start();
  await thread.joined();
  await eventually(() => calls.length === 2, 'both calls came');
  assert.deepEqual(calls, ['number', 'number']);
});

test('the hook of a thread hears of the threads that it has started', async () => {
  const heard = await outcomeOf(
    (reporter) => new Thread({ target: remote.hearOfThreadsBelow, args: [reporter] }),
  );
  assert.deepEqual(heard, ['grandchild: below']);
});

function closing<L extends EventLoop>(loop: L): L & Disposable {
  return Object.assign(loop, { [Symbol.dispose]: () => loop.close() });
}
