/**
 * The queue of a pool: a ring for the jobs that have no priority, which are nearly all, and a smaller one
 * for each other level of priority.
 *
 * A worker takes the first job of the highest level, where a job counts one level higher for each
 * `ageing` milliseconds that it has waited: so one of low priority waits long, but not for ever. Within
 * a level it is first come, first served. Only the first of each ring is looked at: those behind it have
 * waited no longer.
 *
 * ```
 *   level  2   ▶ ○ ○            waited  100 ms → counts as 2.1
 *   level  0   ▶ ○ ○ ○ ○ ○      waited 2400 ms → counts as 2.4   ◀ taken next
 *   level -1   ▶ ○              waited 3000 ms → counts as 2.0
 * ```
 *
 * Whoever looks while others push and claim may find another job than the best one: then the order is
 * that of a moment ago. What it takes it takes by the job's own state word, as from a single ring
 * (`task-ring.ts`), so nothing is lost or taken twice.
 *
 * A worker that waits for a job, and cannot do it itself, puts it in front (`urge`): else those who come to help
 * would begin what is before it in the queue, and wait in their turn. It keeps its place, and has one more in a
 * small ring, which is looked at first. So that ring is a hint: when it is full, nothing is lost but time, and
 * only `claim` knows of it. An entry in it whose job was taken at its own place is passed over, or, when the slot
 * is used again, takes the new job early, as invariant 4 of `task-ring.ts` has it.
 *
 * Invariant: `levels` says that a level is used before its first job is pushed, and never takes it back.
 * So who finds it unused, after it has announced that it sleeps, is seen by whoever pushes then. As long as
 * none is used a queue costs what its one ring costs, and one load.
 */
import { compareExchange, load, or } from './atomics.ts';
import {
  CONTROL,
  controlAt,
  LEVEL,
  LEVEL_ENTRIES,
  LEVELS,
  levelAt,
  momentOf,
  POOL,
  POOL_HEADER_WORDS,
  poolAt,
  RING_ENTRIES,
  SLOT,
  SLOT_WORDS,
  slotAt,
  URGED,
  URGED_ENTRIES,
  urgedAt,
} from './layout.ts';
import { TaskRing } from './task-ring.ts';

/** The level of a job that has no priority; the middle one. */
const MIDDLE = (LEVELS - 1) / 2;
/** Priorities go from its negative to it. */
export const HIGHEST_PRIORITY: number = MIDDLE;

export class PoolQueue {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #at: number;
  /** State word of a slot that waits here. */
  readonly #queued: number;
  /** The ring of the jobs without priority. Open to see for the model test. */
  readonly main: TaskRing;
  readonly #others: (TaskRing | undefined)[] = [];
  #urgedRing: TaskRing | undefined;

  constructor(words: Int32Array, index: number, queued: number) {
    this.#words = words;
    this.#index = index;
    this.#at = poolAt(index);
    this.#queued = queued;
    this.main = new TaskRing({
      words,
      head: this.#at + POOL.head,
      tail: this.#at + POOL.tail,
      entries: this.#at + POOL_HEADER_WORDS,
      capacity: RING_ENTRIES,
      states: slotAt(0) + SLOT.state,
      stateStride: SLOT_WORDS,
    });
  }

