/**
 * The function table: references to functions, interned in process memory, so that a job names its
 * function by one number.
 *
 * An open hash table that only grows. An entry is taken by a compare-and-exchange that writes its
 * hash, filled, and then published; who meets an entry that is not published passes on, at worst
 * writing the same reference a second time, which does no harm. So a thread that dies half-way
 * costs one entry.
 *
 * Entry, Int32Array[4]: [0] hash of the text, 0 = free · [1] first page of its text · [2] bytes ·
 * [3] 1 when published. The text is JSON of a `FunctionReference`, in a page of the arena whose
 * owner is `KEPT`, which nobody frees.
 */
import { RuntimeError } from '../core/exceptions.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { FUNCTIONS, functionAt, PAGE_BYTES, pageAt, PAGES } from '../shared/layout.ts';
import { type FunctionReference, referenceOf } from './function-reference.ts';
import type { ThisThread } from './this-thread.ts';

/** Owner of pages that stay for the life of the process. */
const KEPT = -1;

/** Functions of the same text that were made inline share a reference. */
const ids = new WeakMap<FunctionReference, number>();
/** The one that was asked for last: mostly it is the same again. */
let latest: object = ids;
let latestId = 0;
const references: (FunctionReference | undefined)[] = [];

/** The number of a function of this thread. The first time it costs about a millisecond. */
export function functionId(thread: ThisThread, fn: Function): number {
  if (fn === latest) return latestId;
  const reference = referenceOf(fn);
  let id = ids.get(reference);
  if (id === undefined) {
    id = intern(thread, reference);
    ids.set(reference, id);
  }
  latest = fn;
  latestId = id;
  return id;
}

/** The reference behind a number that came from another thread. */
export function referenceById(thread: ThisThread, id: number): FunctionReference {
  return (references[id] ??= JSON.parse(textOf(thread, id)) as FunctionReference);
}

/**
 * Notes the function that another process, whose table this one does not see, calls by a number.
 *
 * @returns its number here
 */
export function noteForeign(id: number, reference: FunctionReference): number {
  references[FUNCTIONS + id] = reference;
  return foreignId(id);
}

/** The number here of a function that has been noted. */
export const foreignId = (id: number): number => FUNCTIONS + id;

function intern(thread: ThisThread, reference: FunctionReference): number {
  const { words } = thread.memory;
  const json = JSON.stringify(reference);
  const hash = hashOf(json);
  for (let step = 0; step < FUNCTIONS; step++) {
    const id = ((hash >>> 0) + step) % FUNCTIONS;
    const at = functionAt(id);
    const found = compareExchange(words, at, 0, hash);
    if (found === 0) {
      if (!publish(thread, at, json)) throw tooMany(reference);
      return id;
    }
    if (found === hash && load(words, at + 3) === 1 && textOf(thread, id) === json) return id;
  }
  throw tooMany(reference);
}

function tooMany({ name }: FunctionReference): RuntimeError {
  return new RuntimeError(
    `Cannot send '${name}': the program has sent as many different functions to threads already ` +
      `as there can be, ${FUNCTIONS}, or fewer of which the names and urls were very long. Send one ` +
      'function that takes an argument instead.',
    'ERR_TOO_MANY_FUNCTIONS',
  );
}

function publish(thread: ThisThread, at: number, json: string): boolean {
  const { words } = thread.memory;
  const bytes = Buffer.from(json);
  const page = thread.mailbox.arena.take(bytes.length, PAGES);
  if (page < 0) return false;
  for (let kept = page; kept < page + Math.ceil(bytes.length / PAGE_BYTES); kept++) {
    store(words, pageAt(kept), KEPT);
  }
  Buffer.from(thread.memory.buffers.arena, page * PAGE_BYTES, bytes.length).set(bytes);
  store(words, at + 1, page);
  store(words, at + 2, bytes.length);
  store(words, at + 3, 1);
  return true;
}

function textOf(thread: ThisThread, id: number): string {
  const { words, buffers } = thread.memory;
  const at = functionAt(id);
  const offset = load(words, at + 1) * PAGE_BYTES;
  return Buffer.from(buffers.arena, offset, load(words, at + 2)).toString();
}

/** FNV-1a over UTF-16 units; never 0. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return hash | 1;
}
