/** `SKEINDEBUG=1`, in programs of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Ended, runProgram } from '../fixtures/run-program.ts';

const debugged = (name: string, value: string = '1'): Promise<Ended> =>
  runProgram('debugged.js', [name], { env: { SKEINDEBUG: value } });

describe('SKEINDEBUG (BaseEventLoopTests.test_env_var_debug, GatherTestsBase.test_env_var_debug)', () => {
  for (const [value, expected] of [
    ['1', 'true'],
    ['yes', 'true'],
    ['0', 'false'],
    ['', 'false'],
  ] as const) {
    test(`'${value}': ${expected} in every loop, thread and worker`, async () => {
      const { stdout, stderr } = await debugged('debug everywhere', value);
      const said = ['run', 'pool', 'async', 'thread'].map((where) => `${where} ${expected}\n`);
      assert.equal(stdout, said.join(''), stderr);
    });
  }
});

test('what is left open is told at the end, with where it was made', async () => {
  const { stderr } = await debugged('things left open');
  const told = stderr.split('\n').filter((line) => line.startsWith('unclosed'));
  assert.deepEqual(told.map((line) => line.split(';')[0]).sort(undefined), [
    'unclosed event loop <SelectorEventLoop running=false closed=false>',
    'unclosed executor open',
  ]);
  assert.match(stderr, /^Object created at \(most recent call first\):\n +at .*debugged\.js:\d+/m);
});

test('nothing is told of it without debug mode', async () => {
  const { stdout, stderr } = await debugged('things left open', '');
  assert.deepEqual([stdout, stderr], ['', '']);
});

test('calls that block a running loop are told, each place once', async () => {
  const { stderr } = await debugged('calls that block');
  const told = stderr
    .split('\n')
    .filter((line) => line.includes(' blocks the running event loop '));
  assert.deepEqual(
    told.map((line) => line.split(' blocks')[0]),
    ['sleepSync(1)', 'result() of a concurrent future', 'join()'],
  );
  for (const line of told) assert.match(line, /, in <Task pending name="Task-1" .*>; use yield\*/);
  assert.equal((await debugged('calls that block', '')).stderr, '');
});
