/**
 * The call of a job's function, whatever kind of function it is.
 *
 * | kind               | how it runs                                                              |
 * | ------------------ | ------------------------------------------------------------------------ |
 * | plain              | at once; a promise that it returns is waited for                         |
 * | generator function | in a loop of its own, which blocks the worker                            |
 * | async function     | as a task of the worker's one loop, which Node turns (`AsyncJobs`)       |
 */
import { carriedContext, Context } from '../core/context.ts';
import { isAsyncFunction, isCoroutine } from '../core/coroutine.ts';
import { runningLoopOrNull, setRunningLoop } from '../core/running-loop.ts';
import { run } from '../loops/run.ts';
import type { AsyncJobs } from './async-jobs.ts';
import { setInContext, whileOnStack } from './current-job.ts';
import type { RunningJob } from './running-job.ts';

export type AnyFunction = (...args: unknown[]) => unknown;

/** What a function is called with. */
export interface JobCall {
  readonly fn: AnyFunction;
  readonly args: readonly unknown[];
  /** What it shall find in its context, by name; null = nothing. */
  readonly variables: ReadonlyMap<string, unknown> | null;
  /** Whether other jobs may be under way in this thread beside it. */
  readonly hasCompany: boolean;
}

/**
 * Calls the function of a job.
 *
 * @returns its value, or a promise of it
 * @throws what the function throws
 */
export function callJob(job: RunningJob, call: JobCall, asyncJobs: AsyncJobs): unknown {
  const { fn, args, variables, hasCompany } = call;
  // The loop of the async functions runs on when it is another job's: this one has nothing to do with it.
  const outer = setRunningLoop(null);
  try {
    if (variables === null && !hasCompany) {
      return whileOnStack(job, () => begin(job, fn, args, asyncJobs));
    }
    const context = variables === null ? new Context() : carriedContext(variables);
    return context.run(() => {
      if (hasCompany) setInContext(job);
      return whileOnStack(job, () => begin(job, fn, args, asyncJobs));
    });
  } finally {
    if (runningLoopOrNull() === null) setRunningLoop(outer);
  }
}

function begin(
  job: RunningJob,
  fn: AnyFunction,
  args: readonly unknown[],
  asyncJobs: AsyncJobs,
): unknown {
  const isAsync: boolean = isAsyncFunction(fn);
  if (isAsync) return asyncJobs.run(job, () => fn(...args) as Promise<unknown>);
  const result = fn(...args);
  return isCoroutine(result) ? run(job.driving(result)) : result;
}
