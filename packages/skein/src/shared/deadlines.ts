/**
 * Jobs that are asked to end, and threads that are ended because their job did not.
 *
 * A running job cannot be stopped from outside, but it can look: its slot has a word by which it is
 * asked to end (`Ask`). A job with a timeout sees by itself that its time is over. What does not end
 * when its grace is over too is ended with its thread, by the keeper, which never blocks. So that this
 * costs a job one or two stores, and the keeper nothing while all goes well, the keeper knows the
 * earliest deadline only, and is woken when an earlier one is set.
 *
 * ```
 *   worker, or owner of the job             keeper
 *   1  deadline of the slot := d            a  looksAt := 0
 *   2  deadline of the thread := earliest   b  look at the deadlines of all threads, judge
 *   3  looksAt = 0, or after d? wake it     c  looksAt := the earliest that is left; sleep until then
 * ```
 *
 * The job may end while it is judged, its owner may use the slot again, and the same worker claim it
 * again. So the keeper first takes the slot out of everybody's hands, running → judged, and then reads
 * the deadline once more. Either it has come: judged → condemned, and the thread is ended. Or it is that
 * of another job by now: judged → running, and nothing has happened.
 *
 * Invariants (model test: test/model/deadlines.test.ts)
 *  1. In a free slot nothing is asked, no deadline set, and nothing noted. The owner clears all that
 *     when it gives the slot back, or whoever frees the slot of a dead owner.
 *  2. While a slot is judged or condemned nobody but the keeper changes its state. The worker waits for
 *     the verdict before it writes an outcome into it (`finishRunning`); on a condemned one it gives up.
 *  3. Only a job whose own deadline has come is condemned, and only then its thread is ended.
 *  4. No deadline is missed: `2` comes before `3` and `a` before `b`. If `3` reads what was there before
 *     `a`, then `b` reads what `2` has written; else it reads 0, or what `c` has written. The keeper
 *     looks after it has announced that it sleeps, so a wake-up is not lost either (`parking.ts`).
 *  5. What a thread has noted is never later than a deadline of a job that it runs, but for the moment in which
 *     somebody replaces it: he reads the deadlines of the others before that and once more afterwards.
 *     One that is set in between was either there to be read, or is noted by who sets it.
 */
import { add, compareExchange, load, notifyAll, store, wait } from './atomics.ts';
import {
  Ask,
  CONTROL,
  controlAt,
  hasCome,
  HEADER,
  isBefore,
  momentOf,
  type Moment,
  Phase,
  phaseOf,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
  whoOf,
} from './layout.ts';
import { SLICE_MS } from './parking.ts';
import { slotsInChunks } from './slots.ts';
import { usedEntries, wakeAll, wakeThread } from './thread-table.ts';
import { countLost } from './work-counts.ts';

/** Asks the job in this slot to end. Says nothing to its thread. Owner of the slot only. */
export function ask(words: Int32Array, slot: number, what: number): void {
  const at = controlAt(slot) + CONTROL.asked;
  if (load(words, at) < what) store(words, at, what);
}

/** What the job in this slot is asked for: an `Ask`. */
export function askedOf(words: Int32Array, slot: number): number {
  return load(words, controlAt(slot) + CONTROL.asked);
}

/** Makes the control words of a slot those of a slot that is free. */
export function clearControl(words: Int32Array, slot: number): void {
  const at = controlAt(slot);
  if (load(words, at + CONTROL.asked) !== Ask.none) store(words, at + CONTROL.asked, Ask.none);
  if (load(words, at + CONTROL.deadline) !== 0) store(words, at + CONTROL.deadline, 0);
  if (load(words, at + CONTROL.queuedAt) !== 0) store(words, at + CONTROL.queuedAt, 0);
}

/**
 * The deadline of a job whose grace is over at `end`, in a pool of this concurrency. A thread that has
 * several jobs under way gives up such a one by itself, for the sake of the others, if it comes to that.
 */
export function deadlineFor(concurrency: number, end: number): Moment {
  return momentOf(concurrency > 1 ? end + STUCK_MS : end);
}

/** So much longer than its grace such a job may go on, in milliseconds. */
export const STUCK_MS = 100;

/** Has the keeper end the thread that runs this job if it runs at this moment still. */
export function setDeadline(words: Int32Array, slot: number, entry: number, moment: Moment): void {
  lower(words, controlAt(slot) + CONTROL.deadline, moment);
  note(words, entry, moment);
}

/** Notes that a job of this thread has a deadline, and tells the keeper if it would look too late. */
function note(words: Int32Array, entry: number, moment: Moment): void {
  lower(words, threadAt(entry) + THREAD.deadline, moment);
  const looksAt = load(words, HEADER.looksAt);
  if (looksAt !== 0 && !isBefore(moment, looksAt)) return;
  wakeThread(words, load(words, HEADER.keeper) - 1);
}

/**
 * A job of this thread has ended.
 *
 * @param others - slots of the jobs that the thread still runs
 */
