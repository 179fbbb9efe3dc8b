/**
 * How a thread sleeps until another one has something for it.
 *
 * Every thread has one word, its parker, whatever it waits for: outcomes of jobs, calls from other
 * threads, the end of a thread. Who has something for it first puts that where the sleeper will
 * look (an inbox, a ring), then calls `unpark`.
 *
 * ```
 *   sleeper                              waker
 *   1  parker := parked                  a  put the thing
 *   2  look for things; any? go on       b  parker = parked?  no: done
 *   3  wait while parker = parked        c  parked → awake by compare-and-exchange; lost? done
 *   4  parker := awake                   d  notify
 * ```
 *
 * Invariants (model test: test/model/parking.test.ts)
 *  1. No wake-up is lost: in the one order of all atomics either `a` comes before `2`, and the
 *     sleeper sees the thing, or `1` comes before `b`, and the waker sees that it sleeps.
 *  2. A sleeper costs wakers one `notify` altogether, not one each: only who wins `c` pays for it.
 *     A thread that is awake costs them one load.
 *  3. A waker that dies between `c` and `d` leaves a sleeper whose word says awake. The sleeper
 *     sleeps in slices and looks around after each, so it loses a slice and not its life.
 *
 * `notify` wakes all waiters of the word: a thread may have an asynchronous waiter of earlier days
 * on it beside the blocking one, and must not lose its wake-up to that.
 */
import { compareExchange, load, notifyAll, store, wait } from './atomics.ts';

export const Parker = { awake: 0, parked: 1 } as const;

/** The longest that a thread sleeps before it looks around, in milliseconds. */
export const SLICE_MS = 500;

/** Announces sleep. Look for things after this and before `sleep`. Sleeper's thread only. */
export function announce(words: Int32Array, parker: number): void {
  store(words, parker, Parker.parked);
}

/** Sleeps until unparked or for `timeoutMs`, in one slice. Sleeper's thread only, blocks. */
export function sleep(words: Int32Array, parker: number, timeoutMs: number): void {
  wait(words, parker, Parker.parked, Math.min(timeoutMs, SLICE_MS));
  store(words, parker, Parker.awake);
}

/** Takes the announcement back. Sleeper's thread only. */
export function stayAwake(words: Int32Array, parker: number): void {
  store(words, parker, Parker.awake);
}

/** Wakes the thread if it sleeps; says whether it did. Any thread. */
export function unpark(words: Int32Array, parker: number): boolean {
  if (load(words, parker) !== Parker.parked) return false;
  if (compareExchange(words, parker, Parker.parked, Parker.awake) !== Parker.parked) return false;
  notifyAll(words, parker);
  return true;
}
