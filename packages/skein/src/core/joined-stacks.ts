/*
 * The stack of an error that came from another thread says where it was thrown, not who waited for
 * it. When such an error is thrown here for the first time, the frames of this thread are added:
 *
 *     Error: no such file
 *         at readAll (worker side)
 *         --- awaited at ---
 *         at main (this side)
 *
 * An error came from another thread when it carries `REMOTE_STACK`.
 */

/** The mark of an error that came from another thread. */
export const REMOTE_STACK: unique symbol = Symbol.for('skein.remote-stack') as never;

const joined = new WeakSet<object>();

/** Adds the frames of the caller to the stack of `error`, once, if it came from another thread. */
export function joinStacks(error: unknown): void {
  if (typeof error !== 'object' || error === null || !(REMOTE_STACK in error)) return;
  if (joined.has(error)) return;
  joined.add(error);
  const remote = error as { stack?: unknown };
  const local = new Error().stack;
  if (typeof remote.stack !== 'string' || local === undefined) return;
  const frames = local.split('\n').slice(2).join('\n');
  remote.stack = `${remote.stack}\n    --- awaited at ---\n${frames}`;
}
