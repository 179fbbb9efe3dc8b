/** Doing nothing for a while. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleepSync, ThreadPoolExecutor, ValueError } from 'skein';

for (const ms of [-1, -0.001, NaN, -Infinity, undefined, 'a', {}, null]) {
  test(`sleepSync(${String(ms)}) is refused`, () => {
    assert.throws(
      () => sleepSync(ms as never),
      (error) => error instanceof ValueError && /takes milliseconds, got/.test(error.message),
    );
  });
}

test('sleepSync blocks: no timer of the thread runs meanwhile', async () => {
  let ran = false;
  setTimeout(() => (ran = true), 0);
  sleepSync(20);
  assert.equal(ran, false);
  await new Promise((resolve) => setTimeout(resolve, 1));
});

test('sleepSync(0) and fractions return', () => {
  sleepSync(0);
  sleepSync(0.25);
});

test('sleepSync works in a task', () => {
  using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  pool.submit(sleepSync, 1).result();
});
