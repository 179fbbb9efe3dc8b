import { AsyncBody, followPromise } from './async-body.ts';
import {
  type AnyAwaitable,
  type Coroutine,
  isAsyncFunction,
  isAwaitable,
  isCoroutine,
  isGeneratorFunction,
  isThenable,
} from './coroutine.ts';
import { checkRunsAsyncFunctions } from './ensure-future.ts';
import type { EventLoop } from './event-loop.ts';
import { RuntimeError } from './exceptions.ts';
import { Future, setBehind } from './future.ts';
import type { Dependent } from './observer.ts';
import { repr } from './repr.ts';
import { currentTask } from './current-task.ts';
import type { Task } from './task.ts';

/*
 * How a task runs a part of itself that the user gives as a function: the body of a timeout, of a
 * group. It runs in the task that stands there, not in one of its own, so that `currentTask()` and
 * cancellation are those of the whole.
 *
 *                       the task drives a coroutine        the task drives an async function
 *     function* body    `yield*` in its place              the same, step by step (`Operation`)
 *     async body        an `AsyncBody`, for as long        its awaits are the task's already: only
 *                       as the body lasts                  its end is waited for
 */

/** What runs inside a scope: a generator function; on a NodeEventLoop an async function, too. */
export type Body<A extends unknown[], T> = (...args: A) => AnyAwaitable<T>;

/**
 * Runs a body in the current task, with `args`. `what` names in errors who was given it.
 *
 * A generator function costs nothing: its coroutine is what this returns.
 */
export function runBody<A extends unknown[], T>(
  what: string,
  body: Body<A, T>,
  ...args: A
): Coroutine<T> {
  const task = currentTask();
  if (task === null) throw outsideTask(`${what} should be used inside a task`);
  if (typeof body !== 'function') {
    throw new TypeError(
      `${what} takes a generator function, or an async function on a NodeEventLoop, got ${repr(body)}`,
    );
  }
  if (isGeneratorFunction(body)) return (body as Body<A, T>)(...args) as Coroutine<T>;
  if (isAsyncFunction(body)) checkRunsAsyncFunctions(task.getLoop(), body);
  const call = (): AnyAwaitable<T> => body(...args);
  return task.asyncBody === null ? inCoroutine(what, task, body, call) : inAsync(what, task, call);
}

function* inCoroutine<T>(
  what: string,
  task: Task<unknown>,
  fn: Function,
  body: () => AnyAwaitable<T>,
): Coroutine<T> {
  const asyncBody = new AsyncBody<T>(task, fn);
  task.asyncBody = asyncBody; // before the call: an async function runs up to its first await in it
  let made: unknown;
  try {
    made = body();
  } finally {
    task.asyncBody = null;
  }
  if (isCoroutine(made) || isAwaitable(made)) return yield* made as Coroutine<T>;
  if (!isThenable(made)) throw nothingToWaitFor(what, made);
  checkRunsAsyncFunctions(task.getLoop(), made);
  task.asyncBody = asyncBody;
  try {
    return yield* asyncBody.drive(made as PromiseLike<T>);
  } finally {
    task.asyncBody = null;
  }
}

function* inAsync<T>(what: string, task: Task<unknown>, body: () => AnyAwaitable<T>): Coroutine<T> {
  const made: unknown = body();
  if (isCoroutine(made) || isAwaitable(made)) return yield* made as Coroutine<T>;
  if (!isThenable(made)) throw nothingToWaitFor(what, made);
  const end = new EndOfBody<T>(task.getLoop());
  followPromise(end, made as PromiseLike<T>);
  const value = yield* end;
  // A cancellation that found nothing to cancel is delivered where the body is waited for.
  const cancellation = task.takeCancellation();
  if (cancellation !== null) throw cancellation;
  return value;
}

/** The task waits for what the body waits for; that is known without this. */
const NOTHING: Dependent = { awaited: () => [] };

/** Cannot be cancelled: what the body waits for is cancelled with the task, and then it ends itself. */
export class EndOfBody<T> extends Future<T> {
  constructor(loop: EventLoop) {
    super(loop);
    setBehind(this, NOTHING);
  }

  override cancel(): boolean {
    return false;
  }
}

/** There is no current task: in a callback, and in an async function whose task has lost sight of it. */
export function outsideTask(sentence: string): RuntimeError {
  return new RuntimeError(
    `${sentence}; an async function that has awaited a promise of somebody else is not known to be in ` +
      'one any more: await wrapPromise(promise) instead',
  );
}

function nothingToWaitFor(what: string, made: unknown): TypeError {
  return new TypeError(
    `${what} takes a generator function, or an async function on a NodeEventLoop; this one gave ` +
      repr(made),
  );
}
