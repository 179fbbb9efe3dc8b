/**
 * Copies the plain objects, arrays, maps and sets of a message, so that single values in them can be replaced:
 * shared objects by markers, and objects with getters by what was read from them already.
 * Identity is kept: what was one object is one object in the copy.
 */

import { types } from 'node:util';
import { DataCloneError } from '../core/exceptions.ts';
import type { Described } from './share.ts';
import { describe, isShareable, registerShared } from './share.ts';

/** What was read from an object before. */
export interface ReadProperties {
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
}

/** Values with markers, and what each marker stands for, in the same order. Itself clonable. */
export interface MarkedValues {
  readonly values: readonly unknown[];
  readonly markers: readonly object[];
  readonly descriptions: readonly Described[];
}

/**
 * Copies `values`, with a marker in the place of every shared object, and of every Buffer: the engine
 * would make a Uint8Array of it, and send the pool that it was cut from.
 *
 * @param moved - what is moved along with them
 */
export function copyMarked(
  values: readonly unknown[],
  read: ReadonlyMap<object, ReadProperties>,
  moved: readonly object[] = [],
): MarkedValues {
  const copies = new Map<object, object>();
  const open = new Set<object>();
  const markers: object[] = [];
  const descriptions: Described[] = [];
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) {
      if (open.has(value)) throw insideItself(value);
      return known;
    }
    if (types.isProxy(value)) return value; // refused as it is
    const description = isShareable(value) ? describe(value) : bufferOf(value, moved);
    if (description !== undefined) {
      const marker = {};
      copies.set(value, marker);
      // What its data hold is described before it, and is there when it is made.
      open.add(value);
      const data = copy(description.data);
      open.delete(value);
      markers.push(marker);
      descriptions.push({ kind: description.kind, data });
      return marker;
    }
    if (types.isMap(value)) {
      const map = new Map<unknown, unknown>();
      copies.set(value, map);
      for (const [key, each] of value) map.set(copy(key), copy(each));
      return map;
    }
    if (types.isSet(value)) {
      const set = new Set<unknown>();
      copies.set(value, set);
      for (const each of value) set.add(copy(each));
      return set;
    }
    if (!isPlain(value)) return value;
    const made: object = Array.isArray(value) ? new Array(value.length) : {};
    copies.set(value, made);
    const before = read.get(value);
    const keys = before?.keys ?? Object.keys(value);
    keys.forEach((key, i) => {
      const property =
        before === undefined ? (value as Record<string, unknown>)[key] : before.values[i];
      define(made, key, copy(property));
    });
    return made;
  };
  return { values: values.map(copy), markers, descriptions };
}

function insideItself(object: object): DataCloneError {
  const name = (object.constructor as Function | undefined)?.name || 'an object';
  return new DataCloneError(
    `${name}[Symbol.for('skein.share')]() gives data in which the object itself stands, so it would have ` +
      'to be there before it is made. Give data without it.',
  );
}

const BUFFER = 'skein.buffer';

/** A Buffer is described by its own bytes, or, when its memory moves, by its place in that. */
function bufferOf(value: object, moved: readonly object[]): Described | undefined {
  if (Object.getPrototypeOf(value) !== Buffer.prototype || !types.isUint8Array(value))
    return undefined;
  const { buffer, byteOffset, length } = value;
  const isCopied = !moved.includes(buffer) && types.isArrayBuffer(buffer);
  const data = isCopied ? Uint8Array.from(value) : new Uint8Array(buffer, byteOffset, length);
  return { kind: BUFFER, data };
}

registerShared(BUFFER, ({ buffer, byteOffset, length }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, length),
);

/** Puts this thread's objects in the place of the markers. Changes `values`, which nobody else has yet. */
export function replaceMarkers(values: unknown[], objects: ReadonlyMap<object, unknown>): void {
  const seen = new Set<object>();
  const put = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (objects.has(value)) return objects.get(value);
    if (seen.has(value)) return value;
    seen.add(value);
    if (types.isMap(value)) replaceInMap(value, put);
    else if (types.isSet(value)) replaceInSet(value, put);
    else if (isPlain(value)) replaceIn(value, put);
    return value;
  };
  put(values);
}

type Put = (value: unknown) => unknown;

function replaceIn(container: object, put: Put): void {
  for (const key of Object.keys(container)) {
    const value = (container as Record<string, unknown>)[key];
    const replaced = put(value);
    if (replaced !== value) define(container, key, replaced);
  }
}

function replaceInMap(map: Map<unknown, unknown>, put: Put): void {
  const entries = [...map].map(([key, value]) => [put(key), put(value), key, value] as const);
  if (entries.every(([newKey, newValue, key, value]) => newKey === key && newValue === value))
    return;
  map.clear(); // the order is that of the entries
  for (const [key, value] of entries) map.set(key, value);
}

function replaceInSet(set: Set<unknown>, put: Put): void {
  const values = [...set];
  const replaced = values.map(put);
  if (replaced.every((value, i) => value === values[i])) return;
  set.clear();
  for (const value of replaced) set.add(value);
}

/** Tells whether any of these objects has a getter. */
export function haveGetters(objects: Iterable<object>): boolean {
  for (const object of objects) {
    for (const key of Object.keys(object)) {
      if (Object.getOwnPropertyDescriptor(object, key)?.get !== undefined) return true;
    }
  }
  return false;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** `__proto__` is a name like others here. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
