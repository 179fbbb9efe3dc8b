/** Modules that go wrong when a worker imports them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from '../fixtures/run-program.ts';

describe('a module that throws on import', () => {
  for (const way of ['result', 'await', 'coroutine']) {
    test(`${way}: the task fails with the module, the error and its cause; the pool works on`, async () => {
      const { lines, stderr, code } = await runProgram('imports.js', ['throws', way]);
      assert.match(
        lines[0] ?? stderr,
        /^FunctionReferenceError: importing file:.*throws-on-import\.js failed: RangeError: no database$/,
      );
      assert.deepEqual(lines.slice(1), ['cause: RangeError: no database', '2']);
      assert.equal(code, 0);
    });
  }

  test('as target of a thread: the thread ends with that error, the program goes on', async () => {
    const { stdout, stderr, code } = await runProgram('imports.js', ['throws', 'thread']);
    assert.match(
      stderr,
      /Exception in thread spinner:[^]*importing .* failed: RangeError: no database/,
    );
    assert.deepEqual([stdout, code], ['joined true\n', 0]);
  });
});

describe('a module that ends its thread on import', () => {
  test('fails the task', async () => {
    const { lines, code } = await runProgram('imports.js', ['exits', 'result']);
    assert.match(lines[0] ?? '', /^BrokenThreadPool: .*process\.exit\(5\)/);
    assert.deepEqual([lines.at(-1), code], ['2', 0]);
  });
});

describe('a module that starts its program when a worker imports it', () => {
  for (const what of ['submit', 'thread', 'pool', 'run-in-executor', 'after-await']) {
    test(`${what}: is told of the guard, and nothing multiplies`, async () => {
      const { stdout, stderr } = await runProgram(`unguarded-${what}.js`);
      assert.match(`${stdout}${stderr}`, /is being imported by another thread/);
      assert.match(`${stdout}${stderr}`, /if \(isMainThread\) \{/);
      assert.match(`${stdout}${stderr}`, /ERR_MAIN_GUARD/);
    });
  }

  test('one that only makes a pool does no harm', async () => {
    const { stdout, code } = await runProgram('pool-at-top-level.js');
    assert.deepEqual([stdout, code], ['2\n', 0]);
  });
});

describe('functions and error classes of the main module', () => {
  test('are found while that is still being evaluated', async () => {
    const { stdout, stderr, code } = await runProgram('main-module.js');
    assert.equal(
      stdout,
      'value 42\nown class true code ERR_OWN explained: own!\nnot exported class: Hidden true\nawait true\n',
      stderr,
    );
    assert.equal(code, 0);
  });
});
