/**
 * The functions of this thread that have a name other threads know: those that were sent from here,
 * registered here, or found here for another thread. They live as long as their module does, so they
 * are held strongly.
 */

import type { InlineSource } from './inline-source.ts';

/**
 * Names one function for every thread of the process. Plain data.
 *
 * `url` is the module that the function was written in. `name` is its path among the module's exports
 * or variables (`hash`, `default`, `Hasher.of`), or `task:NAME` for what `task()` registered.
 * `fingerprint` is the hash of its source text, 0 to 2³² − 1, and 0 for registered functions.
 * `inline` is there for functions that cross by their text (inline.ts); their `name` is for messages.
 */
export interface FunctionReference {
  readonly url: string;
  readonly name: string;
  readonly fingerprint: number;
  readonly inline?: InlineSource;
}

const byKey = new Map<string, Function>();
const byFunction = new WeakMap<Function, FunctionReference>();
let version = 0;

/** Notes that `reference` names `fn` in this thread. */
export function remember(reference: FunctionReference, fn: Function): void {
  byKey.set(keyOf(reference), fn);
  if (!byFunction.has(fn)) byFunction.set(fn, reference);
  version++;
}

/** The same for a function that others do not need from here: it lives no longer than it is used. */
export function nameWeakly(reference: FunctionReference, fn: Function): void {
  byFunction.set(fn, reference);
}

/** The function of this thread that `reference` names, if it is known already. */
export function recall(reference: FunctionReference): Function | undefined {
  return byKey.get(keyOf(reference));
}

/** The reference of a function that was sent, registered or found before. */
export function knownReference(fn: Function): FunctionReference | undefined {
  return byFunction.get(fn);
}

/** All functions that this thread knows by reference, the latest last. */
export function knownFunctions(): Iterable<Function> {
  return byKey.values();
}

/** Grows with every function that becomes known: a search that failed is worth repeating after that only. */
export function knowledge(): number {
  return version;
}

function keyOf(reference: FunctionReference): string {
  const { fingerprint, name, url, inline } = reference;
  const key = `${fingerprint} ${name} ${url}`;
  return inline === undefined ? key : `${key} ${JSON.stringify(inline)}`;
}
