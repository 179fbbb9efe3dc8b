/*
 * What the compiler can say of arguments that are sent to another thread: that a function, a symbol, a
 * promise or a WeakMap never gets there. `submit` would throw `DataCloneError`; this says it before.
 *
 * Refused is what can never cross, whatever its value: a union is refused when all of it is, and an object
 * when a property is that it must have. All else is left to `submit`, which sees the value: class
 * instances and interfaces above all, whose methods may be on the prototype, where they do not hinder.
 * (What tells plain types from those is the index signature, which the compiler adds to the former only.)
 *
 * A wrapper that is generic in its arguments compiles, and is not checked:
 *
 *     function later<A extends unknown[], R>(fn: (...args: A) => R, ...args: A) {
 *       return pool.submit(fn, ...args);
 *     }
 *
 * For that the question must be put the way it is. To an open conditional type the compiler assigns what
 * fits those of its branches that it cannot rule out, and it rules out the first by asking with `any` in
 * place of each parameter. `any` can cross, so the branch of the refusals is out, and `A` fits `A`. Asked
 * the other way round ("all can cross ? A : refusals") no branch could be ruled out.
 */

/**
 * Arguments that are sent to another thread: `A`, where each of them may cross; else `A` with the reason
 * in the place of those that cannot, which no argument fits. A wrapper of `submit` takes them as such:
 * `...args: Sendable<A>` has its callers checked.
 */
export type Sendable<A extends unknown[]> = [CanCross<A>] extends [false] ? Refusals<A> : A;

type CanCross<A extends unknown[]> = IsAny<A> extends true ? true : AllFit<Refusals<A>, A>;

type AllFit<Refused, A> = A extends Refused ? true : false;

/** What is only refused where it is given stays optional, and may be `undefined`. */
type Refusals<A extends unknown[]> = {
  [K in keyof A]: [Refusal<Exclude<A[K], undefined>>] extends [never]
    ? A[K]
    : Refusal<Exclude<A[K], undefined>> | Extract<A[K], undefined>;
};

/** Why a type can never cross; `never` when it may. */
type Refusal<T, Depth extends unknown[] = [1, 1, 1]> =
  IsAny<T> extends true
    ? never
    : [T] extends [never]
      ? never
      : [T] extends [AnyFunction]
        ? 'A function cannot be sent to another thread. Submit an exported function by itself, and send data.'
        : [T] extends [symbol]
          ? 'A symbol cannot be sent to another thread, which has symbols of its own. Send a string.'
          : [T] extends [Promise<unknown>]
            ? 'A promise cannot be sent to another thread. Await it, and send its value.'
            : [T] extends [WeakThing]
              ? 'A WeakMap, WeakSet or WeakRef cannot be sent to another thread. Send its contents.'
              : [T] extends [AnyFunction | symbol | Promise<unknown> | WeakThing]
                ? 'Nothing of this type can be sent to another thread: functions, symbols, promises and WeakMaps stay.'
                : Inside<T, Depth>;

type AnyFunction = ((...args: never) => unknown) | (abstract new (...args: never) => unknown);

/** A Map would fit a WeakMap, but for its size. */
type WeakThing =
  ((WeakMap<WeakKey, unknown> | WeakSet<WeakKey>) & { readonly size?: never }) | WeakRef<WeakKey>;

/** A few levels down, in arrays and plain objects. */
type Inside<T, Depth extends unknown[]> = Depth extends [unknown, ...infer Rest]
  ? [T] extends [readonly unknown[]]
    ? Elements<T, Rest>
    : [T] extends [{ readonly [key: string]: unknown }]
      ? { [K in keyof T]-?: Refusal<T[K], Rest> }[keyof T]
      : never
  : never;

type Elements<T extends readonly unknown[], Depth extends unknown[]> = {
  [K in keyof T]: Refusal<T[K], Depth>;
}[number];

type IsAny<T> = [0] extends [1 & T] ? true : false;
