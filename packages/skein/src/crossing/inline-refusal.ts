/** The sentences with which `inline` refuses a function: what it is or does, and what to write instead. */

import { types } from 'node:util';
import { FunctionReferenceError } from '../core/exceptions.ts';
import { quoteNames } from './function-refusal.ts';

/** What a function of the form that is asked for looks like. */
const ADVICE =
  'An inline function crosses to other threads as its text alone. Give it what it needs as arguments, and let it import what it uses:';

/** Builds the error for a function that captures these variables. */
export function refuseCaptures(
  fn: Function,
  place: string,
  captured: readonly string[],
): FunctionReferenceError {
  const what = `it captures ${quoteNames(captured)} from around it`;
  return refuse(
    fn,
    place,
    what,
    captured.filter((name) => !/^(?:this|arguments)$/.test(name)),
  );
}

/** Builds the error for any other. `what` continues a sentence: "it is …". */
export function refuse(
  fn: Function,
  place: string,
  what: string,
  needed: readonly string[] = [],
): FunctionReferenceError {
  const args = needed.length > 0 ? needed.slice(0, 6).join(', ') : 'x';
  const named = fn.name === '' ? 'a function without a name' : `function '${fn.name}'`;
  return new FunctionReferenceError(
    [
      `${named}${place === '' ? '' : ` (${place})`} cannot be inlined: ${what}.`,
      ADVICE,
      `    pool.submit(inline(async (${args}) => { const fs = await import('node:fs'); … }), ${args});`,
      'or export it from a module, and pass it without inline().',
    ].join('\n'),
  );
}

/** Where nobody can look whether it captures something. */
export function withoutInspector(fn: Function): FunctionReferenceError {
  return refuse(
    fn,
    '',
    'what it captures cannot be seen, because this process may not use its inspector (permission model); register it at the top level of its module with `task()`',
  );
}

/** @throws {FunctionReferenceError} for what has no text of its own, or is more than a function */
export function refuseOtherThanFunctions(fn: Function, text: string): void {
  if (types.isProxy(fn)) {
    throw refuse(fn, '', 'it is a Proxy, which belongs to the thread that made it');
  }
  if (fn.name.startsWith('bound ') && isNative(text)) {
    throw refuse(fn, '', 'it is a bound function, and what it is bound to belongs to this thread');
  }
  if (isNative(text)) throw refuse(fn, '', 'it is a native function, and has no text');
  if (/^class\b/.test(text)) throw refuse(fn, '', 'it is a class');
}

function isNative(text: string): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(text);
}

/** Says what a text is that the engine did not take for an expression. */
export function whyNoExpression(text: string, error: SyntaxError): string {
  const isExpression = /^(?:async\s+)?(?:function\b|\(|[\w$]+\s*=>)/.test(text);
  return isExpression || /^async\s*\(.*=>/s.test(text)
    ? `its text does not stand by itself (${error.message})`
    : 'it is a method or an accessor, which belongs to an object';
}
