/**
 * Marks values whose memory moves to another thread instead of being copied.
 *
 * The mark is kept beside the value, not around it: `transfer(value, list)` is `value`. So a function
 * that ends in `return transfer(pixels, [pixels.buffer])` may also be called where it is, and gives its
 * caller the pixels. Who sends the value finds the mark, wherever in the message it stands, and what
 * the list names is moved (moves.ts). A mark holds for one message.
 */
import { inspect } from 'node:util';
import type { Transferable } from 'node:worker_threads';

const lists = new WeakMap<object, readonly Transferable[]>();
/** Marks that were set and not used. What is never sent only costs a look for marks in each message. */
let unused = 0;

/**
 * Marks `value` so that the next time it is sent to another thread, as an argument or a result, or
 * anywhere inside of one, what `list` names is moved instead of copied: the receiver has it, and it is
 * detached here. Returns `value`.
 *
 * ```ts
 * const pixels = new Uint8Array(16_000_000);
 * const image = await pool.submit(render, transfer(pixels, [pixels.buffer]));
 * ```
 *
 * What cannot be moved is refused when the value is sent, with a `DataCloneError`, and then nothing was
 * moved. An empty list takes a mark off again.
 *
 * Thread  any
 *
 * @param value - an object: what holds the memory
 * @param list - `ArrayBuffer`s (of a view: its `.buffer`), `MessagePort`s, streams, `FileHandle`s that are
 *   part of the message
 * @throws {TypeError} when `value` is no object, or `list` no array
 */
export function transfer<T>(value: T, list: readonly Transferable[]): T {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(
      `transfer(value, list) takes an object that holds what the list names, got ${inspect(value)}. ` +
        'Write transfer(bytes, [bytes.buffer]).',
    );
  }
  if (!Array.isArray(list)) {
    throw new TypeError(
      `transfer(value, list) takes an array of what is moved, got ${inspect(list)}. ` +
        'Write transfer(bytes, [bytes.buffer]).',
    );
  }
  unmark(value);
  if (list.length === 0) return value;
  lists.set(value, [...(list as readonly Transferable[])]);
  unused++;
  return value;
}

/** Whether any value is marked. */
export function hasMarks(): boolean {
  return unused > 0;
}

/** What moves along with a value. */
export function markOf(value: object): readonly Transferable[] | undefined {
  return lists.get(value);
}

/** The mark was used. */
export function unmark(value: object): void {
  if (lists.delete(value)) unused--;
}
