import type { Awaitable, Coroutine } from 'skein';

/*
 * A program is written once and run as a coroutine or as an async function.
 *
 * A script is a generator that hands out whatever it waits for. Both runners wait for that, the one
 * by `yield*`, the other by `await`, and put what came out, the error too, back into the script. So a
 * cancellation arrives where the script waits, in either kind of function.
 */

/** Something of Skein that can be waited for in both ways. */
export type Waitable<T> = Awaitable<T> & PromiseLike<T>;

export type Script<T> = Generator<Waitable<unknown>, T, unknown>;

/** Waits inside of a script. */
export function* on<T>(waitable: Waitable<T>): Script<T> {
  return (yield waitable) as T;
}

/** In which kind of function scripts run. */
export interface Style {
  readonly name: string;
  /** What a task is made of, or a block is given. */
  run<T>(script: () => Script<T>): () => Coroutine<T> | Promise<T>;
}

export const asCoroutine: Style = {
  name: 'coroutine',
  run: (script) => () => coroutineOf(script()),
};

export const asAsyncFunction: Style = {
  name: 'async function',
  run: (script) => () => promiseOf(script()),
};

function* coroutineOf<T>(script: Script<T>): Coroutine<T> {
  let step = script.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = yield* step.value;
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(value);
  }
  return step.value;
}

async function promiseOf<T>(script: Script<T>): Promise<T> {
  let step = script.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(value);
  }
  return step.value;
}
