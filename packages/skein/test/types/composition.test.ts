/**
 * What the compiler knows of groups, timeouts and waits. Everything here is checked when the tests are
 * compiled; what is run only shows that the values are what the types say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asCompleted,
  ExceptionGroup,
  type Future,
  gather,
  getRunningLoop,
  run,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait,
  waitFor,
} from 'skein';

/** Fails to compile unless both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(isSame: Same<A, B>): void => assert.ok(isSame);

test('scopes give the value of their body', () => {
  run(function* () {
    const inTime = yield* timeout(9000, function* (scope) {
      same<ReturnType<typeof scope.when>, number | null>(true);
      return yield* sleep(0, 'value');
    });
    same<typeof inTime, string>(true);
    const sum = yield* taskGroup(function* (group) {
      const left = group.createTask(sleep(0, 1));
      same<typeof left, Task<number>>(true);
      const right = group.createTask(function* () {
        return 2;
      });
      return (yield* left) + (yield* right);
    });
    same<typeof sum, number>(true);
    assert.deepEqual([inTime, sum], ['value', 3]);
  });
});

test('scopes take async functions, and can be awaited', async () => {
  await run(async () => {
    const inTime = await timeout(9000, async () => 'value');
    same<typeof inTime, string>(true);
    const value = await taskGroup(async (group) => group.createTask(async () => 7));
    same<typeof value, number>(true);
    assert.deepEqual([inTime, value], ['value', 7]);
  });
});

test('waits give what they wait for', async () => {
  await run(async () => {
    const loop = getRunningLoop();
    const waited = await waitFor(sleep(0, 1), 9000);
    same<typeof waited, number>(true);
    const called = await waitFor(async () => 'called', 9000);
    same<typeof called, string>(true);
    const shielded = shield(loop.createTask(sleep(0, 1)));
    same<typeof shielded, Future<number>>(true);
    const task = loop.createTask(sleep(0, 1));
    const { done, pending } = await wait([task, shielded]);
    same<typeof done, Set<Future<number>>>(true);
    assert.deepEqual([done.size, pending.size], [2, 0]);
    const gathered = await gather(
      async () => 'a',
      function* () {
        return 1;
      },
    );
    same<typeof gathered, [string, number]>(true);
    // @ts-expect-error -- a coroutine would not be found again in the result
    const wrong = (): unknown => wait([sleep(0)]);
    void wrong;
  });
});

test('asCompleted gives results, or the futures themselves', async () => {
  await run(async () => {
    const loop = getRunningLoop();
    for (const next of asCompleted([sleep(0, 1), sleep(0, 2)])) {
      const value = await next;
      same<typeof value, number>(true);
    }
    for await (const task of asCompleted([loop.createTask(sleep(0, 1))])) {
      same<typeof task, Task<number>>(true);
    }
    for await (const future of asCompleted([sleep(0, 'text')])) {
      same<typeof future, Future<string>>(true);
      assert.equal(future.result(), 'text');
    }
  });
});

test('an ExceptionGroup can be taken apart', () => {
  const [ranges, rest] = new ExceptionGroup('both', [new RangeError(), 5]).split(RangeError);
  same<typeof ranges, ExceptionGroup | null>(true);
  assert.deepEqual([ranges?.errors.length, rest?.errors], [1, [5]]);
});
