/**
 * The receiving side of inline functions: from a function's text to a function of this thread.
 *
 * It is compiled as if it stood in its own module, at its place: so stacks and debuggers name the line
 * that was written, and `import()` and `require` start from there. Node's loader of CommonJS modules
 * does that, given a text of the same shape:
 *
 * ```
 *   module.exports = function (helpers) { return (
 *   ⏎ ⏎ ⏎ as far down, and as far in, as the text stands  (x) => x * 2
 *   ); };
 * ```
 *
 * `vm.compileFunction` would be the documented way. But there `import()` works only with
 * `USE_MAIN_CONTEXT_DEFAULT_LOADER`, which prints a warning into every program that uses it.
 */

import { createRequire, Module } from 'node:module';
import { resolve } from 'node:path';
import type { FunctionReference } from './live-functions.ts';
import { type Helper, makeHelper } from './ambient-names.ts';
import { pathOfModule } from './module-url.ts';

/** An inline function as plain data. */
export interface InlineSource {
  readonly text: string;
  readonly isStrict: boolean;
  /** Of the text's beginning in its module, from 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  /** Helpers of tools that it uses, by the names that it uses. */
  readonly helpers: Readonly<Record<string, Helper>>;
}

/** Bundles have lines of a megabyte; a place in those helps nobody, and would cost as much memory. */
const MOST_SPACES = 1000;

/** Makes this thread's own function. Does not wait. */
export function compileInline(
  { url, name }: FunctionReference,
  { text, isStrict, line, column, helpers }: InlineSource,
): Function {
  const names = Object.keys(helpers);
  const strict = isStrict ? "'use strict'; " : '';
  const before = `${strict}module.exports = function (${names.join(', ')}) { return (`;
  const spaces = Math.min(MOST_SPACES, line === 0 ? column - before.length : column);
  const place = '\n'.repeat(line) + ' '.repeat(Math.max(0, spaces));
  const make = evaluate(`${before}${place}${text}\n); };`, fileOf(url));
  const fn = make(...names.map((each) => makeHelper(helpers[each] as Helper))) as Function;
  if (fn.name !== name) Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
}

/** A module as Node's loader for CommonJS makes it. */
interface LoadedModule {
  exports: unknown;
  filename: string;
  paths: readonly string[];
  _compile(content: string, filename: string): unknown;
}

function evaluate(content: string, file: string): (...helpers: unknown[]) => unknown {
  const module = new Module(file) as unknown as LoadedModule;
  module.filename = file;
  module.paths = createRequire(file).resolve.paths('x') ?? [];
  module._compile(content, file);
  return module.exports as (...helpers: unknown[]) => unknown;
}

/** A function given on the command line stands in no file: it imports from where the program runs. */
function fileOf(url: string): string {
  return pathOfModule(url.replace(/[?#].*$/, '')) ?? resolve('[inline]');
}
