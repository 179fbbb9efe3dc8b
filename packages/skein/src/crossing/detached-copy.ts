/**
 * Copies the plain objects and arrays of a message, so that single values in them can be replaced:
 * shared objects by markers, and objects with getters by what was read from them already.
 * Identity is kept: what was one object is one object in the copy.
 */

import { types } from 'node:util';
import type { SharedDescription } from './share.ts';
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
  readonly descriptions: readonly SharedDescription[];
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
  const markers: object[] = [];
  const descriptions: SharedDescription[] = [];
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    if (types.isProxy(value)) return value; // refused as it is
    const description = isShareable(value) ? describe(value) : bufferOf(value, moved);
    if (description !== undefined) {
      const marker = {};
      markers.push(marker);
      descriptions.push({ kind: description.kind, data: description.data });
      copies.set(value, marker);
      return marker;
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

const BUFFER = 'skein.buffer';

/** A Buffer is described by its own bytes, or, when its memory moves, by its place in that. */
function bufferOf(value: object, moved: readonly object[]): SharedDescription | undefined {
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
  const visit = (container: object): void => {
    if (seen.has(container)) return;
    seen.add(container);
    for (const key of Object.keys(container)) {
      const value = (container as Record<string, unknown>)[key];
      if (typeof value !== 'object' || value === null) continue;
      if (objects.has(value)) define(container, key, objects.get(value));
      else if (isPlain(value)) visit(value);
    }
  };
  visit(values);
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
