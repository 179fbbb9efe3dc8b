import { AsyncBody, followPromise } from './async-body.ts';
import {
  type AnyAwaitable,
  type Coroutine,
  isAwaitable,
  isCoroutine,
  isThenable,
} from './coroutine.ts';
import { RuntimeError } from './exceptions.ts';
import { Future } from './future.ts';
import { repr } from './repr.ts';
import { currentTask, type Task } from './task.ts';

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

/** Runs a body in the current task. `what` names in errors who was given it. */
export function* runBody<T>(what: string, body: () => AnyAwaitable<T>): Coroutine<T> {
  const task = currentTask();
  if (task === null) throw new RuntimeError(`${what} should be used inside a task`);
  return yield* task.asyncBody === null ? inCoroutine(what, task, body) : inAsync(what, task, body);
}

function* inCoroutine<T>(
  what: string,
  task: Task<unknown>,
  body: () => AnyAwaitable<T>,
): Coroutine<T> {
  const asyncBody = new AsyncBody<T>(task);
  task.asyncBody = asyncBody; // before the call: an async function runs up to its first await in it
  let made: unknown;
  try {
    made = body();
  } finally {
    task.asyncBody = null;
  }
  if (isCoroutine(made) || isAwaitable(made)) return yield* made as Coroutine<T>;
  if (!isThenable(made)) throw nothingToWaitFor(what, made);
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
  return yield* end;
}

/** Cannot be cancelled: what the body waits for is cancelled with the task, and then it ends itself. */
class EndOfBody<T> extends Future<T> {
  override cancel(): boolean {
    return false;
  }
}

function nothingToWaitFor(what: string, made: unknown): TypeError {
  return new TypeError(
    `${what} takes a generator function, or an async function on a NodeEventLoop; this one gave ` +
      repr(made),
  );
}
