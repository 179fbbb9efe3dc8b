/** What takes from a child process, or from its worker, what the pool needs there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenProcessPool, ProcessPoolExecutor } from 'skein';
import { failureOf } from '../fixtures/failures.ts';
import { addOne } from '../fixtures/functions.ts';
import { closeDescriptors, flood } from '../fixtures/hostile-tasks.ts';
import { pidOf } from '../fixtures/in-processes.ts';
import { giveFragile } from '../fixtures/left-streams.ts';
import { runProgram } from '../fixtures/run-program.ts';

test('the descriptor by which its worker hears of it: the process is replaced', async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
  const error = await failureOf(pool.submit(closeDescriptors));
  assert.ok(error instanceof BrokenProcessPool);
  assert.match(error.message, /descriptor 3/);
  assert.equal(await pool.submit(addOne, 1), 2);
});

test('all slots, for tasks of its own: there is one left for the next task', async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 1, concurrencyPerWorker: 2 });
  const pid = await pool.submit(flood);
  assert.deepEqual([await pool.submit(pidOf), await pool.submit(pidOf)], [pid, pid]);
  assert.deepEqual(await Promise.all([1, 2, 3].map((x) => pool.submit(addOne, x))), [2, 3, 4]);
});

test('what runOnAll() gives and cannot be read: the call fails, and nothing else', async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
  const pid = await pool.submit(pidOf);
  const error = await failureOf(pool.runOnAll(giveFragile));
  assert.deepEqual([error.name, error.message], ['RangeError', '2 cannot be read']);
  assert.equal(await pool.submit(pidOf), pid);
});

test('no descriptor is left for a child process: that is what is said', async () => {
  const preload = new URL('../fixtures/no-descriptors.js', import.meta.url).href;
  const { stderr } = await runProgram('with-children.js', ['is its own module'], {
    node: ['--import', preload],
  });
  assert.match(stderr, /BrokenProcessPool: .* its process could not be started: spawn EMFILE\./);
  assert.doesNotMatch(stderr, /TypeError/);
});
