/**
 * Errors cross whole. The structured clone keeps message, stack and cause, and loses the class, the
 * code, all other properties, `AggregateError.errors` and a name of its own; so what is sent instead
 * is a description of the error, plain data that goes the way of all values.
 *
 * Errors refer to each other (cause, errors, any property), in circles too: the description is a list
 * of errors, and a place that holds an error says which.
 */

import { inspect, types } from 'node:util';
import { encode } from './encode.ts';
import type { ErrorClassName } from './error-class.ts';
import { classNamesOf } from './error-class.ts';
import { threadName } from './this-thread.ts';

/** What stands at a place: a value as it is, one of the errors, or a list in which there are errors. */
export type EncodedPlace =
  | { readonly value: unknown }
  | { readonly error: number }
  | { readonly list: readonly EncodedPlace[] };

/** An own property. */
export interface EncodedProperty {
  readonly key: string;
  readonly enumerable: boolean;
  readonly place: EncodedPlace;
}

export interface EncodedError {
  /** The nearest first; the last one builtin. */
  readonly classes: readonly ErrorClassName[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Cause and errors among them; message and stack not. */
  readonly properties: readonly EncodedProperty[];
}

/** What was thrown, and all errors that hang together with it. */
export interface EncodedThrow {
  readonly thread: string;
  readonly thrown: EncodedPlace;
  readonly errors: readonly EncodedError[];
}

/** How many errors that hang together are described; of the rest only the text is sent. */
const MOST_ERRORS = 1000;

/** Memory to try a value in. */
const trial = Buffer.alloc(256);

/**
 * Describes what was thrown, an error or anything else, as plain data for `encode`. Never throws: a
 * property that cannot cross becomes the text that `util.inspect` gives for it.
 */
export function encodeError(error: unknown): unknown {
  const errors: EncodedError[] = [];
  const numbers = new Map<object, number>();
  const thrown = placeOf(error, errors, numbers);
  return { thread: threadName(), thrown, errors } satisfies EncodedThrow;
}

/** Tells errors from other objects that are thrown. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

function placeOf(
  value: unknown,
  errors: EncodedError[],
  numbers: Map<object, number>,
): EncodedPlace {
  if (isError(value)) {
    if (errors.length >= MOST_ERRORS && !numbers.has(value)) return { value: String(value) };
    return { error: numberOf(value, errors, numbers) };
  }
  if (Array.isArray(value) && value.some(isError)) {
    return { list: value.map((element) => placeOf(element, errors, numbers)) };
  }
  return { value: canCross(value) ? value : inspect(value) };
}

function numberOf(error: Error, errors: EncodedError[], numbers: Map<object, number>): number {
  const known = numbers.get(error);
  if (known !== undefined) return known;
  const number = numbers.size;
  numbers.set(error, number);
  const properties: EncodedProperty[] = [];
  errors[number] = {
    classes: classNamesOf(error),
    name: textOf(error, 'name') ?? 'Error',
    message: textOf(error, 'message') ?? '',
    stack: textOf(error, 'stack'),
    properties,
  };
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'message' || key === 'stack') continue;
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    properties.push({ key, enumerable, place: placeOf(read(error, key), errors, numbers) });
  }
  return number;
}

function canCross(value: unknown): boolean {
  try {
    encode([value], trial, () => 'a property');
    return true;
  } catch {
    return false;
  }
}

function textOf(error: Error, key: 'name' | 'message' | 'stack'): string | undefined {
  const value = read(error, key);
  return value === undefined || value === null
    ? undefined
    : typeof value === 'string'
      ? value
      : inspect(value);
}

/** A getter that throws has no value to send. */
function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
