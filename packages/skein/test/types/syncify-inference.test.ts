/** What the compiler knows of syncified functions. Everything here is checked when the tests are compiled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coroutine } from 'skein';
import { syncify } from 'skein/sync';

/** Fails to compile unless both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(isSame: Same<A, B>): void => assert.ok(isSame);

declare function format(source: string, options?: { readonly width: number }): Promise<string>;
declare function count(...words: string[]): number;
declare function read(path: string): Coroutine<Uint8Array>;
declare function parse<T>(text: string, revive: T): Promise<readonly T[]>;
declare function nested(): Promise<Promise<'deep'>>;

/** Is compiled, and not run: the functions are not there. */
function compiled(): void {
  const formatSync = syncify(format);
  same<typeof formatSync, (source: string, options?: { readonly width: number }) => string>(true);
  const text = formatSync('a', { width: 80 });
  same<typeof text, string>(true);
  // @ts-expect-error -- a string is wanted
  formatSync(5);
  // @ts-expect-error -- width is missing
  formatSync('a', {});

  const countSync = syncify(count);
  same<typeof countSync, (...words: string[]) => number>(true);
  const bytes = syncify(read)('path');
  same<typeof bytes, Uint8Array>(true);
  const deep = syncify(nested)();
  same<typeof deep, 'deep'>(true);

  const parseSync = syncify(parse);
  const numbers = parseSync('[1]', 1 as number);
  same<typeof numbers, readonly number[]>(true);

  syncify(format, { timeout: 1000 });
  // @ts-expect-error -- there is no such option
  syncify(format, { timeoutMs: 1000 });
  // @ts-expect-error -- synckit takes a path, syncify the function
  syncify('./worker.js');
}

test('a syncified function has the parameters of the function, and its result without the promise', () => {
  assert.equal(typeof compiled, 'function');
});
