import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';

/*
 * The first use of contexts in a thread: until then nothing is copied and nothing entered, so what runs
 * in that moment has begun without a context. Each in a process of its own.
 */

const program = fileURLToPath(new URL('../fixtures/programs/first-context.js', import.meta.url));

describe('the first variable that is set', () => {
  for (const where of [
    'in a coroutine, blocking',
    'in a callback, blocking',
    'in a nested eager task, blocking',
    'in a coroutine, by Node',
    'in a callback, by Node',
    'in an async function, before it waits',
    'in an async function, after it has waited',
    'in an async function, after a promise of somebody else',
    'outside, before a blocking loop runs',
    'outside, before a loop that Node turns runs',
    'by a storage of the program, outside',
    'by a storage of the program, in an async function',
  ]) {
    test(where, () => {
      const { stdout, stderr } = spawnSync(process.execPath, [program, where], {
        encoding: 'utf8',
      });
      assert.equal(stdout + stderr, 'as it should be\n');
    });
  }
});
