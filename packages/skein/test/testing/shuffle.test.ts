import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Coroutine, gather, getRunningLoop, sleep } from 'skein';
import { runWithVirtualTime, VirtualTimeLoop } from 'skein/testing';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** The different results of a program over many seeds, sorted. */
function outcomes(program: (o: string[]) => Coroutine<void>): string[] {
  const all = SEEDS.map((shuffle) => {
    const o: string[] = [];
    runWithVirtualTime(() => program(o), { shuffle });
    return o.join(' ');
  });
  return [...new Set(all)].sort();
}

describe('what a seed shuffles', () => {
  test('the same seed, the same order', () => {
    const once = (shuffle: number): string =>
      runWithVirtualTime(
        function* () {
          const o: number[] = [];
          const loop = getRunningLoop();
          const workers = [0, 1, 2, 3, 4].map((n) =>
            loop.createTask(function* () {
              for (let i = 0; i < 3; i++) {
                yield* sleep(1);
                o.push(n);
              }
            }),
          );
          yield* gather(...workers);
          return o.join('');
        },
        { shuffle },
      );
    for (const seed of SEEDS) assert.equal(once(seed), once(seed));
    assert.ok(new Set(SEEDS.map(once)).size > SEEDS.length / 2);
  });

  test('first steps of tasks', () => {
    const found = outcomes(function* (o) {
      const loop = getRunningLoop();
      const step = (name: string) =>
        loop.createTask(function* () {
          o.push(name);
        });
      yield* gather(step('a'), step('b'), step('c'));
    });
    assert.deepEqual(found, ['a b c', 'a c b', 'b a c', 'b c a', 'c a b', 'c b a']);
  });

  test('timers that are due together', () => {
    const found = outcomes(function* (o) {
      const loop = getRunningLoop();
      for (const name of ['a', 'b']) loop.callAt(5, () => o.push(name));
      loop.callAt(4, () => o.push('first'));
      loop.callAt(6, () => o.push('last'));
      yield* sleep(7);
    });
    assert.deepEqual(found, ['first a b last', 'first b a last']);
  });

  test('tasks that wait for different futures', () => {
    const found = outcomes(function* (o) {
      const loop = getRunningLoop();
      const futures = [0, 1].map(() => loop.createFuture<void>());
      const tasks = futures.map((future, i) =>
        loop.createTask(function* () {
          yield* future;
          o.push(`${i}`);
        }),
      );
      yield* sleep(1);
      for (const future of futures) future.setResult();
      yield* gather(...tasks);
    });
    assert.deepEqual(found, ['0 1', '1 0']);
  });
});

describe('what a seed does not shuffle', () => {
  test('callbacks', () => {
    const found = outcomes(function* (o) {
      const loop = getRunningLoop();
      for (const name of ['a', 'b', 'c']) loop.callSoon(() => o.push(name));
      yield* sleep(1);
    });
    assert.deepEqual(found, ['a b c']);
  });

  test('timers of different moments that are due together', () => {
    const loop = new VirtualTimeLoop({ shuffle: 3, startMs: 100 });
    const o: string[] = [];
    for (const [name, when] of [['b', 2] as const, ['a', 1] as const, ['c', 3] as const]) {
      loop.callAt(when, () => o.push(name));
    }
    loop.runUntilComplete(sleep(1));
    loop.close();
    assert.deepEqual(o, ['a', 'b', 'c']);
  });

  test('tasks that wait for the same future', () => {
    const found = outcomes(function* (o) {
      const loop = getRunningLoop();
      const future = loop.createFuture<void>();
      const waits = function* (name: string): Coroutine<void> {
        yield* future;
        o.push(name);
      };
      const tasks: ReturnType<typeof loop.createTask>[] = [];
      for (const name of ['a', 'b', 'c']) {
        tasks.push(loop.createTask(waits(name)));
        yield* sleep(1);
      }
      future.setResult();
      yield* gather(...tasks);
    });
    assert.deepEqual(found, ['a b c']);
  });
});

describe('the seed', () => {
  test('is there to be read, and null without a shuffle', () => {
    assert.equal(new VirtualTimeLoop({ shuffle: 5 }).seed, 5);
    assert.equal(new VirtualTimeLoop().seed, null);
    assert.ok((new VirtualTimeLoop({ shuffle: true }).seed as number) >= 0);
  });

  test('is printed when the run fails', (t) => {
    const error = t.mock.method(console, 'error', () => {});
    assert.throws(
      () =>
        runWithVirtualTime(
          function* () {
            throw new RangeError('x');
          },
          { shuffle: 77 },
        ),
      RangeError,
    );
    assert.match(String(error.mock.calls[0]?.arguments[0]), /seed 77.*shuffle: 77/);
  });
});
