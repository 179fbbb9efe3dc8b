/**
 * Looks over values that take the general path, for two things that the engine's serializer does not
 * see: objects that describe themselves, and objects of Node that it would turn into empty ones (Blob, BlockList,
 * CryptoKey …), which only a MessagePort carries.
 */

import { types } from 'node:util';
import { STAYS_HOME } from '../core/stays-home.ts';
import { goesAcross } from './border.ts';
import { type Instead, reach } from './reach.ts';
import { describe, isShareable, staysInProcess } from './share.ts';

/** What was found. */
export interface Survey {
  hasShared: boolean;
  needsPort: boolean;
  /** Something that must not cross, or not in this place. */
  isRefused: boolean;
}

/** Looks at everything that can be reached through arrays, objects, maps and sets. Runs no getters. */
export function survey(values: readonly unknown[]): Survey {
  const found: Survey = { hasShared: false, needsPort: false, isRefused: false };
  reach(values, (object) => lookAt(object, found));
  return found;
}

/** Says whether to look inside, too. */
function lookAt(object: object, found: Survey): boolean | Instead {
  if (types.isProxy(object)) return false;
  if (Array.isArray(object)) return true;
  if (needsPort(object)) {
    found.needsPort = true;
    found.isRefused ||= goesAcross();
    return false;
  }
  if (ArrayBuffer.isView(object)) return false;
  if (isShareable(object)) {
    found.hasShared = true;
    found.isRefused ||= staysInProcess(object);
    return { instead: describe(object).data };
  }
  if (STAYS_HOME in object || holdsSharedInside(object)) {
    found.isRefused = true;
    return false;
  }
  return true;
}

/** Whether only a MessagePort carries an object: shared memory, what shows some, what is Node's own. */
export function needsPort(object: object): boolean {
  if (ArrayBuffer.isView(object)) return types.isSharedArrayBuffer(object.buffer);
  return types.isSharedArrayBuffer(object) || isNodesOwn(object);
}

/** They are replaced in plain objects, arrays, maps and sets; anywhere else they would arrive empty. */
export function holdsSharedInside(object: object): boolean {
  if (Array.isArray(object) || types.isMap(object) || types.isSet(object)) return false;
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return false;
  return Object.keys(object).some((key) =>
    isSharedObject(Object.getOwnPropertyDescriptor(object, key)?.value),
  );
}

function isSharedObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && isShareable(value);
}

const nodesOwn = new WeakMap<object, boolean>();

function isNodesOwn(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null || prototype === Object.prototype) return false;
  let own = nodesOwn.get(prototype);
  if (own === undefined) {
    own = isPrototypeOfNodesOwn(prototype) || isNodesOwn(prototype);
    nodesOwn.set(prototype, own);
  }
  return own;
}

/** Node's cloneable classes have a method under a symbol of this name; WebAssembly's say what they are. */
function isPrototypeOfNodesOwn(prototype: object): boolean {
  const symbols = Object.getOwnPropertySymbols(prototype);
  if (symbols.some((symbol) => symbol.description === 'messaging_clone_symbol')) return true;
  const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  return typeof tag === 'string' && tag.startsWith('WebAssembly.');
}
