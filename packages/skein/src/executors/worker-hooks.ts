/** What the threads of a pool call before their first task and after their last. */
import { inspect } from 'node:util';
import { isAsyncFunction, isCoroutine } from '../core/coroutine.ts';
import { functionId, referenceById } from '../crossing/function-table.ts';
import { pack, type PackedValues, unpack } from '../crossing/packed-values.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { run } from '../loops/run.ts';

/** What every thread of a pool calls before its first task. Plain data. */
export interface Initializer {
  /** Index in the function table. */
  readonly fn: number;
  readonly args: PackedValues;
}

/** Makes an initializer cross. */
export function packInitializer(
  thread: ThisThread,
  fn: Function | undefined,
  args: readonly unknown[] = [],
): Initializer | undefined {
  if (!Array.isArray(args)) {
    throw new TypeError(`initargs takes an array, got ${inspect(args)}. Write initargs: [value].`);
  }
  if (fn === undefined && args.length > 0) {
    throw new TypeError(
      'initargs are the arguments of the initializer, and there is none. Give initializer: fn as well.',
    );
  }
  if (fn === undefined) return undefined;
  const place = (index: number): string => `initializer argument ${index + 1}`;
  return { fn: functionId(thread, fn), args: pack(args, place) };
}

/** Calls the initializer in this thread, and runs it to its end, whatever kind of function it is. */
export async function initialize(thread: ThisThread, { fn, args }: Initializer): Promise<void> {
  await callToItsEnd(await resolveFunction(referenceById(thread, fn)), unpack(args));
}

/** Calls the teardown of a pool in this thread likewise; prints what it throws. */
export async function tearDown(thread: ThisThread, fn: number): Promise<void> {
  try {
    await callToItsEnd(await resolveFunction(referenceById(thread, fn)), []);
  } catch (error) {
    console.error('Exception in teardown:', error);
  }
}

async function callToItsEnd(fn: Function, args: readonly unknown[]): Promise<void> {
  const call = (): unknown => (fn as (...args: readonly unknown[]) => unknown)(...args);
  if (isAsyncFunction(fn)) {
    await run(async () => call());
    return;
  }
  const result = call();
  if (isCoroutine(result)) run(result);
  else await result;
}
