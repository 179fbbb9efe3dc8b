import { AsyncBody, FOREIGN_PROMISE } from './async-body.ts';
import { Future, waitersOf, whatIsBehind } from './future.ts';
import { type Dependent, isDependent, Observer } from './observer.ts';
import { repr } from './repr.ts';
import { Task } from './task.ts';
import { TimerHandle } from './timer-heap.ts';

/*
 * Who waits for whom: derived from what is there anyway, when somebody asks.
 *
 *     waits for     task --getWaiter()--> future --what is behind it--> other futures, a lock, a timer
 *     awaited by    future --its waiters--> tasks, and observers --on behalf of--> futures
 *
 * Some futures are only a place to wait: what `wait` waits with, the place in the line of a lock, the
 * timer of a sleep, the body of an async function. Nobody outside of the library holds them, and they
 * do not appear here: what stands behind them does. While such a future is pending it has no outcome,
 * and that field says what is behind it; so nothing of this costs a word of memory. A future that is
 * handed out and waits for others itself (what `gather` and `shield` give) does appear.
 *
 * `futureAddToAwaitedBy` adds what cannot be derived.
 *
 * @see CPython 3.14 Lib/asyncio/graph.py, which keeps a set on every future instead
 */

interface Added {
  readonly awaitedBy: Set<Future<unknown>>;
  readonly waitsFor: Set<Future<unknown>>;
}

/** By future; only of those for which somebody has added something. */
const added = new WeakMap<Future<unknown>, Added>();

/**
 * Notes that `waiter` waits for `future`, for the call graph. For primitives of one's own: whoever
 * awaits, and all that this library waits with, is known without it.
 *
 * Differs: CPython does nothing when it is given something else than futures
 *
 * @throws {TypeError} when one of the two is no future
 * @see CPython 3.14 Lib/asyncio/futures.py, future_add_to_awaited_by
 */
export function futureAddToAwaitedBy(future: Future<unknown>, waiter: Future<unknown>): void {
  checkFutures('futureAddToAwaitedBy()', future, waiter);
  addedTo(future).awaitedBy.add(waiter);
  addedTo(waiter).waitsFor.add(future);
}

/**
 * Takes back what `futureAddToAwaitedBy` noted; harmless when it did not.
 *
 * @throws {TypeError} when one of the two is no future
 * @see CPython 3.14 Lib/asyncio/futures.py, future_discard_from_awaited_by
 */
export function futureDiscardFromAwaitedBy(future: Future<unknown>, waiter: Future<unknown>): void {
  checkFutures('futureDiscardFromAwaitedBy()', future, waiter);
  added.get(future)?.awaitedBy.delete(waiter);
  added.get(waiter)?.waitsFor.delete(future);
}

function addedTo(future: Future<unknown>): Added {
  let entry = added.get(future);
  if (entry === undefined) {
    entry = { awaitedBy: new Set(), waitsFor: new Set() };
    added.set(future, entry);
  }
  return entry;
}

function checkFutures(asked: string, ...futures: unknown[]): void {
  for (const each of futures) {
    if (each instanceof Future) continue;
    throw new TypeError(
      `${asked} takes two futures, the one that is awaited first, got ${repr(each)}`,
    );
  }
}

/** What a future or task waits for now: futures; or locks, timers and the like; or words. */
export function waitsOf(future: Future<unknown>): Set<unknown> {
  const found = new Set<unknown>();
  if (future.done()) return found;
  if (future instanceof Task) {
    const waiter = future.getWaiter();
    if (waiter !== null) collectBehind(waiter, found);
  } else {
    const behind = isDependent(future) ? future : whatIsBehind(future);
    if (behind !== undefined) collectAwaited(behind, found);
  }
  for (const each of added.get(future)?.waitsFor ?? []) if (!each.done()) found.add(each);
  return found;
}

function collectBehind(future: Future<unknown>, found: Set<unknown>): void {
  if (future.done()) return;
  if (future instanceof AsyncBody) {
    const before = found.size;
    for (const each of future.waited) collectBehind(each, found);
    if (found.size === before) found.add(FOREIGN_PROMISE);
    return;
  }
  const behind = whatIsBehind(future);
  if (behind === undefined || isHandedOut(behind)) found.add(future);
  else collectAwaited(behind, found);
}

function collectAwaited(behind: object | Dependent, found: Set<unknown>): void {
  if (!isDependent(behind)) {
    found.add(behind);
    return;
  }
  for (const each of behind.awaited()) {
    if (each instanceof Future) collectBehind(each, found);
    else found.add(each);
  }
}

/** Who waits for a future now: futures and tasks; or somebody that is none of this thread, in words. */
export function awaitersOf(future: Future<unknown>): Set<Future<unknown> | string> {
  const found = new Set<Future<unknown> | string>();
  for (const waiter of waitersOf(future)) {
    if (waiter instanceof Task) found.add(waiter);
    else if (waiter instanceof Observer)
      for (const each of waiter.awaiters()) addAwaiter(each, found);
  }
  for (const each of added.get(future)?.awaitedBy ?? []) addAwaiter(each, found);
  return found;
}

function addAwaiter(awaiter: Future<unknown> | string, found: Set<Future<unknown> | string>): void {
  if (typeof awaiter === 'string') {
    found.add(awaiter);
  } else if (awaiter.done()) {
    // It has what it waited for, or has given up.
  } else if (isPlaceToWait(awaiter)) {
    for (const each of awaitersOf(awaiter)) found.add(each);
  } else {
    found.add(awaiter);
  }
}

/** Whether only the library holds the future. */
function isPlaceToWait(future: Future<unknown>): boolean {
  const behind = whatIsBehind(future);
  return future instanceof AsyncBody || (behind !== undefined && !isHandedOut(behind));
}

const isHandedOut = (behind: object): boolean => isDependent(behind) && behind.isHandedOut === true;

/** In words, what `waitsOf` has found. */
export function describeWait(awaited: unknown): string {
  if (typeof awaited === 'string') return awaited;
  if (awaited instanceof Future) return String(awaited);
  if (awaited instanceof TimerHandle) {
    const when = awaited.when();
    return when === Infinity
      ? 'a timer that is never due'
      : `a timer that is due at ${when.toFixed(1)} ms`;
  }
  return repr(awaited);
}
