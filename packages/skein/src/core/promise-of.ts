import type { AsyncBody } from './async-body.ts';
import type { Future } from './future.ts';
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
    const { scheduler } = future.getLoop();
    scheduler.strangers++;
    return new Promise((resolve, reject) => {
      future.addDoneCallback(() => {
        scheduler.strangers--;
        settle(future, resolve, reject);
      });
    });
  }
  const refusal = body.beginWait(future);
  if (refusal !== null) return Promise.reject(refusal);
  return new Promise((resolve, reject) => {
    future.addDoneCallback(() => {
      const cancellation = body.endWait(future);
      if (cancellation === null) settle(future, resolve, reject);
      else reject(cancellation);
    });
  });
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
