/** Closed loops, stopped loops, loops of others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type EventLoop,
  gather,
  newEventLoop,
  NodeEventLoop,
  type RemoteLoop,
  RuntimeError,
  type SelectorEventLoop,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { addOne, beginAndWait, nameOfThread } from '../fixtures/functions.ts';
import { callFarLoop, callManyTimes, giveLoopAndEnd, hearFromPool } from '../fixtures/far-loops.ts';
import { outcomeOf, type Reporter } from '../fixtures/outcomes.ts';
import { hear, heard } from '../fixtures/users-of-pools.ts';
import { eventually, open, sharedWords, waitUntil } from '../fixtures/words.ts';

type AnyLoop = SelectorEventLoop | NodeEventLoop;

const kinds: readonly (readonly [string, () => AnyLoop])[] = [
  ['SelectorEventLoop', newEventLoop],
  ['NodeEventLoop', () => new NodeEventLoop()],
];

const isClosed = (error: unknown): boolean =>
  error instanceof RuntimeError && error.message.startsWith('Event loop is closed');

for (const [name, makeLoop] of kinds) {
  describe(name, () => {
    test('runInExecutor on a closed loop is refused, and nothing is submitted', () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const loop = makeLoop();
      loop.close();
      assert.throws(() => loop.runInExecutor(pool, addOne, 1), isClosed);
      assert.throws(() => loop.runInExecutor(null, addOne, 1), isClosed);
    });

    test('callSoonThreadsafe on a closed loop is refused, from its own thread', () => {
      const loop = makeLoop();
      const remote = loop.remote();
      assert.equal(remote.isClosed(), false);
      loop.close();
      assert.equal(remote.isClosed(), true);
      assert.throws(() => remote.callSoonThreadsafe(hear, 1), { code: 'ERR_LOOP_CLOSED' });
    });

    test('callSoonThreadsafe on a closed loop is refused, from a Thread and from a task', async () => {
      const loop = makeLoop();
      const remote = loop.remote();
      loop.close();
      const start = (reporter: Reporter) =>
        new Thread({ target: callFarLoop, args: [reporter, remote] });
      await assert.rejects(outcomeOf(start), { name: 'RuntimeError', code: 'ERR_LOOP_CLOSED' });
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      assert.throws(() => pool.submit(hearFromPool, remote).result(), {
        name: 'RuntimeError',
        code: 'ERR_LOOP_CLOSED',
      });
    });

    test('callSoonThreadsafe on a loop whose thread has ended is refused', async () => {
      const start = (reporter: Reporter) =>
        new Thread({ target: giveLoopAndEnd, args: [reporter, name] });
      const remote = (await outcomeOf(start)) as RemoteLoop;
      await eventually(() => remote.isClosed(), 'the loop of the dead thread is closed');
      assert.throws(() => remote.callSoonThreadsafe(hear, 1), { code: 'ERR_LOOP_CLOSED' });
    });

    test('a loop made later at the same place is not mistaken for the closed one', () => {
      const first = makeLoop();
      const old = first.remote();
      first.close();
      const second = makeLoop();
      assert.equal(second.remote().isClosed(), false);
      assert.equal(old.isClosed(), true);
      second.close();
    });

    test('rule 23: a result that comes after close() is dropped', async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const gate = sharedWords();
      const loop = makeLoop();
      loop.runInExecutor(pool, beginAndWait, gate);
      waitUntil(gate, 1, 1);
      loop.close();
      open(gate);
      assert.equal(await pool.submit(addOne, 1), 2);
    });

    test('a result that comes while the loop is stopped is there when it runs again', async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const loop = makeLoop();
      const future = loop.runInExecutor(pool, addOne, 1);
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      assert.equal(pool.submit(addOne, 2).result(), 3); // so the first has come as well
      assert.equal(await loop.runUntilComplete(future), 2);
      loop.close();
    });

    test('a future of another loop is refused', async () => {
      using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const loop = makeLoop();
      for (const [, makeOther] of kinds) {
        const other = makeOther() as EventLoop;
        const foreign = other.runInExecutor(pool, addOne, 1);
        await assert.rejects(async () => loop.runUntilComplete(foreign), {
          message: /different loop|another loop|belong/,
        });
        await assert.rejects(
          async () =>
            loop.runUntilComplete(function* () {
              return yield* foreign;
            }),
          { message: /attached to a different loop|different loop/ },
        );
        await assert.rejects(async () =>
          loop.runUntilComplete(gather(foreign, loop.createFuture())),
        );
        other.close();
      }
      loop.close();
    });

    test('callSoonThreadsafe: all calls come, in order, in the thread of the loop', async () => {
      const loop = makeLoop();
      heard.length = 0;
      const thread = new Thread({ target: callManyTimes, args: [loop.remote(), 3000] });
      thread.start();
      const look = (): unknown => (heard.length >= 3000 ? loop.stop() : loop.callLater(5, look));
      loop.callSoon(look);
      await loop.runForever();
      assert.deepEqual(
        heard,
        Array.from({ length: 3000 }, (_, i) => i),
      );
      loop.close();
      thread.join();
    });

    test('callSoonThreadsafe more often than there is room, while the loop is busy', async () => {
      const loop = makeLoop();
      heard.length = 0;
      const thread = new Thread({ target: callManyTimes, args: [loop.remote(), 20_000] });
      thread.start();
      thread.join(500); // nobody takes the calls meanwhile
      const look = (): unknown => (heard.length >= 20_000 ? loop.stop() : loop.callLater(5, look));
      loop.callSoon(look);
      await loop.runForever();
      assert.equal(heard.length, 20_000);
      assert.ok(heard.every((value, i) => value === i));
      loop.close();
      thread.join();
    });
  });
}

test('two threads close and call at the same time: each call is made or refused', async () => {
  for (let round = 0; round < 10; round++) {
    const loop = newEventLoop();
    heard.length = 0;
    const start = (reporter: Reporter) =>
      new Thread({ target: callFarLoop, args: [reporter, loop.remote(), 100_000] });
    const outcome = assert.rejects(outcomeOf(start), { code: 'ERR_LOOP_CLOSED' });
    loop.callLater(5, () => loop.stop());
    loop.runForever();
    loop.close();
    await outcome;
  }
});

test('the pool does not care which loop its future is awaited in', async () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const future = pool.submit(nameOfThread);
  const loop = newEventLoop();
  const inLoop = loop.runUntilComplete(function* () {
    return yield* future;
  });
  loop.close();
  assert.equal(await future, inLoop);
  assert.equal(future.result(), inLoop);
});
