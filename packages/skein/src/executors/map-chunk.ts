/** The other side of `map`: a task that calls the function for each element of a chunk. */
import { isAsyncFunction, isCoroutine, isThenable } from '../core/coroutine.ts';
import { decodeError } from '../crossing/decode-error.ts';
import { encodeError } from '../crossing/encode-error.ts';
import type { FunctionReference } from '../crossing/function-reference.ts';
import { referenceById } from '../crossing/function-table.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import { registerTask } from '../crossing/task.ts';
import { thisThread } from '../crossing/this-thread.ts';
import { run } from '../loops/run.ts';
import { runAsyncHere } from './async-jobs.ts';
import { currentJob } from './current-job.ts';

/** The values before the first element that failed, and then what it failed with. */
export type ChunkResult<T> = readonly [values: T[], failure: readonly [unknown] | null];

type AnyFunction = (item: unknown) => unknown;

/**
 * Calls the function with this number for each element, one after the other. In another process, which
 * does not know the number, by its reference.
 */
export const mapChunk: (of: number | FunctionReference, items: unknown[]) => unknown = registerTask(
  import.meta.url,
  'skein: map a chunk',
  (of: number | FunctionReference, items: unknown[]): unknown => {
    const reference = typeof of === 'number' ? referenceById(thisThread(), of) : of;
    const fn = resolveFunction(reference) as AnyFunction | Promise<AnyFunction>;
    if (typeof fn !== 'function') return fn.then((found) => mapWith(found, items));
    return mapWith(fn, items);
  },
);

function mapWith(fn: AnyFunction, items: unknown[]): unknown {
  if (isAsyncFunction(fn)) return mapLater(fn, items, []);
  const values: unknown[] = [];
  try {
    for (let index = 0; index < items.length; index++) {
      currentJob().throwIfCancelled();
      const made = fn(items[index]);
      const value = isCoroutine(made) ? run(made) : made;
      if (isThenable(value)) return mapLater(fn, items.slice(index + 1), values, value);
      values.push(value);
    }
    return [values, null];
  } catch (error) {
    return [values, [encodeError(error)]];
  }
}

async function mapLater(
  fn: AnyFunction,
  items: unknown[],
  values: unknown[],
  first?: PromiseLike<unknown>,
): Promise<unknown> {
  const job = currentJob();
  try {
    if (first !== undefined) values.push(await first);
    for (const item of items) {
      job.throwIfCancelled();
      values.push(await runAsyncHere(async () => fn(item)));
    }
    return [values, null];
  } catch (error) {
    return [values, [encodeError(error)]];
  }
}

/** What a chunk brought, here where it was asked for. */
export function valuesOf<T>([values, failure]: ChunkResult<T>): {
  readonly values: T[];
  readonly failure: { readonly error: unknown } | null;
} {
  return { values, failure: failure === null ? null : { error: decodeError(failure[0]) } };
}
