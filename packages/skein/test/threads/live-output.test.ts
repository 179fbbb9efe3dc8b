/**
 * What threads print while the main thread blocks. The programs print and then wait for an answer:
 * what comes late comes never.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  answerThreadProgram,
  printedIntoFullPipe,
  runThreadProgram,
} from '../fixtures/threads/run.ts';

describe('what a thread prints appears at once while the main thread', { concurrency: 2 }, () => {
  for (const how of ['blocks-in-join', 'blocks-in-result', 'blocks-in-loop', 'blocks-in-sleep']) {
    test(how.replaceAll('-', ' '), async () => {
      const { stdout, code, stderr } = await answerThreadProgram('printing', [how]);
      assert.deepEqual([stdout, code, stderr], ['waiting\nwent on\n', 0, '']);
    });
  }
});

test('lines of four threads stay whole when a full pipe takes what they print in pieces', async () => {
  const lines = (await printedIntoFullPipe('printing', 'prints-blocks')).trimEnd().split('\n');
  const whole = new Set(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(1000)));
  assert.deepEqual(
    lines.filter((line) => !whole.has(line)),
    [],
  );
  assert.equal(lines.length, 1200);
});

test('what a thread prints right before its end appears before join() returns', async () => {
  const { lines, stderr } = await runThreadProgram('printing', ['ends-in-many-ways']);
  assert.deepEqual(
    lines,
    ['exit', 'throw', 'system exit'].flatMap((how) => [
      `${how}: to stdout`,
      `${how}: unfinished\u2026main after ${how}`,
    ]),
  );
  const errors = stderr.split('\n').filter((line) => !/^ +at /.test(line) && line !== '');
  assert.deepEqual(errors, [
    'exit: to stderr',
    'throw: to stderr',
    'Exception in thread throw:',
    'RangeError: thrown',
    'system exit: to stderr',
  ]);
});
