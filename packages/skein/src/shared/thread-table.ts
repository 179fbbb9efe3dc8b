import { RuntimeError } from '../core/exceptions.ts';
import { add, compareExchange, load, store } from './atomics.ts';
import { openInbox } from './inbox.ts';
import {
  EndReason,
  HEADER,
  THREAD,
  threadAt,
  THREADS,
  ThreadFlag,
  ThreadStatus,
} from './layout.ts';
import { clearLeft } from './left-running.ts';
import { Parker, unpark } from './parking.ts';
import type { ProcessMemory } from './process-memory.ts';

/** Where a thread is found: its place in the table, and the ident that says that it is still it. */
export interface ThreadAddress {
  readonly entry: number;
  readonly ident: number;
}

/** What a new entry of the table is filled with. */
export interface NewThread {
  /** Bits of `ThreadFlag`. */
  readonly flags: number;
  /** The thread that starts it; null for the first thread of the program. */
  readonly starter: ThreadAddress | null;
  /** Pool that it works for, or -1. */
  readonly pool: number;
}

/** Takes a free entry of the table for a thread that is about to be started. Any thread. */
export function enterThread(memory: ProcessMemory, thread: NewThread): ThreadAddress {
  const { words } = memory;
  for (let entry = 0; entry < THREADS; entry++) {
    const at = threadAt(entry);
    const { free, starting } = ThreadStatus;
    if (compareExchange(words, at + THREAD.status, free, starting) !== free) continue;
    const ident = memory.nextIdent();
    raise(words, HEADER.entries, entry + 1);
    store(words, at + THREAD.ident, ident);
    store(words, at + THREAD.parker, Parker.awake);
    store(words, at + THREAD.flags, thread.flags);
    store(words, at + THREAD.starter, thread.starter?.ident ?? 0);
    store(words, at + THREAD.starterEntry, thread.starter?.entry ?? 0);
    store(words, at + THREAD.endReason, 0);
    store(words, at + THREAD.exitCode, 0);
    store(words, at + THREAD.tid, 0);
    store(words, at + THREAD.begun, 0);
    store(words, at + THREAD.deadline, 0);
    store(words, at + THREAD.loop, 0);
    store(words, at + THREAD.child, 0);
    store(words, at + THREAD.rung, 0);
    clearLeft(words, entry);
    openInbox(words, at + THREAD.inbox, ident);
    store(words, at + THREAD.pool, thread.pool + 1); // last: then it counts as one of the pool's
    return { entry, ident };
  }
  throw new RuntimeError(
    `Cannot start a thread: the program has ${THREADS} threads already, the most there can be. ` +
      'Join threads that are done, or give the work to a ThreadPoolExecutor.',
    'ERR_TOO_MANY_THREADS',
  );
}

/** Whether this thread has been started and has not ended. */
export function isAlive(words: Int32Array, { entry, ident }: ThreadAddress): boolean {
  const at = threadAt(entry);
  const status = load(words, at + THREAD.status);
  return (
    load(words, at + THREAD.ident) === ident &&
    (status === ThreadStatus.starting || status === ThreadStatus.running)
  );
}

/** Wakes a thread if it sleeps. Harmless when its entry has another thread by now. */
export function wakeThread(words: Int32Array, entry: number): void {
  unpark(words, threadAt(entry) + THREAD.parker);
}

/** Has a thread look at what it waits for in shared memory; says whether it slept, and is woken. */
export function ring(words: Int32Array, entry: number): boolean {
  store(words, threadAt(entry) + THREAD.rung, 1);
  return unpark(words, threadAt(entry) + THREAD.parker);
}

/**
 * The entry of a thread, or -1 when it is dead. It has one until the keeper has swept up after it: until then it may
 * run code still, in its exit hooks.
 */
export function entryOf(words: Int32Array, ident: number): number {
  for (let entry = 0; entry < usedEntries(words); entry++) {
    if (load(words, threadAt(entry) + THREAD.ident) === ident) return entry;
  }
  return -1;
}

