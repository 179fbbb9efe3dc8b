import type { AsyncBody } from './async-body.ts';
import { stackNow } from './coroutine-frames.ts';
import type { CancelledError } from './exceptions.ts';
import { addObserver, type Future, leaveBehind, waitersOf } from './future.ts';
import { Observer } from './observer.ts';
import { runningLoopOrNull } from './running-loop.ts';

/*
 * How an async function waits for a future.
 *
 * `await future` calls `future.then`, and that comes here. A future that is done costs promise
 * reactions only. For a pending one, if it is a task of a loop that runs an async function now, the
 * wait belongs to that task: cancelling the task cancels the future, and when the future is done the
 * task is the current one again while the function goes on.
 */

/** A native promise that settles as the future does, in the loop of the future. */
export function promiseOf<T>(future: Future<T>): Promise<T> {
  if (future.done()) return new Promise((resolve, reject) => settle(future, resolve, reject));
  const body = currentAsyncBody();
  if (body === null) {
    future.getLoop().scheduler.strangers++;
  } else {
    const refusal = body.beginWait(future);
    if (refusal !== null) return Promise.reject(refusal);
  }
  return new Promise((resolve, reject) => {
    addObserver(future, new PromiseSettler(body, future, resolve, reject));
  });
}

/** Ends all waits of an async function with an error, in the next iteration, and leaves the futures alone. */
export function leaveWaits(body: AsyncBody<unknown>, error: CancelledError): void {
  for (const [future, settler] of settlersOf(body)) {
    leaveBehind(future, settler);
    future.getLoop().callSoon(() => settler.leave(future, error));
  }
}

/** The waits of an async function: for what, and what settles its promise. */
export function settlersOf(body: AsyncBody<unknown>): [Future<unknown>, PromiseSettler<unknown>][] {
  const found: [Future<unknown>, PromiseSettler<unknown>][] = [];
  for (const future of body.waited) {
    for (const waiter of waitersOf(future)) {
      if (waiter instanceof PromiseSettler && waiter.isOf(body)) found.push([future, waiter]);
    }
  }
  return found;
}

/** Settles a promise when the future is done. */
export class PromiseSettler<T> extends Observer {
  /** Where the async function waits; only in debug mode. */
  readonly stack: string | null;
  readonly #body: AsyncBody<unknown> | null;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;

  constructor(
    body: AsyncBody<unknown> | null,
    future: Future<T>,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) {
    super();
    this.#body = body;
    this.#resolve = resolve;
    this.#reject = reject;
    this.stack = future.getLoop().scheduler.debug ? stackNow() : null;
  }

  awaiters(): Iterable<Future<unknown> | string> {
    return [this.#body ?? 'a promise'];
  }

  isOf(body: AsyncBody<unknown>): boolean {
    return this.#body === body;
  }

  /** The function that waits goes on with an error, though the future is pending. */
  leave(future: Future<unknown>, error: CancelledError): void {
    this.#body?.leaveWait(future);
    this.#reject(error);
  }

  futureIsDone(future: Future<T>): void {
    let cancellation: CancelledError | null = null;
    if (this.#body === null) future.getLoop().scheduler.strangers--;
    else cancellation = this.#body.endWait(future);
    if (cancellation === null) settle(future, this.#resolve, this.#reject);
    else this.#reject(cancellation);
  }
}

function currentAsyncBody(): AsyncBody<unknown> | null {
  const task = runningLoopOrNull()?.scheduler.currentTask;
  return task?.asyncBody ?? null;
}

function settle<T>(
  future: Future<T>,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  let value: T;
  try {
    value = future.result();
  } catch (error) {
    reject(error);
    return;
  }
  resolve(value);
}
