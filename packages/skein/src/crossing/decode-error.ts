/**
 * Makes an error again from what another thread said of it: of the same class where this thread has
 * it, else of the nearest base that it has, under the right name.
 *
 * The object is made by the builtin that the class extends, so it is an error for the engine too, and
 * the class's own constructor does not run: it would ask for arguments that nobody has. So `#private`
 * fields of a user's class are missing.
 */

import type { EncodedError, EncodedPlace, EncodedThrow } from './encode-error.ts';
import { builtinOf, findErrorClass } from './error-class.ts';

/** On errors from another thread: that thread's name. `stack` is the stack there. Not enumerable. */
export const remoteStackKey: unique symbol = Symbol.for('skein.remote-stack') as never;

/** What was thrown in the other thread, as this thread's own. Takes what `encodeError` gave. */
export function decodeError(data: unknown): unknown {
  const { thread, thrown, errors } = data as EncodedThrow;
  const made = errors.map(make);
  errors.forEach((encoded, i) => fill(made[i]!, encoded, made, thread));
  return valueAt(thrown, made);
}

function make({ classes, name, message }: EncodedError): object {
  const builtin = builtinOf(classes);
  const found = findErrorClass(classes);
  if ((builtin as unknown) === globalThis.DOMException) return new DOMException(message, name);
  const args = (builtin as unknown) === AggregateError ? [[], message] : [message];
  const isDerived = found.prototype instanceof builtin;
  try {
    return Reflect.construct(builtin, args, isDerived ? found : builtin) as object;
  } catch {
    // The engine reads `name` for the stack, and a getter of the class may need what it does not have.
    const error = Reflect.construct(builtin, args) as object;
    return Object.setPrototypeOf(error, found.prototype as object) as object;
  }
}

function fill(error: object, encoded: EncodedError, made: readonly object[], thread: string): void {
  const { name, message, stack, properties } = encoded;
  // First: to set the stack the engine makes its own, and reads the name for that.
  if (nameOf(error) !== name) define(error, 'name', name, false);
  if (stack !== undefined) define(error, 'stack', stack, false);
  if ((error as Error).message !== message) define(error, 'message', message, false);
  for (const { key, enumerable, place } of properties)
    define(error, key, valueAt(place, made), enumerable);
  define(error, remoteStackKey, thread, false);
}

function nameOf(error: object): unknown {
  try {
    return (error as Error).name;
  } catch {
    return undefined;
  }
}

function valueAt(place: EncodedPlace, made: readonly object[]): unknown {
  if ('error' in place) return made[place.error];
  return 'list' in place ? place.list.map((element) => valueAt(element, made)) : place.value;
}

function define(object: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
