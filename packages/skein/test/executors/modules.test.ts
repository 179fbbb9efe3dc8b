/** The kinds of modules that functions come from, and of programs that use them. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ThreadPoolExecutor } from 'skein';
import commonJs from '../fixtures/modules/common.cjs';
import single from '../fixtures/modules/single.cjs';
import * as plain from '../fixtures/modules/plain.js';
import * as standard from '../fixtures/modules/standard.mjs';
import { runFile } from '../fixtures/run-program.ts';
import { mainStyles } from '../fixtures/styles.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

type Unary = (x: number) => unknown;

const functions: readonly (readonly [string, Unary, unknown])[] = [
  ['a function of a .js module', plain.double, 4],
  ['a default export', plain.default, 6],
  ['a function that is exported under another name', plain.renamed, 5],
  ['an arrow function in a const', plain.arrow, -2],
  ['a static method of an exported class', plain.Calculator.negate, -2],
  ['a method of an exported object', plain.tools.half, 1],
  ['a function that uses what its module keeps to itself', plain.withPrivate, 102],
  ['an async function of a .mjs module', standard.doubleLater, 4],
  ['a function of a module with a top-level await', standard.afterAwait, 'ready 2'],
  ['a generator function of a .mjs module', standard.doubleInCoroutine, 4],
  ['a function of a .cjs module', commonJs.double, 4],
  ['an async function of a .cjs module', commonJs.doubleLater, 4],
  ['module.exports = a function', single, 20],
];

describe('functions are found in modules of every kind', () => {
  for (const style of mainStyles) {
    for (const [name, fn, expected] of functions) {
      test(`${style.name}: ${name}`, async () => {
        assert.equal(await style.call(pool, fn, 2), expected);
      });
    }
  }

  test('one that was required', () => {
    const required = createRequire(import.meta.url)('../fixtures/modules/required.cjs') as {
      triple: Unary;
    };
    assert.equal(pool.submit(required.triple, 2).result(), 6);
  });

  test('a function of Node itself', async () => {
    const { basename } = await import('node:path');
    assert.equal(pool.submit(basename, '/a/b.txt', '.txt').result(), 'b');
  });
});

describe('a program in', () => {
  const expected = 'result() 2\nawait 3\ncoroutine 4\nThread 5\n';
  const source = (name: string): string =>
    fileURLToPath(new URL(`../../test/fixtures/modules/${name}`, import.meta.url));
  const stripsTypes =
    (process.features as { typescript?: unknown }).typescript !== undefined &&
    (process.features as { typescript?: unknown }).typescript !== false;

  for (const name of ['program.js', 'program.mjs', 'program.cjs']) {
    test(`${name.slice(name.indexOf('.'))} defines functions and submits them`, async () => {
      const { stdout, stderr } = await runFile(source(name));
      assert.equal(stdout, expected, stderr);
    });
  }

  test(
    '.ts, loaded by Node itself',
    { skip: !stripsTypes && 'this Node strips no types' },
    async () => {
      const { stdout, stderr } = await runFile(source('program.ts'));
      assert.equal(stdout, expected, stderr);
    },
  );

  test('.ts, under tsx', async () => {
    const { stdout, stderr } = await runFile(source('program.ts'), [], {
      node: ['--import', 'tsx'],
    });
    assert.equal(stdout, expected, stderr);
  });
});
