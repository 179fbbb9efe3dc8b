/**
 * What the compiler knows of values that come out of waits. Everything here is checked when the
 * tests are compiled; what is run only shows that the values are what the types say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Coroutine,
  type ConcurrentFuture,
  gather,
  newEventLoop,
  run,
  sleep,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { add, addLater, addSlowly, anyArguments, noArguments } from '../fixtures/adders.ts';

/** Fails to compile unless both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(isSame: Same<A, B>): void => assert.ok(isSame);

function* inner(): Coroutine<'done'> {
  yield* sleep(0);
  return 'done';
}

test('yield* gives the type of what was waited for', () => {
  const value = run(function* () {
    const slept = yield* sleep(0, 7);
    same<typeof slept, number>(true);
    const returned = yield* inner();
    same<typeof returned, 'done'>(true);
    const loop = newEventLoop();
    const future = loop.createFuture<Date>();
    loop.close();
    function* waiting(): Coroutine<void> {
      const date = yield* future;
      same<typeof date, Date>(true);
    }
    void waiting;
    const [first, second] = yield* gather(inner(), sleep(0, 1));
    same<typeof first, 'done'>(true);
    same<typeof second, number>(true);
    return slept;
  });
  same<typeof value, number>(true);
  assert.equal(value, 7);
});

test('run() returns the value of a coroutine and a promise of an async function', async () => {
  const now = run(inner);
  same<typeof now, 'done'>(true);
  const later = run(async () => await sleep(0, 'later'));
  same<typeof later, Promise<string>>(true);
  assert.equal(now, 'done');
  assert.equal(await later, 'later');
});

test('submit() knows arguments and results of plain, async and generator functions', () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const plain = pool.submit(add, 1, 2);
  same<typeof plain, ConcurrentFuture<number>>(true);
  const later = pool.submit(addLater, 1, 2);
  same<typeof later, ConcurrentFuture<number>>(true);
  const slowly = pool.submit(addSlowly, 1, 2);
  same<typeof slowly, ConcurrentFuture<number>>(true);
  // @ts-expect-error -- two numbers are wanted
  const wrong = (): unknown => pool.submit(add, 1, '2');
  void wrong;
  assert.deepEqual([plain.result(), later.result(), slowly.result()], [3, 3, 3]);
  pool.shutdown();
});

test('a Thread takes the arguments of its target', () => {
  new Thread({ target: add, args: [1, 2] });
  // @ts-expect-error -- two numbers are wanted
  new Thread({ target: add, args: ['1', 2] });
  // @ts-expect-error -- they are wanted at all
  new Thread({ target: add });
  new Thread({ target: () => 1 });
  assert.ok(true);
});

test('initargs follow the initializer', () => {
  const maxWorkers = 1;
  const pools = [
    new ThreadPoolExecutor({ initializer: add, initargs: [1, 2] }),
    new ThreadPoolExecutor({ maxWorkers, initializer: noArguments }),
    new ThreadPoolExecutor({ maxWorkers, initializer: anyArguments, initargs: ['a', 2] }),
    new ThreadPoolExecutor({ maxWorkers }),
    new ThreadPoolExecutor(),
    // @ts-expect-error -- add takes two numbers
    new ThreadPoolExecutor({ initializer: add, initargs: [1, '2'] }),
    // @ts-expect-error -- one is missing
    new ThreadPoolExecutor({ initializer: add, initargs: [1] }),
    // @ts-expect-error -- both are missing
    new ThreadPoolExecutor({ initializer: add }),
    // @ts-expect-error -- it takes none
    new ThreadPoolExecutor({ initializer: noArguments, initargs: [1] }),
  ];
  const forgets: readonly ThreadPoolExecutor[] = pools; // what it was made with is not part of its type
  for (const pool of forgets) pool.shutdown();
});
