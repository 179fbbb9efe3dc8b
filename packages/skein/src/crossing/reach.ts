/**
 * Visits what can be reached from a value through arrays, maps, sets and the properties of objects:
 * the things that a message has to look over before it is written. Runs no getters and no traps of
 * Proxies, and meets each object once.
 */
import { types } from 'node:util';

/** What stands for an object. */
export interface Instead {
  readonly instead: unknown;
}

/**
 * @param enter - is told of every object, the value itself first; says whether to go into it, or what to
 *   go into instead. Bytes and Proxies have no inside
 * @param seen - objects that were met before, and are not met again; those met now are added
 */
export function reach(
  value: unknown,
  enter: (object: object) => boolean | Instead,
  seen: Set<object> = new Set(),
): void {
  const waiting: object[] = [];
  pushIfObject(value, waiting);
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    const inside = enter(object);
    if (typeof inside === 'object') pushIfObject(inside.instead, waiting);
    else if (inside && !types.isProxy(object)) pushInside(object, waiting);
  }
}

function pushInside(object: object, waiting: object[]): void {
  if (Array.isArray(object)) {
    for (const element of object) pushIfObject(element, waiting);
  } else if (types.isMap(object)) {
    for (const [key, value] of object) {
      pushIfObject(key, waiting);
      pushIfObject(value, waiting);
    }
  } else if (types.isSet(object)) {
    for (const value of object) pushIfObject(value, waiting);
  } else if (!ArrayBuffer.isView(object)) {
    for (const key of Object.keys(object)) {
      pushIfObject(Object.getOwnPropertyDescriptor(object, key)?.value, waiting);
    }
  }
}

function pushIfObject(value: unknown, waiting: object[]): void {
  if (typeof value === 'object' && value !== null) waiting.push(value);
}
