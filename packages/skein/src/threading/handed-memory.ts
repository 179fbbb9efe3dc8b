/**
 * How an object in this thread gets the memory of one in another thread, without a parameter of its constructor,
 * which is there for everybody.
 */
import { thisThread } from '../crossing/this-thread.ts';

let handed: SharedArrayBuffer | null = null;

/** Makes an object over memory that has come from another thread. */
export function over<T>(memory: SharedArrayBuffer, make: () => T): T {
  handed = memory;
  try {
    return make();
  } finally {
    handed = null;
  }
}

/** The memory of the object that is being made: handed over, or new, with the ident of the thing in its first word. */
export function memoryOf(
  words: number,
  allocate: (bytes: number) => SharedArrayBuffer = (bytes) => new SharedArrayBuffer(bytes),
): { readonly memory: SharedArrayBuffer; readonly words: Int32Array; readonly isNew: boolean } {
  const isNew = handed === null;
  const memory = handed ?? allocate(words * 4);
  handed = null;
  const all = new Int32Array(memory, 0, words);
  if (isNew) all[0] = thisThread().memory.nextIdent();
  return { memory, words: all, isNew };
}
