/** Why a pool does not do what it is asked for. */
import { QueueFull, RuntimeError } from '../core/exceptions.ts';

export const BROKEN: string =
  'The pool is broken: its initializer failed in a thread, or its threads could not be ' +
  'started, and it takes no more work. The error was printed to stderr; make a new pool ' +
  'when its cause is mended.';

export function isShutDown(): RuntimeError {
  return new RuntimeError(
    'cannot schedule new futures after shutdown: shutdown() was called on this pool. ' +
      'Submit before that, or make a new pool.',
    'ERR_EXECUTOR_SHUTDOWN',
  );
}

/** @param isHolding - whether the thread that submits holds tasks back, since there is no place for more */
export function isFull(maxQueue: number, isHolding: boolean): QueueFull {
  const why = isHolding
    ? `as many tasks wait as it has places for (maxQueue is ${maxQueue})`
    : `${maxQueue} tasks wait in it (maxQueue)`;
  return new QueueFull(
    `The queue of the pool is full: ${why}. Wait for room by await pool.ready() before you submit, ` +
      'or submit less at a time.',
  );
}

export function joinsItself(): RuntimeError {
  return new RuntimeError(
    'cannot join current thread: shutdown() was called by a task of the pool itself, which would ' +
      'wait for its own end. Call shutdown({ wait: false }) there.',
    'ERR_THREAD_JOINS_ITSELF',
  );
}
