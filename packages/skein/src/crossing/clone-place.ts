/** Finds what in a message cannot cross, and names it and its place. Runs only after a refusal. */

import { types } from 'node:util';
import { DataCloneError } from '../core/exceptions.ts';
import { STAYS_HOME, type StaysHome } from '../core/stays-home.ts';
import { elsewhere, goesAcross } from './border.ts';
import { describe, isShareable, type Shareable, staysInProcess } from './share.ts';
import { holdsSharedInside, needsPort } from './survey.ts';

/** The culprit: its path inside one of the values, and what it is. */
interface Culprit {
  readonly path: string;
  readonly what: string;
  readonly hint: string;
}

/**
 * Builds the error for values that were refused.
 *
 * @param where - names the place of a value: 'argument 2', 'the result'
 * @param moved - what was to be moved: that it cannot be copied is no reason
 */
export function cloneError(
  values: readonly unknown[],
  where: (index: number) => string,
  cause: unknown,
  moved: readonly object[] = [],
): DataCloneError {
  for (const [index, value] of values.entries()) {
    const culprit = find(value, '', new Set(moved));
    if (culprit === undefined) continue;
    const place =
      culprit.path === '' ? where(index) : `${where(index)}, ${describePath(culprit.path)}`;
    return new DataCloneError(
      `${place}: ${culprit.what} cannot be sent to ${elsewhere()}; ${culprit.hint}`,
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataCloneError(
    `${values.map((_, index) => where(index)).join(', ')}: cannot be sent to ${elsewhere()}: ${reason}`,
    { cause },
  );
}

/** A path as errors say it: of a property, or of an element. */
export function describePath(path: string): string {
  const element = /^\[(\d+)\]$/.exec(path);
  return element === null ? `property '${path.replace(/^\./, '')}'` : `element ${element[1]}`;
}

function find(value: unknown, path: string, seen: Set<object>): Culprit | undefined {
  if (typeof value === 'function') {
    return {
      path,
      what: value.name === '' ? 'a function' : `a function (${value.name})`,
      hint: 'submit an exported function by itself, and send data here',
    };
  }
  if (typeof value === 'symbol') {
    return {
      path,
      what: `a symbol (${String(value)})`,
      hint: 'another thread has symbols of its own; send a string',
    };
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  if (!types.isProxy(value) && STAYS_HOME in value) {
    return { path, ...(value[STAYS_HOME] as StaysHome) };
  }
  if (!types.isProxy(value) && holdsSharedInside(value)) {
    return {
      path,
      what: "what describes itself (an executor, a loop, Symbol.for('skein.share')) inside of this object",
      hint: 'it crosses by itself and in plain objects, arrays, maps and sets',
    };
  }
  seen.add(value);
  if (types.isProxy(value)) return { path, what: 'a Proxy', hint: 'send a plain copy of it' };
  if (goesAcross() && needsPort(value)) return boundToProcess(value, path);
  if (isShareable(value)) {
    return staysInProcess(value)
      ? { path, what: nameOf(value), hint: 'only threads of the same process can share it' }
      : findInDescription(value, path, seen);
  }
  if (isPlain(value)) return findInside(value, path, seen);
  const inside =
    types.isMap(value) || types.isSet(value) ? findInside(value, path, seen) : undefined;
  return inside ?? (isRefused(value) ? refusedObject(value, path) : undefined);
}

/** What an object says of itself is sent in its place, and may hold what cannot be. */
function findInDescription(
  object: Shareable,
  path: string,
  seen: Set<object>,
): Culprit | undefined {
  const inside = find(describe(object).data, '', seen);
  if (inside === undefined) return undefined;
  const place = inside.path.replace(/^\[1\]/, ''); // behind the number of its function
  const where = place === '' ? 'the data' : `${describePath(place)} of the data`;
  return {
    path,
    what: nameOf(object),
    hint: `${where} that it gives for itself (Symbol.for('skein.share')) is ${inside.what}; ${inside.hint}`,
  };
}

/** What threads of one process hand on to each other, and nobody else. */
function boundToProcess(object: object, path: string): Culprit {
  const isView = ArrayBuffer.isView(object);
  if (isView || types.isSharedArrayBuffer(object)) {
    const what = isView ? `${nameOf(object)} over a SharedArrayBuffer` : nameOf(object);
    return { path, what, hint: 'processes have no memory in common; send a copy of the bytes' };
  }
  const hint = 'only threads of the same process can hand it on; send plain data';
  return { path, what: nameOf(object), hint };
}

function nameOf(object: object): string {
  return withArticle((object.constructor as Function | undefined)?.name || 'Object');
}

function findInside(object: object, path: string, seen: Set<object>): Culprit | undefined {
  if (types.isMap(object)) {
    for (const [key, value] of object) {
      const name = typeof key === 'string' ? `'${key}'` : typeof key;
      const culprit =
        find(key, `${path}.keys()`, seen) ?? find(value, `${path}.get(${name})`, seen);
      if (culprit !== undefined) return culprit;
    }
  } else if (types.isSet(object)) {
    for (const value of object) {
      const culprit = find(value, `${path}.values()`, seen);
      if (culprit !== undefined) return culprit;
    }
  } else if (!ArrayBuffer.isView(object)) {
    for (const key of Object.keys(object)) {
      const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
      const culprit = find(value, pathTo(object, path, key), seen);
      if (culprit !== undefined) return culprit;
    }
  }
  return undefined;
}

function pathTo(object: object, path: string, key: string): string {
  if (Array.isArray(object) && /^\d+$/.test(key)) return `${path}[${key}]`;
  return /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** An Error, a Uint8Array. */
export function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Plain containers are fine themselves; of the rest the algorithm is asked. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as unknown;
  return Array.isArray(object) || prototype === Object.prototype || prototype === null;
}

function isRefused(object: object): boolean {
  try {
    structuredClone(object);
    return false;
  } catch {
    return true;
  }
}

function refusedObject(object: object, path: string): Culprit {
  const what = nameOf(object);
  if (types.isPromise(object)) return { path, what, hint: 'await it first and send its value' };
  if (types.isWeakMap(object) || types.isWeakSet(object) || object instanceof WeakRef) {
    return { path, what, hint: 'it belongs to one thread; send its contents' };
  }
  if (types.isGeneratorObject(object)) {
    return {
      path,
      what: 'a generator',
      hint: 'send the function that makes it, or a list of what it gives',
    };
  }
  const inside = findInside(object, '', new Set([object]));
  const reason =
    inside === undefined || inside.path === ''
      ? 'it belongs to the thread that made it'
      : `its ${describePath(inside.path)} is ${inside.what}`;
  return { path, what, hint: `${reason}; send plain data from which it can be made again` };
}
