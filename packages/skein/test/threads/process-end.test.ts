/** Threads and the end of the process. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerThreadProgram, runThreadProgram } from '../fixtures/threads/run.ts';

const waits = [
  'parkOnWord',
  'parkInSleep',
  'parkInBlockingLoop',
  'parkInNodeLoop',
  'parkInResult',
  'parkInJoin',
];

describe('the process ends', { concurrency: 2 }, () => {
  test('non-zero when main throws while other threads park, wherever they do, or compute', async () => {
    const args = ['main-throws', ...waits, 'computeForEver'];
    const { code, stdout, stderr } = await runThreadProgram('endings', args);
    assert.deepEqual([code, stdout], [1, 'all wait\n'], stderr);
    assert.match(stderr, /RangeError: main has failed/);
  });

  test('non-zero when a promise of main rejects unseen while other threads park', async () => {
    const args = ['main-rejects', 'parkOnWord', 'parkInBlockingLoop'];
    const { code, stdout, stderr } = await runThreadProgram('endings', args);
    assert.deepEqual([code, stdout], [1, 'all wait\n'], stderr);
    assert.match(stderr, /RangeError: main has failed/);
  });

  test('with its code when main calls process.exit() while other threads park', async () => {
    const args = ['main-exits', 'parkOnWord', 'parkInBlockingLoop', 'computeForEver'];
    const { code, stdout, stderr } = await runThreadProgram('endings', args);
    assert.deepEqual([code, stdout, stderr], [7, 'all wait\n', '']);
  });

  test('when only daemons are left, parked or computing, with the code that main has set', async () => {
    const args = ['daemons', ...waits.filter((name) => name !== 'parkInResult'), 'computeForEver'];
    const { code, stdout, stderr } = await runThreadProgram('endings', args);
    assert.deepEqual([code, stdout, stderr], [5, 'all wait\n', '']);
  });

  for (const name of ['daemon-starts-daemon', 'joined-is-forgotten']) {
    test(`when only daemons are left: ${name}`, async () => {
      const { code, stdout, stderr } = await runThreadProgram('endings', [name]);
      assert.deepEqual([code, stdout, stderr], [0, 'all wait\n', '']);
    });
  }
});

describe(
  'a thread that is no daemon keeps the process alive until it ends',
  { concurrency: 2 },
  () => {
    for (const name of ['readInput', 'readInputLater', 'readInputInCoroutine']) {
      test(`main has ended long before: ${name}`, async () => {
        const { code, stdout, stderr } = await answerThreadProgram('endings', ['waits', name]);
        assert.deepEqual([code, stdout, stderr], [0, 'waiting\nwent on\n', '']);
      });
    }

    test('also one that was started by a thread that has ended', async () => {
      const { code, stdout, stderr } = await answerThreadProgram('endings', [
        'waits-for-grandchild',
      ]);
      assert.deepEqual([code, stdout, stderr], [0, 'waiting\nwent on\n', '']);
    });
  },
);
