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
      'a second time ends the run at once (test_interrupt_cancelled_task, second press)',
      ['run', '2'],
      ['cleans up', 'KeyboardInterrupt', 'handlers left: 0'],
    ],
    [
      'may be refused by the program (test_signal_install_not_supported_ok: the value counts)',
      ['refuses', '1'],
      ['value all the same', 'handlers left: 0'],
    ],
    [
      'is left to a handler of the program (test_signal_custom_sigint_handler)',
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
