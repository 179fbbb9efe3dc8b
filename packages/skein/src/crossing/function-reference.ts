/**
 * Functions cross threads by name.
 *
 * A function cannot be copied: it is code together with the variables around it. But every thread can
 * import the module it was written in and find its own copy there. So what crosses is the module's
 * url, the function's name in it, and a fingerprint of its source text, by which the receiver knows
 * that it found the same one (resolve-function.ts).
 *
 * ```
 *   submit(hash, buffer)
 *      │  which script? (engine)  which url? (script-urls.ts)  which name? (module's variables)
 *      ▼
 *   { url: 'file:///app/hash.js', name: 'hash', fingerprint: 0x5bd1e995 }
 *      │
 *      ▼  import(url), take the export, compare the fingerprint
 *   hash(buffer)
 * ```
 *
 * Invariants
 * 1. This side never looks at the module's namespace: while the module is still evaluating, which it
 *    is whenever a program's main module submits, `import()` of it never settles and `require` throws.
 * 2. A function found by identity among the module's variables has a certain name. It may even be a
 *    closure (`export const hash = logged(sha256)`): the other thread's module makes its own.
 * 3. A function not found there that holds variables of another function is refused here, by name.
 * 4. Any other function goes out under its own name, and the receiver decides.
 *
 * Costs 0.5 to 2 ms the first time for each function, plus once the debugger's list where the module
 * is not on the stack; afterwards a look into a WeakMap, 10 ns.
 */

import { types } from 'node:util';
import { findInBuiltins } from './builtin-function.ts';
import { callerOutsideSkein } from './caller-url.ts';
import { capturesOf } from './captured-variables.ts';
import { commonJsModule, findInCommonJs } from './common-js.ts';
import { exportedNames, pathOf } from './exported-function.ts';
import { fingerprintOf } from './fingerprint.ts';
import { factsOf, moduleScopeOf } from './function-facts.ts';
import type { FunctionFacts } from './function-facts.ts';
import { quoteNames, refusal } from './function-refusal.ts';
import { knownReference, remember } from './live-functions.ts';
import type { FunctionReference } from './live-functions.ts';
import { isImportable } from './module-url.ts';
import { urlOfScript } from './script-urls.ts';

export type { FunctionReference };

/**
 * The name under which other threads find `fn`.
 *
 * Thread  any
 *
 * @throws {TypeError} when `fn` is not a function
 * @throws {FunctionReferenceError} when no other thread could find it: a closure, a native or bound
 *   function, a Proxy, a function made from text or in no module
 */
export function referenceOf(fn: Function): FunctionReference {
  if (typeof fn !== 'function') {
    throw new TypeError(
      `a function was expected, got ${fn === null ? 'null' : typeof fn}; pass the function itself, not its result or its name`,
    );
  }
  return knownReference(fn) ?? makeReference(fn);
}

function makeReference(fn: Function): FunctionReference {
  if (types.isProxy(fn))
    throw refusal(fn, '', 'it is a Proxy, which belongs to the thread that made it');
  const { url, name, isGuess } = findByEngine(fn);
  const reference = { url, name, fingerprint: fingerprintOf(fn) };
  remember(reference, fn);
  if (isGuess) guessed.add(fn);
  return reference;
}

/** Functions of invariant 4. */
const guessed = new WeakSet<Function>();

/**
 * The same, only for those that are surely found: `undefined` where `referenceOf` throws, or where
 * the receiver would have to decide.
 */
export function certainReferenceOf(fn: Function): FunctionReference | undefined {
  try {
    const reference = referenceOf(fn);
    return guessed.has(fn) ? undefined : reference;
  } catch {
    return undefined;
  }
}

/** Where a function was found. A guess is its own name. */
interface FoundName {
  readonly url: string;
  readonly name: string;
  readonly isGuess?: boolean;
}

function findByEngine(fn: Function): FoundName {
  const facts = factsOf(fn);
  if (facts === null) throw refuseNative(fn);
  if (facts === undefined) return findWithoutEngine(fn);
  const scope = moduleScopeOf(facts);
  const bound = scope === undefined ? undefined : pathOf(scope, fn);
  if (bound === undefined) {
    const exported = findInCommonJs(fn) ?? (scope === undefined ? findInBuiltins(fn) : undefined);
    if (exported !== undefined) return exported;
  }
  const url = urlOfScript(facts.scriptId) ?? '';
  const place = `${url}:${facts.line + 1}:${facts.column + 1}`;
  if (url === '')
    throw refusal(fn, '', 'it was made from text (`new Function`, `eval`), so no module holds it');
  if (!isImportable(url))
    throw refusal(
      fn,
      place,
      `it was written in ${url}, which no other thread can import; put it into a file`,
    );
  if (bound !== undefined) return { url, name: bound };
  refuseUnreachable(fn, facts, url, place);
  return { url, name: fn.name, isGuess: true };
}

/** Refuses what the receiver could not find in any case, while the place and the captures are known. */
function refuseUnreachable(fn: Function, facts: FunctionFacts, url: string, place: string): void {
  const captures = capturesOf(fn, facts);
  if (captures.names.length > 0) {
    throw refusal(
      fn,
      place,
      `it captures ${quoteNames(captures.names)}, which only this thread has`,
    );
  }
  if (captures.isNested)
    throw refusal(
      fn,
      place,
      'it was made inside another function, where no other thread can reach it',
    );
  if (fn.name === '') throw refusal(fn, place, `no variable of ${url} holds it`);
  const commonJs = commonJsModule(url);
  if (commonJs?.loaded) {
    throw refusal(
      fn,
      place,
      `it is not exported from ${url}; it exports ${exportedNames(commonJs.exports)}`,
    );
  }
}

function refuseNative(fn: Function): Error {
  return fn.name.startsWith('bound ')
    ? refusal(fn, '', 'it is a bound function, and what it is bound to belongs to this thread')
    : refusal(
        fn,
        '',
        'it is a native function without a module; call it inside a function of your own',
      );
}

/** Where Node's permission model keeps the inspector closed: CommonJS tells, else the module that asks is taken for the function's own. */
function findWithoutEngine(fn: Function): FoundName {
  if (/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn)))
    throw refuseNative(fn);
  const exported = findInCommonJs(fn);
  if (exported !== undefined) return exported;
  const url = callerOutsideSkein();
  if (fn.name !== '' && url !== undefined && isImportable(url))
    return { url, name: fn.name, isGuess: true };
  throw refusal(
    fn,
    '',
    'its module cannot be found out, because this process may not use its inspector (permission model); register it with `task()`',
  );
}
