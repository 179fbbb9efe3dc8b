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
import { setInContext } from './current-job.ts';
import type { RunningJob } from './running-job.ts';
import { callInTrace } from './trace-context.ts';

export type AnyFunction = (...args: unknown[]) => unknown;

/** A function of a job, found in this thread. */
export interface LoadedFunction {
  readonly fn: AnyFunction;
  readonly isAsync: boolean;
}

export function loadedFunction(fn: Function): LoadedFunction {
  return { fn: fn as AnyFunction, isAsync: isAsyncFunction(fn) };
}

/**
 * Calls the function of a job, in the context that the caller has.
 *
 * @returns its value, or a promise of it
 * @throws what the function throws
 */
export function callJob(
  job: RunningJob,
  { fn, isAsync }: LoadedFunction,
  args: readonly unknown[],
  asyncJobs: AsyncJobs,
): unknown {
  if (isAsync) return asyncJobs.run(job, () => fn(...args) as Promise<unknown>);
  const result = fn(...args);
  return isCoroutine(result) ? run(job.driving(result)) : result;
}

/**
 * The same in a context of its own.
 *
 * @param variables - what it finds in its context, by name; null = nothing
 * @param hasCompany - whether other jobs are under way beside it
 */
export function callInOwnContext(
  job: RunningJob,
  loaded: LoadedFunction,
  args: readonly unknown[],
  variables: ReadonlyMap<string, unknown> | null,
  hasCompany: boolean,
  asyncJobs: AsyncJobs,
): unknown {
  // A loop that runs here is that of other jobs.
  const outer = setRunningLoop(null);
  try {
    const context = variables === null ? new Context() : carriedContext(variables);
    const call = (): unknown => callJob(job, loaded, args, asyncJobs);
    return context.run(() => {
      if (hasCompany) setInContext(job);
      return job.trace === null ? call() : callInTrace(job.trace, call);
    });
  } finally {
    if (runningLoopOrNull() === null) setRunningLoop(outer);
  }
}
