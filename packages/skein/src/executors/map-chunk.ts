/**
 * The other side of `map`: a function is called for each element of a chunk, one after the other.
 *
 * The job is one of the function itself, so the worker knows what kind of function it is, and has loaded
 * its module before it reads the elements. A bit of the payload says that the arguments are elements.
 */
import { isCoroutine, isThenable } from '../core/coroutine.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { run } from '../loops/run.ts';
import { runAsyncHere } from './async-jobs.ts';
import type { AnyFunction, LoadedFunction } from './job-calls.ts';
import type { RunningJob } from './running-job.ts';

/** A function that takes a list of elements, and calls `fn` for each of them. */
export function overChunk(job: RunningJob, { fn, isAsync }: LoadedFunction): LoadedFunction {
  const map = (items: unknown): unknown =>
    isAsync ? mapLater(job, fn, items as unknown[], []) : mapWith(job, fn, items as unknown[]);
  return { fn: map, isAsync: false };
}

function mapWith(job: RunningJob, fn: AnyFunction, items: unknown[]): unknown {
  const values: unknown[] = [];
  try {
    for (let index = 0; index < items.length; index++) {
      job.throwIfCancelled();
      const made = fn(items[index]);
      const value = isCoroutine(made) ? run(job.driving(made)) : made;
      if (isThenable(value)) return mapLater(job, fn, items.slice(index + 1), values, value);
      values.push(value);
    }
    return [values, null];
  } catch (error) {
    return [values, [encodeError(error)]];
  }
}

async function mapLater(
  job: RunningJob,
  fn: AnyFunction,
  items: unknown[],
  values: unknown[],
  first?: PromiseLike<unknown>,
): Promise<unknown> {
  try {
    if (first !== undefined) values.push(await first);
    for (const item of items) {
      job.throwIfCancelled();
      values.push(await runAsyncHere(job, async () => fn(item)));
    }
    return [values, null];
  } catch (error) {
    return [values, [encodeError(error)]];
  }
}
