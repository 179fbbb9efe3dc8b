import { ofThisCopy } from '../core/copies.ts';
import { registerShared, shareKey } from './share.ts';

/**
 * Makes the objects of a class cross by description: each thread has an object of its own over the
 * same shared memory.
 *
 * @param kind - the name under which the class is known in all threads
 * @param describe - plain data that says which one it is
 * @param revive - makes this thread's object of that data
 */
export function shareClass<T extends object, D>(
  type: { readonly prototype: T },
  kind: string,
  describe: (object: T) => D,
  revive: (data: D) => T,
): void {
  ofThisCopy(type);
  Object.defineProperty(type.prototype, shareKey, {
    value(this: T) {
      return { kind, data: describe(this) };
    },
  });
  registerShared(kind, revive);
}
