/*
 * Two copies of the package in one program: two versions, or one version installed twice. Each is
 * whole, with loops, threads and a memory of its own, and they may well be used side by side. But a
 * loop of one hears nothing of the results that come to the other, and a place in the memory of one
 * is somebody else's in the other. So what belongs to one copy is refused by the other, by name.
 *
 * The objects of every class that could get into the hands of another copy say which one they are of.
 */
import { RuntimeError } from './exceptions.ts';

/** The key under which they say it. */
const COPY: unique symbol = Symbol.for('skein.copy') as never;

/** This copy: the url of this module, or of the bundle that it is part of. Some bundlers leave none. */
export const thisCopy: string =
  (import.meta as unknown as { readonly url?: string }).url ?? 'a bundle';

/** Marks the objects of a class as this copy's. */
export function ofThisCopy(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, COPY, { value: thisCopy });
}

/** Which other copy `x` belongs to, or undefined. */
export function otherCopyOf(x: unknown): string | undefined {
  if ((typeof x !== 'object' && typeof x !== 'function') || x === null) return undefined;
  const copy = (x as { [COPY]?: string })[COPY];
  return copy === thisCopy ? undefined : copy;
}

/** @throws {RuntimeError} `ERR_OTHER_COPY` when `x`, which `what` names, belongs to another copy */
export function assertOfThisCopy(what: string, x: unknown): void {
  const error = otherCopyError(what, x);
  if (error !== undefined) throw error;
}

/** What is wrong with `x` when it belongs to another copy; undefined when it does not. */
export function otherCopyError(what: string, x: unknown): RuntimeError | undefined {
  const other = otherCopyOf(x);
  if (other === undefined) return undefined;
  return new RuntimeError(
    `${what} belongs to another copy of skein, which shares nothing with this one.\n` +
      `  it is of   ${other}\n` +
      `  this one   ${thisCopy}\n` +
      'Have the program install one of them only; `npm ls skein` shows who asks for which.',
    'ERR_OTHER_COPY',
  );
}
