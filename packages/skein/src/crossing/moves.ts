/**
 * What moves along with a message: found, checked, and taken away from this thread.
 *
 * Memory crosses in two ways, and the receiver cannot tell which. The keeper's ports hand it on as it
 * is, which takes two messages and a wait, whatever its size. Less than that is copied, as if it were
 * not to be moved, and then detached here.
 *
 * Everything is checked before anything is written, and what still fails fails before anything is
 * detached: the engine looks over the whole list first. So a submit that throws has taken nothing away.
 */
import { types } from 'node:util';
import type { Transferable } from 'node:worker_threads';
import { DataCloneError } from '../core/exceptions.ts';
import { elsewhere, goesAcross } from './border.ts';
import { describePath, withArticle } from './clone-place.ts';
import { type Instead, reach } from './reach.ts';
import { describe, forgetDescriptions, isShareable } from './share.ts';
import { hasMarks, markOf, unmark } from './transfer.ts';

/** What moves. */
export interface Moves {
  readonly list: readonly Transferable[];
  /** Those of the values that were marked. */
  readonly marked: readonly object[];
  /** Copying them is faster than handing them on. */
  readonly isSmall: boolean;
}

/**
 * Between this and 1 MiB the two ways cost the same, there and back with no other load: 200 to 300 µs
 * (docs/moving-data.md).
 */
const SMALL_BYTES = 512 * 1024;

/**
 * Finds what is to move along with `values`; `null` when nothing is.
 *
 * @param given - what the option `transfer` names
 * @param where - names the place of a value in errors: 'argument 2'
 * @throws {DataCloneError} when something in a list cannot be moved; it is named
 */
export function findMoves(
  values: readonly unknown[],
  given: readonly unknown[],
  where: (index: number) => string,
): Moves | null {
  if (given.length === 0 && !hasMarks()) return null;
  forgetDescriptions();
  const seen = new Set<object>();
  const viewed = new Set<unknown>();
  const marked: object[] = [];
  const lists: { readonly of: string; readonly list: readonly unknown[] }[] = [];
  if (given.length > 0) lists.push({ of: "the option 'transfer'", list: given });
  for (const [index, value] of values.entries()) {
    const enter = (object: object): boolean | Instead => {
      if (types.isProxy(object)) return false;
      const list = markOf(object);
      if (list !== undefined) {
        marked.push(object);
        lists.push({ of: `the transfer list of ${where(index)}`, list });
      }
      if (ArrayBuffer.isView(object)) viewed.add(object.buffer);
      return isShareable(object) ? { instead: describe(object).data } : true;
    };
    reach(value, enter, seen);
  }
  if (lists.length === 0) return null;
  const all = new Set<Transferable>();
  const isReached = (item: object): boolean => seen.has(item) || viewed.has(item);
  for (const { of, list } of lists) checkList(of, list, isReached, all);
  let bytes = 0;
  for (const each of all) bytes += types.isArrayBuffer(each) ? each.byteLength : Infinity;
  // No process can hand memory on to another one.
  return { list: [...all], marked, isSmall: goesAcross() || bytes <= SMALL_BYTES };
}

function checkList(
  of: string,
  list: readonly unknown[],
  isReached: (item: object) => boolean,
  all: Set<Transferable>,
): void {
  const own = new Set<unknown>();
  for (const [index, item] of list.entries()) {
    const problem = own.has(item)
      ? 'it is in the list twice; name it once'
      : problemOf(item, isReached);
    if (problem !== undefined) {
      throw new DataCloneError(
        `${of}, ${describePath(`[${index}]`)}: ${nameOf(item)} cannot be transferred; ${problem}`,
      );
    }
    own.add(item);
    all.add(item as Transferable);
  }
}

function problemOf(item: unknown, isReached: (item: object) => boolean): string | undefined {
  if (typeof item !== 'object' || item === null) return 'memory and ports can, this is a value';
  if (ArrayBuffer.isView(item)) return 'name the memory that it shows: its .buffer';
  if (types.isSharedArrayBuffer(item)) {
    return 'all threads use it at once and none loses it; leave it out of the list';
  }
  if (!isTransferable(item)) {
    return 'of its kind there is only one in one thread; leave it out of the list, and it is copied if it can be';
  }
  if (goesAcross() && !types.isArrayBuffer(item)) {
    return `memory can be moved to ${elsewhere()}, and nothing else; leave it out of what is sent`;
  }
  if (types.isArrayBuffer(item) && isDetached(item)) {
    return 'its memory has gone to another thread already';
  }
  if (isUntransferable(item)) {
    return 'Node keeps it where it is (a pool of small Buffers, for one); leave it out of the list, and it is copied';
  }
  return isReached(item) ? undefined : 'it is not part of what is sent; send it, or leave it out';
}

/** Node's transferable classes have a method under a symbol of this name; ports are known by themselves. */
function isTransferable(object: object): boolean {
  if (types.isArrayBuffer(object) || object instanceof MessagePort) return true;
  for (
    let proto = Object.getPrototypeOf(object) as object | null;
    proto !== null;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    const symbols = Object.getOwnPropertySymbols(proto);
    if (symbols.some((symbol) => symbol.description === 'messaging_transfer_symbol')) return true;
  }
  return false;
}

/** Node 20 does not tell by `detached`. */
function isDetached(memory: ArrayBuffer): boolean {
  if (memory.byteLength > 0) return false;
  try {
    void new Uint8Array(memory);
    return false;
  } catch {
    return true;
  }
}

/**
 * Node 20 has no such function, and copies what is marked so. Asked for at run time: a bundler would make
 * an import of it.
 */
function isUntransferable(object: object): boolean {
  const { isMarkedAsUntransferable } = process.getBuiltinModule('node:worker_threads') as {
    isMarkedAsUntransferable?: (object: object) => boolean;
  };
  return isMarkedAsUntransferable?.(object) === true;
}

function nameOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const name = (item.constructor as Function | undefined)?.name || 'Object';
  const text = withArticle(name);
  return types.isAnyArrayBuffer(item) ? `${text} of ${item.byteLength} bytes` : text;
}

/**
 * Takes what moves away from this thread: gives a copy of `payload` in which it is, and the list anew.
 *
 * @throws what `structuredClone` throws; nothing has moved then
 */
export function moveOut<T>(payload: T, { list, marked }: Moves): { payload: T; list: object[] } {
  const moved = structuredClone({ payload, list: [...list] }, { transfer: [...list] });
  for (const value of marked) unmark(value);
  return moved;
}

/** The same for what was copied: it is only lost here. */
export function detach(moves: Moves): void {
  try {
    moveOut(null, moves);
  } catch (error) {
    throw cannotMove(error);
  }
}

/** Refused by the engine: memory of WebAssembly, say. */
export function cannotMove(cause: unknown): DataCloneError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataCloneError(`what is in a transfer list cannot be transferred: ${reason}`, {
    cause,
  });
}
