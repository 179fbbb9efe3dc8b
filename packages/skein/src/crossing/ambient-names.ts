/**
 * What a function may mention without capturing anything, because every thread can make its own: what
 * CommonJS gives to each module, and the helpers that tools write into a program.
 *
 * | what                                  | written by                       | the other thread's own       |
 * | ------------------------------------- | -------------------------------- | ---------------------------- |
 * | `require`, `__filename`, `__dirname`  | Node, or by hand in ES modules   | those for the same file      |
 * | `__name(fn, 'name')`, however called  | esbuild and tsx (`keepNames`)    | names the function           |
 * | `cov_…()`                             | Istanbul                         | counts nothing               |
 *
 * They are known by what they are, not only by their names: a `require` of the program's own is a
 * capture like any other.
 */

import { dirname } from 'node:path';
import { pathOfModule } from './module-url.ts';

/** A helper of a tool. */
export type Helper = 'name' | 'coverage';

/**
 * What the variable `name` with this value is in the module at `url`: a helper, or what comes with the
 * file; `undefined` if it is anything else.
 */
export function ambientKindOf(
  name: string,
  value: unknown,
  url: string,
): Helper | 'file' | undefined {
  if (typeof value === 'function') {
    if (name === 'require' && Object.hasOwn(value, 'resolve')) return 'file';
    if (/^cov_\w+$/.test(name)) return 'coverage';
    return setsNames(value) ? 'name' : undefined;
  }
  const path = pathOfModule(url);
  if (path === undefined) return undefined;
  if (name === '__filename' && value === path) return 'file';
  return name === '__dirname' && value === dirname(path) ? 'file' : undefined;
}

/** This thread's own helper. */
export function makeHelper(kind: Helper): unknown {
  return kind === 'name' ? setName : () => uncounted;
}

/** esbuild's helper, minified or not: `(target, value) => defineProperty(target, "name", { value, … })` */
function setsNames(fn: Function): boolean {
  const text = Function.prototype.toString.call(fn);
  return /^\(?[\w$]+,\s*[\w$]+\)?\s*=>\s*[\w$.]+\(\s*[\w$]+,\s*["']name["'],\s*\{/.test(text);
}

function setName(target: object, value: string): object {
  return Object.defineProperty(target, 'name', { value, configurable: true });
}

/** `cov_x().b[0][1]++` is a property of a property of it, and 0. */
const uncounted: object = new Proxy(
  {},
  {
    get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : uncounted),
    set: () => true,
  },
);
