/** Functions are found behind every form of export, and behind modules that only hand them on. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import { ThreadPoolExecutor } from 'skein';
import compiled from '../fixtures/modules/exports/compiled.cjs';
import Only from '../fixtures/modules/exports/class.cjs';
import * as barrel from '../fixtures/modules/exports/second-barrel.js';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

type Unary = (x: number) => unknown;

const required = createRequire(import.meta.url)('../fixtures/modules/exports/origin.cjs') as {
  exported: Unary;
};

const throughBarrels: readonly (readonly [string, Unary, unknown])[] = [
  ['export *', barrel.square, 9],
  ['export { f as g } from', barrel.renamed, 9],
  ['export * as', barrel.namespace.cube, 27],
  ['a variable that holds an import', barrel.imported, 27],
  ['export { default as f } from, an arrow function without a name', barrel.anonymous, 103],
  ['a default export of a variable', barrel.halve, 1.5],
  ['a getter of compiled CommonJS', barrel.fromCommonJs as Unary, 1003],
];

const statics: readonly (readonly [string, Unary, unknown])[] = [
  ['a static method that uses a private field', barrel.Shape.perimeter, 12],
  ['an arrow function in a static field', barrel.Shape.diagonal, 3 * Math.SQRT2],
  ['an async static method', barrel.Shape.later, 4],
  ['a static generator method', barrel.Shape.steps, 13],
  ['a static method that a class inherits', barrel.Box.perimeter, 12],
  ['a static method of a class that is a default export without a name', barrel.Area.area, 9],
  ['a static method of a class of CommonJS', barrel.Legacy.twice, 6],
  ['module.exports = class', Only.negate, -3],
];

const commonJs: readonly (readonly [string, Unary, unknown])[] = [
  ['exports.default', compiled.default as Unary, 2],
  ['a function of CommonJS behind a getter, by import', compiled.exported as Unary, 1003],
  ['the same by require', required.exported, 1003],
];

for (const [what, table] of Object.entries({ 're-exports': throughBarrels, statics, commonJs })) {
  describe(what, () => {
    for (const [name, fn, expected] of table) {
      test(name, async () => assert.equal(await pool.submit(fn, 3), expected));
    }
  });
}

test('a function of Node that a module hands on', () => {
  assert.equal(pool.submit(barrel.basename, '/a/b').result(), 'b');
});
