/** What a stream keeps that waits for room. Looks into its worker: modules-only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executors } from '../fixtures/executors.ts';
import { outstanding } from '../fixtures/waiting-worker.ts';

for (const { name, newPool } of executors) {
  test(`${name}: a worker that waits for room again and again keeps nothing of it`, async () => {
    await using pool = newPool({ maxWorkers: 1 });
    let most = 0;
    for await (const each of pool.with({ bufferSize: 1 }).stream(outstanding, 300)) {
      most = Math.max(most, each);
    }
    assert.ok(most < 10, `it waits for ${most} things`);
  });
}
