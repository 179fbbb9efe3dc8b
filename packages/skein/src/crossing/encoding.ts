/**
 * Encodings of classes that the program cannot write a method into: of a package, of Node.
 *
 * An encoding becomes that method: it is put on the prototype, under `Symbol.for('skein.share')` and not
 * enumerable. So there is one way in which objects cross by description (share.ts), which costs the same
 * for those whose class is registered, and nothing for all others; a table would have to be asked about
 * every object of every message.
 */
import { types } from 'node:util';
import { isShareable, shareKey, type ShareDescription } from './share.ts';

/** How the objects of a class cross. */
export interface Encoding<T, D> {
  /** Plain data of which the object can be made again; called in the thread that sends. */
  readonly encode: (value: T) => D;
  /**
   * Makes the object, at once; called in the thread that receives. A function that can be submitted:
   * exported, or registered with `task()`.
   */
  readonly decode: (data: D) => T;
}

/** Prototypes that have their method from here. */
const registered = new WeakSet<object>();

/**
 * Says how the objects of a class, and of the classes that extend it, cross to other threads, wherever they
 * stand in an argument or a result: by themselves, in plain objects, arrays, maps and sets.
 *
 * Call it at the top level of the module that exports `decode`, and import that module where such objects
 * are sent. The thread that receives one needs nothing: it finds `decode` by its name. A second call for
 * the same class replaces the first.
 *
 * ```ts
 * export const toDecimal = (text: string): Decimal => new Decimal(text);
 * registerEncoding(Decimal, { encode: (value) => value.toString(), decode: toDecimal });
 * ```
 *
 * For classes of your own, write the method itself: `shareKey`. Errors that are thrown go their own way,
 * with their class, and take no encoding.
 *
 * Thread  any
 *
 * @throws {TypeError} when `type` is no class, its objects are plain data or describe themselves, or a
 *   function is missing
 */
export function registerEncoding<T extends object, D>(
  type: abstract new (...args: never[]) => T,
  encoding: Encoding<T, D>,
): void {
  const prototype = typeof type === 'function' ? (type.prototype as unknown) : undefined;
  if (typeof prototype !== 'object' || prototype === null) {
    throw new TypeError(
      `registerEncoding(Class, { encode, decode }): a class was expected, got ${typeof type}`,
    );
  }
  const { name } = type;
  const { encode, decode } = (encoding ?? {}) as Partial<Encoding<T, D>>;
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new TypeError(
      `registerEncoding(${name}, { encode, decode }): two functions were expected, got ${typeof encode} and ${typeof decode}`,
    );
  }
  if (crossesAnyway(prototype)) {
    throw new TypeError(
      `registerEncoding(${name}): these cross by themselves, and the way is not changed. ` +
        'Register a class that extends it, or wrap the value.',
    );
  }
  if (isShareable(prototype) && Object.hasOwn(prototype, shareKey) && !registered.has(prototype)) {
    throw new TypeError(
      `registerEncoding(${name}): the class describes itself, by a method under Symbol.for('skein.share'). ` +
        'Change that, or leave it to it.',
    );
  }
  Object.defineProperty(prototype, shareKey, {
    value(this: T): ShareDescription<D> {
      return { revive: decode, data: encode(this) };
    },
    configurable: true,
  });
  registered.add(prototype);
}

const ownWays: ReadonlySet<unknown> = new Set(
  [Object, Array, Function, Date, ArrayBuffer, SharedArrayBuffer].map((type) => type.prototype),
);

/** What the encoders know before they look for a method. */
function crossesAnyway(prototype: object): boolean {
  const views = Object.getPrototypeOf(Uint8Array.prototype) as object;
  return (
    ownWays.has(prototype) ||
    prototype === views ||
    prototype === DataView.prototype ||
    Object.prototype.isPrototypeOf.call(views, prototype) ||
    types.isProxy(prototype)
  );
}
