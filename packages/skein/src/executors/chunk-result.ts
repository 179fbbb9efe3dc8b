/** What comes back of a chunk of elements of `map`. That one of them has failed is told by a value. */
import { decodeError } from '../crossing/decode-error.ts';

/** The values before the first element that failed, and then what it failed with. */
export type ChunkResult<T> = readonly [values: T[], failure: readonly [unknown] | null];

/** What a chunk brought, here where it was asked for. */
export function valuesOf<T>([values, failure]: ChunkResult<T>): {
  readonly values: T[];
  readonly failure: { readonly error: unknown } | null;
} {
  return { values, failure: failure === null ? null : { error: decodeError(failure[0]) } };
}

/** Whether an element of the chunk has failed. */
export function hasFailed(result: unknown): boolean {
  return (result as ChunkResult<unknown>)[1] !== null;
}
