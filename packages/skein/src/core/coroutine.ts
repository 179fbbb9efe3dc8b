import type { Future } from './future.ts';

/*
 * A coroutine is a running generator.
 *
 *     function* greet(name: string): Coroutine<string> {
 *       yield* sleep(10);
 *       return `hello ${name}`;
 *     }
 *
 * `yield*` is to a coroutine what `await` is to an async function: it gives the value, with its
 * type, of a future, a task or another coroutine. What arrives at the task that drives the outermost
 * coroutine is a pending future, "wake me when it is done", or a bare `yield`, "wake me in the next
 * iteration".
 */

/** What a coroutine hands to its task when it suspends. */
export type Suspension = Future<unknown> | undefined;

/** A running generator that a task can drive; gives a `T` in the end. */
export type Coroutine<T> = Generator<Suspension, T, void>;

/** Whatever can stand behind `yield*` in a coroutine. */
export interface Awaitable<T> {
  [Symbol.iterator](): Iterator<Suspension, T, void>;
}

/** Whatever a loop can wait for: by `yield*`, by `await`, or both. */
export type AnyAwaitable<T> = Awaitable<T> | PromiseLike<T>;

/** A function that gives something to wait for when it is called. */
export type AwaitableFunction<T> = () => AnyAwaitable<T>;

/** The type of the value that waiting for an `A`, or for what the function `A` gives, gives. */
export type ValueOf<A> =
  A extends Awaitable<infer T>
    ? T
    : A extends PromiseLike<infer T>
      ? Awaited<T>
      : A extends () => infer R
        ? ValueOf<R>
        : never;

/** Whether `x` is a coroutine: a generator object, started or not. */
export function isCoroutine(x: unknown): x is Coroutine<unknown> {
  return (
    typeof x === 'object' &&
    x !== null &&
    (x as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Generator' &&
    typeof (x as { throw?: unknown }).throw === 'function'
  );
}

/** Whether `await` would wait for `x`. */
export function isThenable(x: unknown): x is PromiseLike<unknown> {
  return (
    ((typeof x === 'object' && x !== null) || typeof x === 'function') &&
    typeof (x as { then?: unknown }).then === 'function'
  );
}

/** Whether `x`, which is no coroutine, can be waited for with `yield*`. Arrays and strings cannot. */
export function isAwaitable(x: unknown): x is Awaitable<unknown> {
  return (
    isThenable(x) && typeof (x as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
  );
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;
const AsyncFunction = Object.getPrototypeOf(async () => {}) as object;

/** Whether calling `fn` makes a coroutine. */
export function isGeneratorFunction(fn: unknown): fn is () => Coroutine<unknown> {
  return typeof fn === 'function' && Object.getPrototypeOf(fn) === GeneratorFunction;
}

/** Whether `fn` was written with `async`. */
export function isAsyncFunction(fn: unknown): fn is () => Promise<unknown> {
  return typeof fn === 'function' && Object.getPrototypeOf(fn) === AsyncFunction;
}
