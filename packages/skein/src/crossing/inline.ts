/**
 * Functions that are written where they are used cross by their text.
 *
 * Every other function crosses by its name in a module (function-reference.ts), because its text is
 * only half of it: the variables around it are the other half. A function that uses none of those is
 * all in its text, and this file makes sure of it: of each name that the text takes from outside
 * (free-names.ts), it looks whether a scope between the function and the globals holds it. If one
 * does, the function is refused; else the name is a global, and every thread has its own.
 *
 * The text is asked about once. The scopes belong to the function, and a loop makes a new one each
 * time round; so they are asked about each time, 0.2 ms, except where the text takes nothing from
 * outside. Functions of the same text and place share one reference, and so one place in the function
 * table.
 */

import { types } from 'node:util';
import { fingerprintOf } from './fingerprint.ts';
import { type FreeNames, freeNamesOf } from './free-names.ts';
import { factsOf, type FunctionFacts, type Scope } from './function-facts.ts';
import {
  refuse,
  refuseCaptures,
  refuseOtherThanFunctions,
  whyNoExpression,
  withoutInspector,
} from './inline-refusal.ts';
import { type FunctionReference, knownReference, nameWeakly } from './live-functions.ts';
import { ambientKindOf, type Helper } from './ambient-names.ts';
import { urlOfScript } from './script-urls.ts';

/**
 * Lets a self-contained function cross by its text, and returns it: it may be written in place,
 * within another function, and needs no export.
 *
 * ```ts
 * await pool.submit(inline((x: number) => x * 2), 21);
 * ```
 *
 * It may use its parameters, what it declares itself, globals, and what it imports itself
 * (`await import('node:crypto')`). It must not use a variable of a module or function around it, an
 * import of its module included: pass those as arguments. In CommonJS `require` is its module's.
 *
 * Thread  any
 *
 * @param fn - an arrow function or `function`, `async` and generators included. One that was sent
 *   before, or registered by `task`, keeps the name that it has
 * @throws {TypeError} when `fn` is not a function
 * @throws {FunctionReferenceError} when it captures variables, which are named, or the `this` or
 *   `arguments` of a function around it; when it is a method, a class, a bound or native function or a
 *   Proxy; when it calls `eval`, or uses `super` or `import.meta`; when the process may not use its
 *   inspector (Node's permission model), without which captures cannot be seen
 */
export function inline<F extends (...args: never[]) => unknown>(fn: F): F {
  if (typeof fn !== 'function') {
    throw new TypeError(
      `inline(fn): a function was expected, got ${fn === null ? 'null' : typeof fn}; pass the function itself, not its result or its text`,
    );
  }
  if (knownReference(fn) === undefined) nameWeakly(inlineReferenceOf(fn), fn);
  return fn;
}

/** What is known of a text. */
interface KnownText extends FreeNames {
  readonly isStrict: boolean;
  /** References by place; by nothing, where the place makes no difference. */
  readonly references: Map<string, FunctionReference>;
}

const knownTexts = new Map<string, KnownText>();

function inlineReferenceOf(fn: Function): FunctionReference {
  const text = Function.prototype.toString.call(fn);
  const known = knownTexts.get(text);
  const anywhere = known?.references.get(`${fn.name} `);
  if (anywhere !== undefined && !types.isProxy(fn)) return anywhere;
  refuseOtherThanFunctions(fn, text);
  const facts = factsOf(fn);
  if (facts === undefined || facts === null) throw withoutInspector(fn);
  const place = placeOf(facts);
  const read = known ?? readText(fn, text, facts, place);
  if (read.evaluates) {
    throw refuse(fn, place, 'it calls `eval`, which may use any variable around it');
  }
  const url = urlOfScript(facts.scriptId) ?? '';
  const helpers = helpersIn(fn, facts.scopes, read.names, url, place);
  const key = isTheSameAnywhere(read, text) ? '' : place;
  let reference = read.references.get(`${fn.name} ${key}`);
  if (reference === undefined) {
    const { isStrict } = read;
    const line = facts.line - read.line;
    const column = read.line === 0 ? facts.column - read.column : 0;
    const inlined = { text, isStrict, line, column, helpers };
    reference = { url, name: fn.name, fingerprint: fingerprintOf(fn), inline: inlined };
    read.references.set(`${fn.name} ${key}`, reference);
  }
  return reference;
}

/** What takes nothing from outside, and imports nothing, is the same function in every place. */
function isTheSameAnywhere({ names }: FreeNames, text: string): boolean {
  return names.size === 0 && !text.includes('import');
}

function readText(fn: Function, text: string, facts: FunctionFacts, place: string): KnownText {
  const isInModule = facts.scopes.some((scope) => scope.kind === 'Module');
  const attempts = isInModule ? [true] : isSurelySloppy(fn) ? [false] : [true, false];
  let refusal: unknown;
  for (const isStrict of attempts) {
    try {
      const free = freeNamesOf(text, isStrict);
      if (free === undefined) throw withoutInspector(fn);
      const known = { ...free, isStrict, references: new Map<string, FunctionReference>() };
      knownTexts.set(text, known);
      return known;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      refusal ??= error;
    }
  }
  throw refuse(fn, place, whyNoExpression(text, refusal as SyntaxError));
}

/** The engine lets nobody ask others for their arguments. It tells of plain functions; the others stay in doubt. */
function isSurelySloppy(fn: Function): boolean {
  try {
    return (fn as { arguments: unknown }).arguments === null;
  } catch {
    return false;
  }
}

/** The helpers of tools among what the function takes from outside. What no other thread has is refused. */
function helpersIn(
  fn: Function,
  scopes: readonly Scope[],
  names: ReadonlySet<string>,
  url: string,
  place: string,
): Record<string, Helper> {
  const helpers: Record<string, Helper> = {};
  const captured: string[] = [];
  for (const name of names) {
    const scope = scopes.find(({ variables }) => Object.hasOwn(variables, name));
    if (name === 'this' || name === 'arguments') captured.push(name);
    else if (scope !== undefined) {
      const kind = ambientKindOf(name, valueIn(scope, name), url);
      if (kind === undefined) captured.push(name);
      else if (kind !== 'file') helpers[name] = kind;
    }
  }
  if (captured.length > 0) {
    throw refuseCaptures(fn, place, captured);
  }
  return helpers;
}

function valueIn({ variables }: Scope, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return undefined; // declared, but without a value yet
  }
}

function placeOf(facts: FunctionFacts): string {
  return `${urlOfScript(facts.scriptId) ?? ''}:${facts.line + 1}:${facts.column + 1}`;
}