/** Wakes all threads that sleep: something of general interest has happened. */
export function wakeAll(words: Int32Array): void {
  for (let entry = 0; entry < usedEntries(words); entry++) {
    if (load(words, threadAt(entry) + THREAD.status) !== ThreadStatus.free)
      wakeThread(words, entry);
  }
}

/**
 * Asks a thread to end, and says whether it has to be terminated for that. One that has not begun
 * must not be: it would never take up its lifeline, which then closes only when its parent's loop
 * turns. It looks whether it was asked when it begins (`begin`), and either it sees that or we see
 * that it has begun.
 */
export function askToEnd(words: Int32Array, { entry, ident }: ThreadAddress): boolean {
  const at = threadAt(entry);
  if (ident === 0 || load(words, at + THREAD.ident) !== ident) return false;
  store(words, at + THREAD.endReason, EndReason.terminated);
  return load(words, at + THREAD.begun) === 1;
}

/** Notes that the thread's own code runs; false when it was asked to end before that. */
export function begin(words: Int32Array, { entry }: ThreadAddress): boolean {
  const at = threadAt(entry);
  store(words, at + THREAD.begun, 1);
  return load(words, at + THREAD.endReason) !== EndReason.terminated;
}

/** Notes that a thread ends by itself, if nobody has asked it to, and its exit code. Its exit hook. */
export function noteExit(words: Int32Array, { entry }: ThreadAddress, exitCode: number): void {
  const at = threadAt(entry);
  store(words, at + THREAD.exitCode, exitCode);
  compareExchange(words, at + THREAD.endReason, EndReason.none, EndReason.exited);
}

/** Marks a thread as ended and tells everybody. The thread itself, or the keeper. */
export function leaveThread(words: Int32Array, { entry, ident }: ThreadAddress): void {
  const at = threadAt(entry);
  if (load(words, at + THREAD.ident) !== ident) return;
  store(words, at + THREAD.status, ThreadStatus.ended);
  add(words, HEADER.deaths, 1);
  wakeAll(words);
}

/** Whether a thread lives for whose end the process has to wait: alive, no daemon, no worker. */
export function someThreadIsNeeded(words: Int32Array, except: number): boolean {
  const ignored = ThreadFlag.daemon | ThreadFlag.worker | ThreadFlag.keeper;
  for (let entry = 0; entry < usedEntries(words); entry++) {
    const at = threadAt(entry);
    const status = load(words, at + THREAD.status);
    if (entry === except || status === ThreadStatus.free || status === ThreadStatus.ended) continue;
    if ((load(words, at + THREAD.flags) & ignored) === 0) return true;
  }
  return false;
}

/** The threads that work for a pool: all that live, those that have not come up included. */
export function threadsOfPool(words: Int32Array, pool: number): ThreadAddress[] {
  return entriesOfPool(words, pool).filter((address) => isAlive(words, address));
}

/** The same, and those that have died and were not swept up yet: their counts stand there still. */
export function entriesOfPool(words: Int32Array, pool: number): ThreadAddress[] {
  const entries: ThreadAddress[] = [];
  for (let entry = 0; entry < usedEntries(words); entry++) {
    const at = threadAt(entry);
    if (load(words, at + THREAD.pool) !== pool + 1) continue;
    const ident = load(words, at + THREAD.ident);
    if (ident !== 0) entries.push({ entry, ident });
  }
  return entries;
}

/** Those of them that have come up: their initializer is through. */
export function threadsUpIn(words: Int32Array, pool: number): ThreadAddress[] {
  return threadsOfPool(words, pool).filter(
    ({ entry }) => load(words, threadAt(entry) + THREAD.status) === ThreadStatus.running,
  );
}

/** Entries of the table from here on have never been used. */
export const usedEntries = (words: Int32Array): number => load(words, HEADER.entries);

/** Makes a word at least `value`; says whether it was less. */
export function raise(words: Int32Array, at: number, value: number): boolean {
  for (let seen = load(words, at); seen < value;) {
    const found = compareExchange(words, at, seen, value);
    if (found === seen) return true;
    seen = found;
  }
  return false;
}
