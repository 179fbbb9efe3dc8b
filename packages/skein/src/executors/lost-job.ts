import { type BrokenExecutor, BrokenProcessPool, BrokenThreadPool } from '../core/exceptions.ts';
import { EndReason, Kind, MOST_EXTRA, SLOT, slotAt } from '../shared/layout.ts';

/** The error of a job whose worker died with it, from what the keeper wrote into the slot. */
export function lostJobError(words: Int32Array, slot: number, name: string): BrokenExecutor {
  const reason = words[slotAt(slot) + SLOT.detail];
  const exitCode = words[slotAt(slot) + SLOT.detail2];
  const what = whatHappened(reason, exitCode);
  if (words[slotAt(slot) + SLOT.kind] === Kind.processJob) return brokenProcess(name, what);
  return new BrokenThreadPool(`${taskNamed(name)} did not finish: ${what}`);
}

/** The error of a job whose child process has died with it. */
export function brokenProcess(
  name: string,
  what: string,
  options?: ErrorOptions,
): BrokenProcessPool {
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
