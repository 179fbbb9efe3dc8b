/*
 * Arguments of another kind than was asked for. The compiler finds them in TypeScript; in JavaScript
 * they would be found much later, as an error that says nothing of the call that was wrong. On hot
 * paths the condition stands where the argument is used, and only the error comes from here.
 */
import { ValueError } from './exceptions.ts';
import { repr } from './repr.ts';

/** @param asked - who asks, with what it takes: `callLater() takes a number of milliseconds` */
export function requireNumber(x: unknown, asked: string): void {
  if (typeof x !== 'number' || Number.isNaN(x)) throw new ValueError(`${asked}, got ${repr(x)}`);
}

/** @param asked - who takes the callback: `addDoneCallback` */
export function requireCallback(x: unknown, asked: string): void {
  if (typeof x === 'function') return;
  throw new TypeError(`a callable object was expected by ${asked}(), got ${repr(x)}`);
}

/** @param example - how it is written: `{ timeout: 1000 }` */
export function requireOptions(x: unknown, asked: string, example: string): void {
  if (x === undefined || (typeof x === 'object' && x !== null)) return;
  throw new TypeError(`${asked}() takes options as an object, got ${repr(x)}; write ${example}`);
}

/** @param known - the names of the options that there are */
export function requireKnown(options: object, asked: string, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const which = known.length === 1 ? `option '${known[0]}'` : `options ${known.join(', ')}`;
    throw new TypeError(`${asked}() knows the ${which}, and was given '${name}'.`);
  }
}

export function requireLoop(x: unknown): void {
  if ((x as { scheduler?: unknown } | null | undefined)?.scheduler === undefined) throw noLoop(x);
}

/** What is thrown when something else than a loop is given where one is wanted. */
export function noLoop(x: unknown): TypeError {
  return new TypeError(
    `an event loop was expected, got ${repr(x)}; give what newEventLoop() or getEventLoop() returns`,
  );
}
