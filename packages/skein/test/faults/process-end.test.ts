/** When the process ends: not before what is queued is done, and then at once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from '../fixtures/run-program.ts';

const run = (name: string) => runProgram('ends.js', [name]);

describe('does not keep the process alive:', () => {
  for (const name of [
    'idle pool, used by result',
    'idle pool, used by await',
    'idle pool, used by a blocking loop',
    'idle pool, default executor of run',
    'pool never used',
    'idle daemon',
    'remote handle',
    'nothing but a future that never comes',
  ]) {
    test(name, async () => {
      const { stdout, code, stderr } = await run(name);
      assert.deepEqual([stdout, code], ['2\n', 0], stderr);
    });
  }
});

describe('keeps the process alive until it is done:', () => {
  const five = ['done 0', 'done 1', 'done 2', 'done 3', 'done 4'];
  for (const [name, expected] of [
    ['queued work is done', five],
    ['queued work after shutdown is done', five],
    ['work of a thread that has ended', five],
    ['work of a task that has ended', five],
    ['a thread that is no daemon', ['done 0']],
    ['run that another thread stops', ['2']],
    ['threads started by threads', ['done 3', 'done 2', 'done 1', 'done 0']],
  ] as const) {
    test(name, async () => {
      const { lines, code, stderr } = await run(name);
      assert.deepEqual([[...lines].sort(), code], [[...expected].sort(), 0], stderr);
    });
  }
});

describe('the process ends, non-zero, when the main thread fails:', () => {
  for (const name of [
    'main throws while others park',
    'main rejects while others park',
    'main throws in a blocking loop',
    'main throws while workers compute',
  ]) {
    test(name, async () => {
      const { code, signal, stderr } = await run(name);
      assert.deepEqual([code, signal], [1, null]);
      assert.match(stderr, /RangeError: main has failed/);
    });
  }
});

describe('process.exit() in the main thread waits for nothing:', () => {
  for (const name of [
    'main exits while workers compute',
    'main exits while others park',
    'main exits while a task sleeps',
    'main exits while many are starting',
  ]) {
    test(name, async () => {
      const { code, signal, stdout } = await run(name);
      assert.deepEqual([stdout, code, signal], ['leaving\n', 4, null]);
    });
  }
});
