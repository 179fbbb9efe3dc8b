/** What the compiler knows of locks and queues. Everything here is checked when the tests are compiled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Condition, Lock, type Operation, PriorityQueue, Queue, run, Semaphore } from 'skein';

/** Fails to compile unless both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(isSame: Same<A, B>): void => assert.ok(isSame);

test('what acquire() gives is disposed of by using; what queues give has the type of the items', () => {
  run(function* () {
    const lock = new Lock();
    using held = yield* lock.acquire();
    same<typeof held, Disposable>(true);
    const acquiring = new Semaphore(2).acquire();
    same<typeof acquiring, Operation<Disposable>>(true);
    // @ts-expect-error -- without yield* nothing is acquired
    const forgotten: Disposable = lock.acquire();
    void forgotten;

    const queue = new Queue<string>(1);
    const put = yield* queue.put('item');
    same<typeof put, void>(true);
    const item = yield* queue.get();
    same<typeof item, string>(true);
    // @ts-expect-error -- strings are wanted
    const wrong = (): unknown => queue.putNowait(5);
    void wrong;

    const ranked = new PriorityQueue<{ rank: number }>(0, { compare: (a, b) => a.rank - b.rank });
    ranked.putNowait({ rank: 1 });
    same<ReturnType<typeof ranked.getNowait>, { rank: number }>(true);

    const condition = new Condition();
    yield* condition.acquire();
    const found = yield* condition.waitFor(() => 'found' as const);
    same<typeof found, 'found'>(true);
    condition.release();
  });
});
