/** Who is done first: strictly in order, by priority, and by how long it has waited. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Thread, ThreadPoolExecutor } from 'skein';
import { hold, letGo, note, notedIn } from '../fixtures/ordered.ts';
import { SUBMITTED, submitNotes } from '../fixtures/ordering.ts';
import { sharedWords, waitUntil } from '../fixtures/words.ts';

/** Gives a pool of one thread that is held, and lets it go when all is submitted. */
function orderOf(
  submit: (pool: ThreadPoolExecutor, words: Int32Array) => void,
  options: object = {},
): number[] {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1, ageing: Infinity, ...options });
  const words = sharedWords(4000);
  const holding = pool.submit(hold, words);
  while (!holding.running());
  submit(pool, words);
  letGo(words);
  pool.shutdown();
  return notedIn(words);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

test('first come, first served', () => {
  const order = orderOf((pool, words) => {
    for (const i of range(0, 100)) pool.submit(note, words, i);
  });
  assert.deepEqual(order, range(0, 100));
});

test('the higher first, and in each level first come, first served', () => {
  const order = orderOf((pool, words) => {
    for (const priority of [0, -3, 2, 1, -1, 3, -2, 0, 3, -3]) {
      const view = pool.with({ priority });
      for (let i = 0; i < 3; i++) view.submit(note, words, priority);
    }
  });
  const expected = [3, 3, 3, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, -1, -1, -1, -2, -2, -2];
  assert.deepEqual(order, [...expected, -3, -3, -3, -3, -3, -3]);
});

test('what was submitted before there were priorities stands behind what is higher', () => {
  const order = orderOf((pool, words) => {
    for (const i of range(0, 10)) pool.submit(note, words, i);
    pool.with({ priority: 1 }).submit(note, words, 100);
  });
  assert.deepEqual(order, [100, ...range(0, 10)]);
});

test('who has waited long enough comes before what is higher', () => {
  const order = orderOf(
    (pool, words) => {
      pool.with({ priority: -3 }).submit(note, words, 1);
      pool.submit(note, words, 2);
      Atomics.wait(words, 3, 0, 60); // so they count at least 60 levels higher
      pool.with({ priority: 3 }).submit(note, words, 3);
    },
    { ageing: 1 },
  );
  assert.equal(order.at(-1), 3);
  assert.equal(order.length, 3);
});

test('more than a level has room for: nothing is lost', () => {
  const order = orderOf((pool, words) => {
    const low = pool.with({ priority: -1 });
    for (let i = 0; i < 3000; i++) low.submit(note, words, 1);
    for (let i = 0; i < 10; i++) pool.with({ priority: 1 }).submit(note, words, 0);
  });
  assert.equal(order.length, 3010);
  assert.equal(order.filter((x) => x === 0).length, 10);
});

test('a task with a priority can be cancelled, and found by a worker that waits for it', () => {
  const order = orderOf((pool, words) => {
    const high = pool.with({ priority: 3 });
    assert.equal(high.submit(note, words, 1).cancel(), true);
    high.submit(note, words, 2);
  });
  assert.deepEqual(order, [2]);
});

test('from several threads', () => {
  const order = orderOf((pool, words) => {
    const threads = [1, 2, 3].map(
      (priority) => new Thread({ target: submitNotes, args: [pool, words, priority, 50] }),
    );
    for (const thread of threads) thread.start();
    waitUntil(words, SUBMITTED, 3);
  });
  assert.deepEqual(
    order,
    [3, 2, 1].flatMap((x) => Array.from({ length: 50 }, () => x)),
  );
});

describe('options that make no sense', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  for (const priority of [4, -4, 0.5, NaN, '1']) {
    test(String(priority), () => {
      assert.throws(
        () => pool.with({ priority } as object),
        /'priority' takes a whole number from -3 to 3/,
      );
    });
  }
  test('ageing', () => {
    assert.throws(
      () => new ThreadPoolExecutor({ ageing: 0 }),
      /ageing takes milliseconds > 0, got 0/,
    );
  });
});
