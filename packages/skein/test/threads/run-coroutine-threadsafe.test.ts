/** runCoroutineThreadsafe: asking the loop of another thread (RunCoroutineThreadsafeTests). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CancelledError,
  DataCloneError,
  type EventLoop,
  FunctionReferenceError,
  newEventLoop,
  NodeEventLoop,
  type RemoteLoop,
  runCoroutineThreadsafe,
  Thread,
  TimeoutError,
} from 'skein';
import * as serving from '../fixtures/threads/serving.ts';
import { loopFrom } from '../fixtures/handles.ts';
import { eventually, sharedWords, waitUntil } from '../fixtures/words.ts';

interface Server {
  readonly loop: RemoteLoop;
  readonly thread: Thread<never>;
}

async function startServer(kind: string): Promise<Server> {
  const { loop, thread } = await loopFrom(
    (reporter) => new Thread({ target: serving.serve, args: [reporter, kind], name: 'server' }),
  );
  return { loop, thread: thread as Thread<never> };
}

function stop({ loop, thread }: Server): void {
  loop.callSoonThreadsafe(serving.stopServing);
  assert.equal(thread.join(30_000), true);
}

const hasCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

for (const kind of ['SelectorEventLoop', 'NodeEventLoop']) {
  describe(`a ${kind} of another thread`, () => {
    test('runs a coroutine and gives its result (test_run_coroutine_threadsafe)', async () => {
      const server = await startServer(kind);
      const future = runCoroutineThreadsafe(serving.addInCoroutine, [1, 2], server.loop);
      assert.deepEqual(future.result(), [3, 'server']);
      assert.deepEqual(runCoroutineThreadsafe(serving.add, [3, 4], server.loop).result(), [
        7,
        'server',
      ]);
      assert.deepEqual(await runCoroutineThreadsafe(serving.add, [5, 6], server.loop), [
        11,
        'server',
      ]);
      stop(server);
    });

    test('gives its results to a loop of this thread', async () => {
      const server = await startServer(kind);
      const loop = newEventLoop();
      const value = loop.runUntilComplete(function* () {
        return yield* runCoroutineThreadsafe(serving.addInCoroutine, [1, 2], server.loop);
      });
      loop.close();
      assert.deepEqual(value, [3, 'server']);
      stop(server);
    });

    test('gives many results, each to the one that asked', async () => {
      const server = await startServer(kind);
      const futures = Array.from({ length: 500 }, (_, i) =>
        runCoroutineThreadsafe(serving.addInCoroutine, [i, i], server.loop),
      );
      assert.deepEqual(
        futures.map((future) => future.result()[0]),
        futures.map((_, i) => 2 * i),
      );
      stop(server);
    });

    test('gives errors whole (test_run_coroutine_threadsafe_with_exception)', async () => {
      const server = await startServer(kind);
      const future = runCoroutineThreadsafe(serving.failInCoroutine, ['no'], server.loop);
      assert.throws(
        () => future.result(),
        (error) =>
          error instanceof RangeError && error.message === 'no' && error.cause === 'a test',
      );
      const odd = runCoroutineThreadsafe(serving.giveFunction, [], server.loop);
      assert.throws(() => odd.result(), DataCloneError);
      stop(server);
    });

    test('g27, g28 rule 28: a time that runs out cancels nothing, cancel() does (test_run_coroutine_threadsafe_task_cancelled, _with_timeout)', async () => {
      const server = await startServer(kind);
      const words = sharedWords();
      const future = runCoroutineThreadsafe(serving.waitForCancel, [words], server.loop);
      waitUntil(words, 1, 1);
      assert.throws(() => future.result(5), TimeoutError);
      assert.deepEqual([future.done(), future.cancel(), future.cancelled()], [false, true, true]);
      waitUntil(words, 0, 1);
      assert.throws(() => future.result(), CancelledError);
      stop(server);
    });

    test('fails what it has not done when it is closed, and refuses more', async () => {
      const server = await startServer(kind);
      const words = sharedWords();
      const blocked = runCoroutineThreadsafe(serving.waitForCancel, [words], server.loop);
      const awaited = runCoroutineThreadsafe(serving.waitForCancel, [words], server.loop);
      waitUntil(words, 1, 1);
      server.loop.callSoonThreadsafe(serving.stopServing);
      assert.throws(() => blocked.result(), hasCode('ERR_LOOP_CLOSED'));
      await assert.rejects(Promise.resolve(awaited), hasCode('ERR_LOOP_CLOSED'));
      server.thread.join();
      assert.throws(
        () => runCoroutineThreadsafe(serving.add, [1, 2], server.loop),
        hasCode('ERR_LOOP_CLOSED'),
      );
    });

    test('fails what it has not done when its thread ends', async () => {
      const server = await startServer(kind);
      const words = sharedWords();
      const future = runCoroutineThreadsafe(serving.waitForCancel, [words], server.loop);
      waitUntil(words, 1, 1);
      server.loop.callSoonThreadsafe(serving.endServing);
      assert.throws(() => future.result(), hasCode('ERR_LOOP_CLOSED'));
      await eventually(() => !server.thread.isAlive(), 'the thread has ended');
    });
  });
}

test('an async function runs in a NodeEventLoop and is refused by a blocking one', async () => {
  const byNode = await startServer('NodeEventLoop');
  const future = runCoroutineThreadsafe(serving.addAsync, [1, 2], byNode.loop);
  assert.deepEqual(future.result(), [3, 'server']);
  stop(byNode);
  const blocking = await startServer('SelectorEventLoop');
  const refused = runCoroutineThreadsafe(serving.addAsync, [1, 2], blocking.loop);
  assert.throws(() => refused.result(), /cannot run the async/);
  stop(blocking);
});

test('what is no handle, and what cannot cross, is refused at once', async () => {
  const server = await startServer('SelectorEventLoop');
  const loop = newEventLoop() as EventLoop;
  assert.throws(
    () => runCoroutineThreadsafe(serving.add, [1, 2], loop as never),
    /takes the handle of a loop: what loop\.remote\(\) gives/,
  );
  loop.close();
  const captured = 1;
  assert.throws(
    () => runCoroutineThreadsafe(() => captured, [], server.loop),
    FunctionReferenceError,
  );
  const socket = { socket: () => {} };
  assert.throws(
    () => runCoroutineThreadsafe(serving.add, [socket, 1] as never, server.loop),
    DataCloneError,
  );
  stop(server);
});

test('a loop of the same thread can be asked, too', async () => {
  const loop = new NodeEventLoop();
  const value = await runCoroutineThreadsafe(serving.addAsync, [1, 2], loop.remote());
  assert.deepEqual(value, [3, 'MainThread']);
  loop.close();
});