export function endDeadline(words: Int32Array, entry: number, others: readonly number[]): void {
  const at = threadAt(entry) + THREAD.deadline;
  for (;;) {
    const found = load(words, at);
    if (found === 0) return;
    const earliest = earliestOf(words, others);
    if (compareExchange(words, at, found, earliest) !== found) continue;
    const now = earliestOf(words, others);
    if (now !== earliest) note(words, entry, now);
    return;
  }
}

/** The earliest deadline of jobs in these slots; 0 = there is none. */
function earliestOf(words: Int32Array, slots: Iterable<number>): Moment {
  let earliest = 0;
  for (const slot of slots) {
    earliest = earlier(earliest, load(words, controlAt(slot) + CONTROL.deadline));
  }
  return earliest;
}

/**
 * Moves the state of a job on from `running`, once the keeper has judged it if it does.
 *
 * @returns false when it was condemned: this thread is being ended
 */
export function finishRunning(
  words: Int32Array,
  slot: number,
  running: number,
  to: number,
): boolean {
  const at = slotAt(slot) + SLOT.state;
  for (;;) {
    const found = compareExchange(words, at, running, to);
    if (found === running) return true;
    if (phaseOf(found) !== Phase.judged) return false;
    wait(words, at, found, SLICE_MS);
  }
}

/**
 * Judges the jobs whose deadline has come. Keeper only.
 *
 * @param now - milliseconds of the clock that all threads have in common
 * @param end - ends the thread with this entry
 * @returns when to look again; 0 = when woken
 */
export function judgeOverdue(words: Int32Array, now: number, end: (entry: number) => void): Moment {
  store(words, HEADER.looksAt, 0);
  let earliest = 0;
  for (let entry = 0; entry < usedEntries(words); entry++) {
    const deadline = load(words, threadAt(entry) + THREAD.deadline);
    if (deadline === 0) continue;
    if (!hasCome(deadline, now)) earliest = earlier(earliest, deadline);
    else if (judge(words, entry, now)) end(entry);
    else earliest = earlier(earliest, correct(words, entry, deadline));
  }
  store(words, HEADER.looksAt, earliest);
  return earliest;
}

/** Whether a job of this thread was condemned. */
function judge(words: Int32Array, entry: number, now: number): boolean {
  const running = slotState(Phase.running, entry);
  const judged = slotState(Phase.judged, entry);
  const pool = load(words, threadAt(entry) + THREAD.pool) - 1;
  let hasCondemned = false;
  for (const slot of slotsOf(words, running)) {
    const at = slotAt(slot) + SLOT.state;
    if (!isOverdue(words, slot, now)) continue;
    if (compareExchange(words, at, running, judged) !== running) continue;
    const verdict = isOverdue(words, slot, now);
    if (verdict) countLost(words, pool, 1); // before its owner hears of it
    store(words, at, verdict ? slotState(Phase.condemned, entry) : running);
    notifyAll(words, at);
    hasCondemned ||= verdict;
  }
  if (!hasCondemned) return false;
  store(words, threadAt(entry) + THREAD.deadline, 0);
  add(words, HEADER.deaths, 1); // the owners look for jobs that are condemned
  wakeAll(words);
  return true;
}

/** The deadline that was noted for this thread is that of no job any more. Returns the right one. */
function correct(words: Int32Array, entry: number, noted: Moment): Moment {
  const running = slotState(Phase.running, entry);
  const earliest = earliestOf(words, slotsOf(words, running));
  const at = threadAt(entry) + THREAD.deadline;
  const found = compareExchange(words, at, noted, earliest);
  if (found !== noted) return found;
  const now = earliestOf(words, slotsOf(words, running));
  if (now !== 0) lower(words, at, now);
  return now;
}

function isOverdue(words: Int32Array, slot: number, now: number): boolean {
  const deadline = load(words, controlAt(slot) + CONTROL.deadline);
  return deadline !== 0 && hasCome(deadline, now);
}

/** Slots in this state. */
function* slotsOf(words: Int32Array, state: number): Generator<number> {
  for (const slot of slotsInChunks(words)) {
    if (load(words, slotAt(slot) + SLOT.state) === state) yield slot;
  }
}

/** Entry of the thread that runs the job in this slot, or -1. */
export function runnerOf(words: Int32Array, slot: number): number {
  const state = load(words, slotAt(slot) + SLOT.state);
  const phase = phaseOf(state);
  return phase === Phase.running || phase === Phase.judged ? whoOf(state) : -1;
}

const earlier = (a: Moment, b: Moment): Moment => (a === 0 || (b !== 0 && isBefore(b, a)) ? b : a);

/** Makes a moment in memory at least as early as this one. */
function lower(words: Int32Array, at: number, moment: Moment): void {
  for (let found = load(words, at); found === 0 || isBefore(moment, found);) {
    const seen = compareExchange(words, at, found, moment);
    if (seen === found) return;
    found = seen;
  }
}
