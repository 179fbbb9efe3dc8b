/**
 * Copies the plain objects and arrays of a message, so that single values in them can be replaced:
 * shared objects by markers, and objects with getters by what was read from them already.
 * Identity is kept: what was one object is one object in the copy.
 */

import type { SharedDescription } from './share.ts';
import { describe, isShareable } from './share.ts';

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

/** Copies `values`, with a marker in the place of every shared object. */
export function copyMarked(
  values: readonly unknown[],
  read: ReadonlyMap<object, ReadProperties>,
): MarkedValues {
  const copies = new Map<object, object>();
  const markers: object[] = [];
  const descriptions: SharedDescription[] = [];
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    if (isShareable(value)) {
      const marker = {};
      const { kind, data } = describe(value);
      markers.push(marker);
      descriptions.push({ kind, data });
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