  /** Whether jobs with a priority were ever submitted: then each is to be noted when it came. */
  get hasLevels(): boolean {
    return (load(this.#words, this.#at + POOL.levels) & ~URGED) !== 0;
  }

  /**
   * Puts a slot whose state is already `queued` at the end. Any thread.
   *
   * @param priority - from `-HIGHEST_PRIORITY` to `HIGHEST_PRIORITY`
   * @returns false when there is no room; then nothing has happened
   */
  push(slot: number, priority: number = 0): boolean {
    if (priority === 0) return this.main.push(slot);
    const level = priority + MIDDLE;
    or(this.#words, this.#at + POOL.levels, 1 << level);
    return this.#ring(level).push(slot);
  }

  /**
   * Takes the next job, by moving its state on to `running`.
   *
   * @param now - gives milliseconds of the clock that all threads have in common
   * @returns the slot, or -1 when there is none
   */
  claim(running: number, now: () => number): number {
    const levels = load(this.#words, this.#at + POOL.levels);
    if (levels === 0) return this.main.claim(this.#queued, running);
    if ((levels & URGED) !== 0) {
      const slot = this.#urged.claim(this.#queued, running);
      if (slot >= 0) return slot;
      if (levels === URGED) return this.main.claim(this.#queued, running);
    }
    for (;;) {
      const slot = this.#best(levels, now());
      if (slot < 0) return slot;
      const state = slotAt(slot) + SLOT.state;
      if (compareExchange(this.#words, state, this.#queued, running) === this.#queued) return slot;
    }
  }

  /** Has a job that waits here taken before all others. The owner of the slot. */
  urge(slot: number): void {
    or(this.#words, this.#at + POOL.levels, URGED);
    this.#urged.push(slot);
  }

  /** Takes a job where it does not matter which: all of them are to be taken. */
  claimAny(running: number): number {
    for (const ring of this.#rings()) {
      const slot = ring.claim(this.#queued, running);
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** The job that is next in turn where priorities do not matter; -1 when there is none. */
  first(): number {
    for (const ring of this.#rings()) {
      const slot = ring.first(this.#queued);
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** How many places are taken, those of cancelled jobs included: a hint, for decisions only. */
  get size(): number {
    if (!this.hasLevels) return this.main.size;
    return this.#rings().reduce((size, ring) => size + ring.size, 0);
  }

  /** How many jobs wait: a hint, too. */
  get count(): number {
    return this.#rings().reduce((count, ring) => count + ring.count(this.#queued), 0);
  }

  /** Changes whenever a place becomes free. */
  get claims(): number {
    const levels = load(this.#words, this.#at + POOL.levels);
    let claims = load(this.#words, this.#at + POOL.head);
    if (levels === 0) return claims;
    claims += load(this.#words, urgedAt(this.#index) + LEVEL.head);
    if (levels === URGED) return claims;
    for (let nth = 0; nth < LEVELS - 1; nth++)
      claims += load(this.#words, levelAt(this.#index, nth));
    return claims;
  }

  /** Whether there is something to claim, as far as can be seen at this moment. */
  get hasWork(): boolean {
    if (this.main.hasWork) return true;
    return this.hasLevels && this.#rings().some((ring) => ring.hasWork);
  }

  /** Whether this slot has a place. Exact only for a dead owner's slot. */
  holds(slot: number): boolean {
    return this.#rings().some((ring) => ring.holds(slot));
  }

  /** The first job of the level that counts most now; of those the one that has waited longest. */
  #best(levels: number, now: number): number {
    const ageing = load(this.#words, this.#at + POOL.ageing);
    let best = -1;
    let most = -Infinity;
    for (let level = LEVELS - 1; level >= 0; level--) {
      if (level !== MIDDLE && (levels & (1 << level)) === 0) continue;
      const slot = this.#ring(level).first(this.#queued);
      if (slot < 0) continue;
      const weight = level + this.#waited(slot, now) / ageing;
      if (weight <= most) continue;
      best = slot;
      most = weight;
    }
    return best;
  }

  /** Milliseconds. A job that came before there were priorities counts from when it is first seen. */
  #waited(slot: number, now: number): number {
    const at = controlAt(slot) + CONTROL.queuedAt;
    const came = load(this.#words, at);
    if (came !== 0) return Math.max(0, (now - came) << 0);
    compareExchange(this.#words, at, 0, momentOf(now));
    return 0;
  }

  #rings(): TaskRing[] {
    const levels = load(this.#words, this.#at + POOL.levels);
    const rings = [this.main];
    for (let level = 0; level < LEVELS; level++) {
      if ((levels & (1 << level)) !== 0) rings.push(this.#ring(level));
    }
    return rings;
  }

  #ring(level: number): TaskRing {
    if (level === MIDDLE) return this.main;
    const at = levelAt(this.#index, level < MIDDLE ? level : level - 1);
    return (this.#others[level] ??= this.#smallRing(at, LEVEL_ENTRIES));
  }

  get #urged(): TaskRing {
    return (this.#urgedRing ??= this.#smallRing(urgedAt(this.#index), URGED_ENTRIES));
  }

  #smallRing(at: number, capacity: number): TaskRing {
    return new TaskRing({
      words: this.#words,
      head: at + LEVEL.head,
      tail: at + LEVEL.tail,
      entries: at + LEVEL.entries,
      capacity,
      states: slotAt(0) + SLOT.state,
      stateStride: SLOT_WORDS,
    });
  }
}
