/**
 * Functions of Node's own modules: `pool.submit(pbkdf2Sync, …)` works, because every thread has the
 * module. They are found by identity, in modules that start nothing when they are loaded.
 */

import { functionAt } from './exported-function.ts';

const modules = [
  'crypto',
  'zlib',
  'fs',
  'path',
  'util',
  'os',
  'url',
  'buffer',
  'v8',
  'child_process',
  'querystring',
  'timers',
  'perf_hooks',
  'dns',
] as const;

/** The built-in module that exports `fn`, and its name there; `undefined` for all other functions. */
export function findInBuiltins(
  fn: Function,
): { readonly url: string; readonly name: string } | undefined {
  if (fn.name === '') return undefined;
  for (const module of modules) {
    const url = `node:${module}`;
    const exports = process.getBuiltinModule?.(url);
    if (exports !== undefined && functionAt(exports, fn.name) === fn) return { url, name: fn.name };
  }
  return undefined;
}
