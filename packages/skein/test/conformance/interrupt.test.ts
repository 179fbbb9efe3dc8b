import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from '../fixtures/run-program.ts';

/* Ctrl-C in run() and Runner (SigIntTests and test_signal_* of test_runners.py), for a NodeEventLoop. */

describe('Ctrl-C', () => {
  for (const [title, args, lines] of [
    [
      'cancels the main task; run() fails with KeyboardInterrupt (test_interrupt_call_soon)',
      ['run', '1'],
      ['cleans up', 'KeyboardInterrupt', 'handlers left: 0'],
    ],
    [
      'in a Runner does the same (test_interrupt_wait)',
      ['runner', '1'],
      ['cleans up', 'KeyboardInterrupt', 'handlers left: 0'],
    ],
    [
      'a second time ends the run at once',
      ['run', '2'],
      ['cleans up', 'KeyboardInterrupt', 'handlers left: 0'],
    ],
    ['may be refused by the program', ['refuses', '1'], ['value all the same', 'handlers left: 0']],
    [
      'is left to a handler of the program',
      ['own handler', '1'],
      ['own handler', 'handlers left: 1'],
    ],
  ] as const) {
    test(title, async () => {
      const { lines: printed, stderr } = await runProgram('interrupted.js', args);
      assert.deepEqual([...printed], lines, stderr);
    });
  }
});
