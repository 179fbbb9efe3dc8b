/** The engine tells which names a text takes from outside: forms that a search for words would get wrong. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freeNamesOf } from '../../../dist/crossing/free-names.js';

const strict: readonly (readonly [string, readonly string[]])[] = [
  ['(x) => x * 2', []],
  ['(x) => x + salt', ['salt']],
  ['(x) => { const salt = 1; return salt + x }', []],
  ['() => { { let salt } return salt }', ['salt']],
  ['() => { if (1) { var salt = 2 } return salt }', []],
  ['() => { return salt(); function salt() {} }', []],
  ['() => { try {} catch (salt) { return salt } }', []],
  ['() => { for (const salt of []) void salt }', []],
  ['({ salt }) => salt', []],
  ['() => { const { x: salt } = {}; return salt }', []],
  ['() => { const { salt: x } = {}; return x }', []],
  ['() => ({ salt })', ['salt']],
  ['() => ({ salt: 1 }).salt', []],
  ['() => { salt: for (;;) break salt }', []],
  ['() => "salt" /* salt */ + `salt` + /salt/.source', []],
  ['() => `${salt}`', ['salt']],
  ['() => typeof salt', ['salt']],
  ['() => { salt = 1 }', ['salt']],
  ['(a = salt) => a', ['salt']],
  ['(a = () => salt) => { let salt; return a }', ['salt']],
  ['() => () => () => salt', ['salt']],
  ['() => class { m() { return salt } }', ['salt']],
  ['() => class salt { m() { return salt } }', []],
  ['function salt(n) { return n && salt(n - 1) }', []],
  ['async function* salt() { yield* salt() }', []],
  ['async (x) => { await import(salt + x) }', ['salt']],
  ['() => s\\u0061lt + s\\u{61}lt', ['salt']],
  ['() => 盐', ['盐']],
  ['(x) => Math.max(x, undefined)', ['Math', 'undefined']],
  ['() => this', ['this']],
  ['() => [() => this.salt]', ['this']],
  ['function () { return this }', []],
  ['() => function () { return this }', []],
  ['() => class { a = this; m() { return this } }', []],
  ['() => "this" + { this: 1 }.this', []],
  ['() => arguments', ['arguments']],
  ['() => function () { return arguments }', []],
];

const sloppy: readonly (readonly [string, readonly string[]])[] = [
  ['() => package + static', ['package', 'static']],
  ['() => { with ({}) { salt } }', ['salt']],
  ['function (salt) { return 017 + salt }', []],
];

for (const [isStrict, table] of [
  [true, strict],
  [false, sloppy],
] as const) {
  describe(isStrict ? 'strict' : 'not strict', () => {
    for (const [text, expected] of table) {
      test(text, () => {
        const free = freeNamesOf(text, isStrict);
        assert.deepEqual([...(free?.names ?? [])].sort(), [...expected].sort());
        assert.equal(free?.evaluates, false);
      });
    }
  });
}

test('eval may use anything', () => {
  assert.equal(freeNamesOf('(x) => eval(x)', true)?.evaluates, true);
});

test('eval under another name sees globals only', () => {
  assert.equal(freeNamesOf('(x) => (0, eval)(x)', true)?.evaluates, false);
});

test('what is no text by itself is a SyntaxError of the engine', () => {
  for (const text of ['m() {}', 'get x() { return 1 }', '() => super.x', '() => import.meta']) {
    assert.throws(() => freeNamesOf(text, true), SyntaxError);
  }
});
