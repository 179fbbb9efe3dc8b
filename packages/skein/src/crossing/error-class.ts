/**
 * The classes of errors: how a class is named for another thread, and how that thread finds its own.
 *
 * | class                    | named by                      | found                                    |
 * | ------------------------ | ----------------------------- | ---------------------------------------- |
 * | JavaScript's, Node's DOM | name                          | on `globalThis`                          |
 * | Skein's                  | name                          | in core/exceptions.ts, `ExceptionGroup`  |
 * | the user's               | reference, as for functions   | without waiting, in what is loaded here  |
 *
 * An error names its whole line of classes, the nearest first, because the receiver may know only a
 * base of it. A thread that receives an error has nearly always loaded the class: it sent the
 * function that threw it, so it has loaded that function's module and all that this imports.
 */

import { ExceptionGroup } from '../core/exception-group.ts';
import * as exceptions from '../core/exceptions.ts';
import { certainReferenceOf } from './function-reference.ts';
import { knowledge } from './live-functions.ts';
import type { FunctionReference } from './live-functions.ts';
import { findLoaded } from './resolve-function.ts';

/** A class of errors, without arguments that Skein would know. */
export type ErrorClass = new (...args: never[]) => object;

/** The name of a class for other threads. Plain data. */
export type ErrorClassName =
  { readonly builtin: string } | { readonly skein: string } | { readonly user: FunctionReference };

const skeins: Readonly<Record<string, unknown>> = { ...exceptions, ExceptionGroup };
const names = new WeakMap<Function, ErrorClassName | null>();
/** Searches that failed: repeated when this thread knows more functions, but not for ever. */
const notFound = new Map<string, { readonly times: number; readonly knowledge: number }>();
const MAX_SEARCHES = 3;

/** The classes of `error`, the nearest first; the last is a builtin. Those that nobody else could find are left out. */
export function classNamesOf(error: object): ErrorClassName[] {
  const line: ErrorClassName[] = [];
  let prototype = Object.getPrototypeOf(error) as object | null;
  for (
    ;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name = typeof constructor === 'function' ? nameOf(constructor) : null;
    if (name === null) continue;
    line.push(name);
    if ('builtin' in name) break;
  }
  return line;
}

/** The nearest of these classes that this thread has, `Error` if it has none. */
export function findErrorClass(line: readonly ErrorClassName[]): ErrorClass {
  for (const name of line) {
    const found = findClass(name);
    if (found !== undefined && (found === Error || found.prototype instanceof Error)) return found;
  }
  return Error;
}

/** The builtin at the end of the line: what makes the object. */
export function builtinOf(line: readonly ErrorClassName[]): ErrorClass {
  const last = line.at(-1);
  return last !== undefined && 'builtin' in last ? (findClass(last) ?? Error) : Error;
}

function nameOf(constructor: Function): ErrorClassName | null {
  let name = names.get(constructor);
  if (name === undefined) {
    name = makeName(constructor);
    names.set(constructor, name);
  }
  return name;
}

function makeName(constructor: Function): ErrorClassName | null {
  const { name } = constructor;
  if ((globalThis as Record<string, unknown>)[name] === constructor) return { builtin: name };
  if (skeins[name] === constructor) return { skein: name };
  if (name === 'NodeError' || name === 'SystemError') return null; // Node's own, which nobody can import
  const user = certainReferenceOf(constructor);
  return user === undefined ? null : { user };
}

function findClass(name: ErrorClassName): ErrorClass | undefined {
  if ('builtin' in name) return asClass((globalThis as Record<string, unknown>)[name.builtin]);
  if ('skein' in name) return asClass(skeins[name.skein]);
  const key = `${name.user.name} ${name.user.url}`;
  const failed = notFound.get(key);
  if (failed !== undefined && (failed.times === MAX_SEARCHES || failed.knowledge === knowledge())) {
    return undefined;
  }
  const found = asClass(findLoaded(name.user));
  if (found === undefined) {
    notFound.set(key, { times: (failed?.times ?? 0) + 1, knowledge: knowledge() });
  }
  return found;
}

function asClass(value: unknown): ErrorClass | undefined {
  return typeof value === 'function' ? (value as ErrorClass) : undefined;
}
