/**
 * Objects that belong to one thread: loops, futures, threads. Sent to another one they would arrive
 * as empty shells, so they say of themselves why not, and what to send instead. Whoever carries
 * values from thread to thread looks for that.
 */

/** The key under which such an object says what it is and what to do. */
export const STAYS_HOME: unique symbol = Symbol.for('skein.stays-home') as never;

/** What an object that stays says of itself. */
export interface StaysHome {
  readonly what: string;
  readonly hint: string;
}

/** Marks the objects of a class. */
export function staysHome(type: { readonly prototype: object }, what: string, hint: string): void {
  Object.defineProperty(type.prototype, STAYS_HOME, { value: { what, hint } satisfies StaysHome });
}
