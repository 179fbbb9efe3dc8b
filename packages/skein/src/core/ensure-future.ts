import { requireLoop, requireOptions } from './arguments.ts';
import { driveAsyncFunction, drivePromise } from './async-body.ts';
import {
  type AnyAwaitable,
  type Awaitable,
  type AwaitableFunction,
  type Coroutine,
  isAsyncFunction,
  isAwaitable,
  isCoroutine,
  isGeneratorFunction,
  isThenable,
} from './coroutine.ts';
import type { EventLoop } from './event-loop.ts';
import { ValueError } from './exceptions.ts';
import { Future } from './future.ts';
import { noteAwaited } from './never-awaited.ts';
import { recordsOrigins } from './origins.ts';
import { repr } from './repr.ts';
import { loopForNewFuture } from './running-loop.ts';

/** Whatever a task can be made of. */
export type TaskSource<T> = AnyAwaitable<T> | AwaitableFunction<T>;

/**
 * Makes sure that `x` runs: a future or task is returned as it is, everything else becomes a task.
 *
 * @param options.loop - by default the loop of the future, or else the one that runs
 * @throws {ValueError} when `x` is a future of another loop than `options.loop`
 * @throws {TypeError} when `x` is nothing to wait for
 * @see CPython 3.14 Lib/asyncio/tasks.py, ensure_future
 */
export function ensureFuture<T>(
  x: TaskSource<T>,
  options?: { readonly loop?: EventLoop | undefined },
): Future<T> {
  requireOptions(options, 'ensureFuture', '{ loop }');
  if (options?.loop !== undefined) requireLoop(options.loop);
  if (!(x instanceof Future)) return (options?.loop ?? loopForNewFuture()).createTask(x);
  if (options?.loop !== undefined && options.loop !== x.getLoop()) {
    throw new ValueError(
      'The future belongs to a different loop than the one specified as the loop argument: ' +
        `${x}; wait for it in the loop that it was made for`,
    );
  }
  return x as Future<T>;
}

/**
 * A coroutine that waits for `x`, or for what the function `x` gives.
 *
 * @throws {TypeError} when `x` is nothing to wait for, or the loop cannot drive it
 */
export function toCoroutine<T>(loop: EventLoop, x: TaskSource<T>): Coroutine<T> {
  if (recordsOrigins && typeof x === 'object' && x !== null) noteAwaited(x);
  if (isCoroutine(x)) return x as Coroutine<T>;
  if (typeof x === 'function') {
    if (isGeneratorFunction(x)) return x() as Coroutine<T>;
    if (isAsyncFunction(x)) {
      checkRunsAsyncFunctions(loop, x);
      return driveAsyncFunction<T>(x as () => PromiseLike<T>);
    }
    return callAtFirstStep(loop, x);
  }
  if (isAwaitable(x)) return waitFor(x);
  if (isThenable(x)) {
    checkRunsAsyncFunctions(loop, x);
    return drivePromise(x);
  }
  throw nothingToWaitFor(x);
}

function* waitFor<T>(awaitable: Awaitable<T>): Coroutine<T> {
  return yield* awaitable;
}

/** Whether a coroutine is one of ours that drives what the user gave, and says nothing to him. */
export function isDriver(coroutine: object): boolean {
  const makers = [driveAsyncFunction, drivePromise, waitFor, callAtFirstStep];
  const kind = Object.getPrototypeOf(coroutine) as unknown;
  return makers.some((maker) => maker.prototype === kind);
}

/** A plain function: what it gives is known when it was called, and it is called in its task. */
function* callAtFirstStep<T>(loop: EventLoop, fn: AwaitableFunction<T>): Coroutine<T> {
  const made: unknown = fn();
  if (isCoroutine(made) || isAwaitable(made)) return yield* made as Awaitable<T>;
  if (!isThenable(made)) throw nothingToWaitFor(made);
  checkRunsAsyncFunctions(loop, made);
  return yield* driveAsyncFunction(() => made as PromiseLike<T>, fn);
}

/** @throws {TypeError} when the loop blocks its thread, so that `x` would never get anywhere */
export function checkRunsAsyncFunctions(loop: EventLoop, x: unknown): void {
  if (loop.scheduler.runsAsyncFunctions) return;
  const what = typeof x === 'function' ? `the async ${repr(x)}` : 'a promise';
  throw new TypeError(
    `${loop} cannot run ${what}: while it blocks its thread, no promise gets settled. Give it a ` +
      'coroutine (function* with yield*), or use a NodeEventLoop',
  );
}

/** What is thrown when something else is given where a `TaskSource` is wanted. */
export function nothingToWaitFor(x: unknown): TypeError {
  return new TypeError(
    'A Future, a coroutine, a promise or a function that gives one of these is required, got ' +
      repr(x),
  );
}
