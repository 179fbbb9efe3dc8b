/** What a future fails with: made of what the worker, or the keeper, has written into the slot of its job. */
import {
  type BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  TimeoutError,
} from '../core/exceptions.ts';
import { decodeError } from '../crossing/decode-error.ts';
import { EndReason, Kind, MOST_EXTRA, Outcome, SLOT, slotAt } from '../shared/layout.ts';

/** The error of a job whose worker died with it, from what the keeper wrote into the slot. */
export function lostJobError(words: Int32Array, slot: number, name: string): BrokenExecutor {
  const reason = words[slotAt(slot) + SLOT.detail];
  const exitCode = words[slotAt(slot) + SLOT.detail2];
  const what = whatHappened(reason, exitCode);
  if (words[slotAt(slot) + SLOT.kind] === Kind.processJob) return brokenProcess(name, what);
  return new BrokenThreadPool(`${taskNamed(name)} did not finish: ${what}`);
}

/**
 * The error of a job that has sent one, or that its worker could not do.
 *
 * @param outcome - `Outcome.error`, or `Outcome.broken`
 * @param payload - what goes with it
 */
export function errorOf(outcome: number, payload: unknown, name: string): unknown {
  try {
    if (outcome !== Outcome.broken) return decodeError(payload);
    const [message, cause, isProcess] = payload as [string, unknown, boolean?];
    const options = cause === undefined ? undefined : { cause: decodeError(cause) };
    if (isProcess === true) return brokenProcess(name, message, options);
    return new BrokenThreadPool(message, options);
  } catch (error) {
    return error; // a class that throws when it is revived
  }
}

/**
 * The error of a job that has run longer than it may.
 *
 * @param timeout - how long that was, in milliseconds
 * @param ended - what was ended because it did not end by itself
 * @param thrown - what it has thrown then, as it has come
 */
export function overrunError(
  name: string,
  timeout: number,
  ended: 'thread' | 'process' | null,
  thrown?: unknown,
): TimeoutError {
  const end =
    ended === null
      ? ' Give it longer, or less to do.'
      : ` It did not end when it was asked to, so its ${ended} was ended, and the pool has replaced ` +
        'that. A function that looks at currentJob().cancelled can end in time.';
  const cause = thrown === undefined ? undefined : { cause: decodeError(thrown) };
  return new TimeoutError(`'${name}' ran longer than its timeout of ${timeout} ms.${end}`, cause);
}

/** The error of a job whose child process has died with it. */
function brokenProcess(name: string, what: string, options?: ErrorOptions): BrokenProcessPool {
  return new BrokenProcessPool(`${taskNamed(name)} did not finish: ${what}`, options);
}

const taskNamed = (name: string): string => (name === '' ? 'The task' : `The task '${name}'`);

function whatHappened(reason: number | undefined, exitCode: number | undefined): string {
  switch (reason) {
    case EndReason.terminated:
      return 'its thread was terminated while it ran. The pool has replaced the thread.';
    case EndReason.outOfMemory:
      return (
        'its thread ran out of memory (ERR_WORKER_OUT_OF_MEMORY). The pool has replaced the thread. ' +
        'Give the task less at a time, or start Node with a larger --max-old-space-size.'
      );
    case EndReason.deadlock:
      return (
        'all threads of its pool wait for tasks that are queued behind them, and there are as many as ' +
        `there may be (maxWorkers and ${MOST_EXTRA} more). ` +
        'Let the function that submits be async and await, or ' +
        'give the inner tasks a pool of their own.'
      );
    case EndReason.failed:
      return 'its thread failed, or could not be started. What it printed to stderr says why.';
    default:
      return `its thread ended with exit code ${exitCode}. The pool has replaced the thread.`;
  }
}
