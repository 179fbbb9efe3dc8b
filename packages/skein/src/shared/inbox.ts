/**
 * The inbox of a thread: what others have finished or sent, in shared memory.
 *
 * A stack of slots, linked through a word for each slot, with one head word per thread. Any thread
 * pushes one; the receiver takes all at once and turns the order round, so that it reads them
 * oldest first. There is no capacity: a slot is in at most one inbox, and brings its own link.
 *
 * ```
 *   head  ┌ tag of the receiver │ slot + 1 ┐──▶ slot ──▶ slot ──▶ 0
 * ```
 *
 * The head carries a tag of the thread that it belongs to, and is closed (0) from that thread's
 * death until its place in the thread table is given to the next. So a push to a thread that died a
 * moment ago fails, instead of leaving a slot in an inbox that nobody or somebody else will read.
 *
 * Invariants (model test: test/model/inbox.test.ts)
 *  1. A slot is pushed by the one thread that holds it (running → done, or writing → posted) and
 *     not pushed again before its receiver has taken it.
 *  2. Take-all is one exchange, so the classic ABA trouble of stacks (a pop that reads a link which
 *     has changed under it) cannot arise: nobody pops one.
 *  3. A push either happens before the inbox is closed, and then closing returns the slot, or it
 *     fails, and then the pusher still holds the slot. No third case.
 *  4. A pusher that dies before its compare-and-exchange leaves the stack as it was. Its slot says
 *     done(dead thread) without being in the inbox; the receiver finds it when it looks after its
 *     own jobs at the next death (`Mailbox`).
 */
import { compareExchange, exchange, load, store } from './atomics.ts';

/** Where the links of slots live. */
export interface InboxPlace {
  readonly words: Int32Array;
  /** Word of the link of slot 0; those of the others follow. */
  readonly links: number;
}

const SLOT_BITS = 17;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const CLOSED = 0;

/** The head of an empty inbox that belongs to the thread `ident`: never 0. */
const emptyHead = (ident: number): number => ((ident % 0x7fff) + 1) << SLOT_BITS;

/** Opens the inbox for the thread `ident`. Whoever prepares that thread, before others know it. */
export function openInbox(words: Int32Array, inbox: number, ident: number): void {
  store(words, inbox, emptyHead(ident));
}

/**
 * Puts a slot into the inbox of the thread `ident`. Any thread.
 *
 * @returns false when that thread is gone; then nothing has happened
 */
export function pushInbox(place: InboxPlace, inbox: number, ident: number, slot: number): boolean {
  const { words } = place;
  const tag = emptyHead(ident);
  const link = place.links + slot;
  for (;;) {
    const head = load(words, inbox);
    if ((head & ~SLOT_MASK) !== tag) return false;
    store(words, link, head & SLOT_MASK);
    if (compareExchange(words, inbox, head, tag | (slot + 1)) === head) return true;
  }
}

/** Takes all slots out of the inbox, oldest first. Receiver's thread only. */
export function takeInbox(place: InboxPlace, inbox: number, ident: number): number[] {
  return follow(place, exchange(place.words, inbox, emptyHead(ident)));
}

/** Closes the inbox of a dead thread and returns what was in it, oldest first. Keeper only. */
export function closeInbox(place: InboxPlace, inbox: number): number[] {
  return follow(place, exchange(place.words, inbox, CLOSED));
}

/** Whether something is in the inbox. */
export function hasMail(words: Int32Array, inbox: number): boolean {
  return (load(words, inbox) & SLOT_MASK) !== 0;
}

function follow(place: InboxPlace, head: number): number[] {
  const taken: number[] = [];
  let next = head & SLOT_MASK;
  while (next !== 0) {
    taken.push(next - 1);
    next = load(place.words, place.links + next - 1);
  }
  return taken.length > 1 ? taken.reverse() : taken;
}
