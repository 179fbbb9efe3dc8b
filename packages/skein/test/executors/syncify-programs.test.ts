/** Programs of every kind that call syncified functions: how they begin, what they print, how they end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Ended, type ProgramOptions, runFile, runProgram } from '../fixtures/run-program.ts';
import { answerProgram } from '../fixtures/threads/run.ts';

const run = (name: string, options?: ProgramOptions): Promise<Ended> =>
  runProgram('syncified.js', [name], options);

describe('a program that calls', { concurrency: 2 }, () => {
  test('a function of its main module while that is evaluated', async () => {
    const { stdout, stderr, code } = await run('while its main module is evaluated');
    assert.deepEqual([stdout, stderr, code], ['42\n', '', 0]);
  });

  test('ends by itself', async () => {
    const { stdout, stderr, code } = await run('and ends');
    assert.deepEqual([stdout, stderr, code], ['3\n', '', 0]);
  });

  test('sees at once what the function prints', async () => {
    const program = fileURLToPath(new URL('../fixtures/programs/syncified.js', import.meta.url));
    const { stdout, stderr, code } = await answerProgram(program, [
      'prints while it is waited for',
    ]);
    assert.deepEqual([stdout, stderr, code], ['waiting\nwent on\n', '', 0]);
  });

  test('hears when there is no memory left, and goes on', async () => {
    const node = ['--max-old-space-size=48'];
    const { lines, stderr, code } = await run('runs out of memory', { node });
    assert.match(lines[0] ?? stderr, /^BrokenThreadPool: .*'runOutOfMemory'.* ran out of memory/);
    assert.deepEqual([lines.slice(1), code], [['2'], 0]);
  });

  test('may exit, or end, after a call that took too long', async () => {
    for (const name of ['hangs when the process exits', 'takes too long, and nobody asks later']) {
      const { stdout, stderr, code } = await run(name);
      assert.deepEqual([stdout, stderr, code], ['TimeoutError\n', '', 0]);
    }
  });

  test('from Workers that it has made itself', async () => {
    const { lines, stderr, code } = await run('from Workers of its own');
    assert.deepEqual([lines.toSorted(), stderr, code], [['2', '4'], '', 0]);
  });

  test('in a running loop: debug mode tells each place once, and nothing of a pool', async () => {
    const { stdout, stderr } = await run('in a running loop', { env: { SKEINDEBUG: '1' } });
    assert.equal(stdout, '0\n2\n');
    const told = stderr.split('\n').filter((line) => /blocks the running|unclosed/.test(line));
    assert.equal(told.length, 1, stderr);
    assert.match(
      told[0] ?? '',
      /^a call of 'double', made synchronous by syncify\(\), blocks the running event loop .*; await it/,
    );
    assert.equal((await run('in a running loop')).stderr, '');
  });

  test('without a guard is told of it, and nothing multiplies', async () => {
    const { stdout, stderr } = await runProgram('unguarded-syncified.js');
    assert.match(
      stdout,
      /^RuntimeError: cannot call 'addOne', which syncify\(\) made synchronous,/,
    );
    assert.match(stdout, /if \(isMainThread\)/);
    assert.equal(stdout.match(/^\w*Error:/gm)?.length, 1, stdout);
    assert.equal(stderr, '');
  });
});

describe('a rule that a linter requires', () => {
  const host = (file: string): string =>
    fileURLToPath(new URL(`../fixtures/syncify/host/${file}`, import.meta.url));

  for (const [rule, what] of [
    ['rule.cjs', 'over a formatter in CommonJS'],
    ['rule-of-module.cjs', 'over a formatter that is a standard module'],
    ['rule-of-itself.cjs', 'with the function in its own module'],
  ] as const) {
    test(what, async () => {
      const { stdout, stderr, code } = await runFile(host('linter.cjs'), [`./${rule}`]);
      assert.deepEqual([stdout, code], [`./${rule}: write a = 1\n`, 0], stderr);
    });
  }
});
