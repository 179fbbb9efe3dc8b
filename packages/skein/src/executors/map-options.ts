/** The options of `map`: what they are, and what is wrong with those that were given. */
import { inspect } from 'node:util';
import { requireKnown } from '../core/arguments.ts';
import { ValueError } from '../core/exceptions.ts';

export interface MapOptions {
  /** How many elements make one task, ≥ 1. Default 1. More where a task takes some µs only. */
  readonly chunkSize?: number | undefined;
  /**
   * How many tasks are under way or wait to be asked for, ≥ 1. Default: all of an iterable, 64 of an
   * asynchronous one, in both cases at most the `maxQueue` of the pool.
   */
  readonly bufferSize?: number | undefined;
  /** Whether results come in the order of the elements. Default true; else as they are ready. */
  readonly ordered?: boolean | undefined;
  /** Milliseconds ≥ 0 from the call of `map` in which all results must have come. Default `Infinity`. */
  readonly timeout?: number | undefined;
}

/** @throws {TypeError|ValueError} when an option is not known, or its value makes no sense */
export function checkMapOptions(options: MapOptions): MapOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `map() takes its options as an object, got ${inspect(options)}. Write map(fn, items, { chunkSize: 100 }).`,
    );
  }
  requireKnown(options, 'map', ['chunkSize', 'bufferSize', 'ordered', 'timeout']);
  for (const name of ['chunkSize', 'bufferSize'] as const) {
    const value = options[name];
    if (value === undefined || value === Infinity || (Number.isInteger(value) && value >= 1))
      continue;
    throw new ValueError(`the option '${name}' takes a whole number ≥ 1, got ${inspect(value)}`);
  }
  const { timeout, ordered } = options;
  if (ordered !== undefined && typeof ordered !== 'boolean') {
    throw new TypeError(`the option 'ordered' takes true or false, got ${inspect(ordered)}`);
  }
  if (timeout === undefined || (typeof timeout === 'number' && timeout >= 0)) return options;
  throw new ValueError(`the option 'timeout' takes milliseconds ≥ 0, got ${inspect(timeout)}`);
}
