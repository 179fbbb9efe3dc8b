/** Two copies of the package in one program: side by side they work, mixed up they are refused. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type Future,
  newEventLoop,
  runCoroutineThreadsafe,
  setEventLoop,
  Thread,
  ThreadPoolExecutor,
  wrapFuture,
} from 'skein';
import { addOneByAnother, installAnother, type Skein, submitTo } from '../fixtures/copies.ts';
import { addOne } from '../fixtures/functions.ts';

const installed = installAnother();
const other = (await import(installed.url)) as Skein;
const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const otherPool = new other.ThreadPoolExecutor({ maxWorkers: 1 });
const loop = newEventLoop();
const otherLoop = other.newEventLoop();

after(() => {
  pool.shutdown();
  otherPool.shutdown();
  loop.close();
  otherLoop.close();
  installed.remove();
});

/** The error names both copies. */
function assertRefused(mixUp: () => unknown): void {
  assert.throws(mixUp, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'ERR_OTHER_COPY');
    assert.ok(error.message.includes(new URL('.', installed.url).href), error.message);
    assert.ok(error.message.includes(new URL('.', import.meta.resolve('skein')).href));
    return true;
  });
}

test('each for itself they work, also in threads of the other', () => {
  assert.equal(pool.submit(addOne, 1).result(), 2);
  assert.equal(otherPool.submit(addOne, 1).result(), 2);
  assert.equal(otherLoop.runUntilComplete(otherLoop.runInExecutor(otherPool, addOne, 2)), 3);
  assert.equal(pool.submit(addOneByAnother, installed.url, 3).result(), 4);
  assert.equal(pool.submit(addOne, 1).result(), 2);
});

test('an executor of another copy hung a blocking loop', () => {
  assertRefused(() => loop.runInExecutor(otherPool, addOne, 1));
  assertRefused(() => loop.runInExecutor(otherPool.with({ context: true }), addOne, 1));
  assertRefused(() => loop.setDefaultExecutor(otherPool));
  assertRefused(() => wrapFuture(otherPool.submit(addOne, 1), { loop }));
});

test('an executor of another copy arrived as another pool', () => {
  assertRefused(() => pool.submit(submitTo, otherPool as ThreadPoolExecutor, 1));
  assertRefused(() => pool.submit(addOne, { deep: [otherPool] } as never));
  assertRefused(() => pool.submit(addOne, otherLoop.remote() as never));
  assertRefused(() => new Thread({ target: submitTo, args: [otherPool as never, 1] }).start());
});

test('a future of another copy is refused', () => {
  const future = otherLoop.createFuture<number>();
  assertRefused(() => loop.runUntilComplete(future as never));
  assertRefused(() =>
    loop.runUntilComplete(function* () {
      return yield* future as unknown as Future<number>;
    }),
  );
});

test('loops of another copy are refused', () => {
  const ofOther = /of another copy of skein, file:/;
  assert.throws(() => setEventLoop(otherLoop as never), ofOther);
  assert.throws(() => runCoroutineThreadsafe(addOne, [1], otherLoop.remote()), ofOther);
});

test('what belongs to another copy says whose loop it misses', () => {
  const waits = [
    () => other.sleep(1),
    () => otherPool.submit(addOne, 1),
    () => new other.Event().wait(),
  ];
  for (const wait of waits) {
    assert.throws(
      () =>
        loop.runUntilComplete(function* () {
          yield* wait() as unknown as Future<unknown>;
        }),
      (error: Error) =>
        error.message.includes('no running event loop') &&
        error.message.includes(new URL('.', installed.url).href),
    );
  }
});
