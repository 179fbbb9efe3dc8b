/**
 * Things that several threads use at once: an executor, a loop's remote handle. They are not copied;
 * each thread has an object of its own over the same shared memory.
 *
 * An object takes part by a method under `Symbol.for('skein.share')` that describes it: a kind, and
 * plain data for it. The receiving thread calls what was registered for the kind with that data. The
 * method is looked for in arguments and results themselves and in plain objects and arrays in them,
 * at any depth.
 */

import { assertOfThisCopy } from '../core/copies.ts';
import { InternalError } from '../core/exceptions.ts';

/** The key of the describing method. */
export const shareKey: unique symbol = Symbol.for('skein.share') as never;

/** What a shared object says of itself. `data` must be clonable. */
export interface SharedDescription {
  readonly kind: string;
  readonly data: unknown;
}

/** An object that crosses by description. */
export interface Shareable {
  [shareKey](): SharedDescription;
}

const revivers = new Map<string, (data: never) => unknown>();

/**
 * Says how this thread makes its own object of a kind. Registered where the kind's class is defined,
 * so that every thread that loads Skein has it; a second registration replaces the first.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the class knows its own data
export function registerShared<D>(kind: string, make: (data: D) => unknown): void {
  revivers.set(kind, make);
}

/** Tells whether a value describes itself. */
export function isShareable(value: object): value is Shareable {
  return typeof (value as Partial<Shareable>)[shareKey] === 'function';
}

let descriptions = new Map<Shareable, SharedDescription>();

/** What `object` says of itself; asked once per message, whatever paths the message takes. */
export function describe(object: Shareable): SharedDescription {
  let description = descriptions.get(object);
  if (description === undefined) {
    assertOfThisCopy('What is sent', object);
    description = object[shareKey]();
    descriptions.set(object, description);
  }
  return description;
}

/** A new message begins. */
export function forgetDescriptions(): void {
  if (descriptions.size > 0) descriptions = new Map();
}

/** Makes this thread's object from a description. */
export function revive(kind: string, data: unknown): unknown {
  const make = revivers.get(kind);
  if (make === undefined)
    throw new InternalError(`nothing is registered for shared objects of kind '${kind}'`);
  return make(data as never);
}
