import type { Awaitable, Coroutine, Suspension } from './coroutine.ts';
import { claimSuspension } from './future.ts';
import { watchUntilAwaited } from './never-awaited.ts';
import { recordsOrigins } from './origins.ts';
import { sleep } from './sleep.ts';
import { staysHome } from './stays-home.ts';

/**
 * Something to wait for that a coroutine does, in the task that waits: no task is made for it.
 *
 * `yield*` runs the coroutine in its place. `await` runs the same coroutine step by step inside the
 * async function that awaits: each future that it hands out is awaited there, and what that gives is
 * given back to it. So every operation is written once, as a coroutine, and works in both.
 *
 * It begins anew each time it is waited for.
 *
 * Several side by side are several tasks: `await gather(waitFor(a, 10), waitFor(b, 20))`. With
 * `Promise.all` they would share the task of the caller, and what cancels one would cancel all.
 */
export class Operation<T> implements Awaitable<T>, PromiseLike<T> {
  readonly #begin: () => Coroutine<T>;

  constructor(begin: () => Coroutine<T>) {
    this.#begin = begin;
    if (recordsOrigins) watchUntilAwaited(this);
  }

  [Symbol.iterator](): Coroutine<T> {
    return this.#begin();
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return stepByStep(this[Symbol.iterator]()).then(onFulfilled, onRejected);
  }
}

async function stepByStep<T>(coroutine: Coroutine<T>): Promise<T> {
  let step = coroutine.next();
  while (step.done !== true) {
    const suspension: Suspension = step.value;
    if (suspension !== undefined) claimSuspension(suspension, step);
    try {
      await (suspension ?? sleep(0));
    } catch (error) {
      step = coroutine.throw(error);
      continue;
    }
    step = coroutine.next();
  }
  return step.value;
}

staysHome(
  Operation,
  'an operation',
  'it belongs to its loop; wait for it here and send its result',
);
