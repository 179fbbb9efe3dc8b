/**
 * What the workers of a pool have done: how many jobs, how they ended, how long they waited and ran.
 *
 * Each worker counts for itself, in words that nobody else writes, so that counting costs it no more than
 * an addition. What the dead have counted the keeper adds to the words of their pool.
 *
 * ```
 *   worker   ├ completed, failed, cancelled, two histograms ┤ ── when it is dead ──▶ pool   ┐
 *   worker   ├ … ┤                                                                          ├─ sum
 *   worker   ├ … ┤                                                                          ┘
 * ```
 *
 * Times are kept in buckets that grow by a factor of 2^(1/8), from 1 µs to 70 minutes: bucket `i` has what is
 * longer than 2^(i/8) and not longer than 2^((i+1)/8) milliseconds. That is the exponential
 * histogram of OpenTelemetry with scale 3; a percentile is off by 4.5 % at most.
 *
 * Invariants (model test: test/model/work-counts.test.ts)
 *  1. The words of a worker are written by it alone while it lives, and by the keeper when it is dead; those
 *     of a pool by the keeper alone.
 *  2. `POOL.moves` is odd while the keeper moves counts. Whoever sums up waits until it is even, and begins
 *     again if it has changed in the end. So a job that has ended is in the sum once, wherever it is
 *     counted, and a sum is never less than an earlier one.
 */
import { load, notifyAll, store, wait } from './atomics.ts';
import {
  BUCKETS,
  COUNTS,
  COUNTS_WORDS,
  countsOfPool,
  countsOfThread,
  HISTOGRAM,
  Outcome,
  POOL,
  poolAt,
  TO_UPPER,
} from './layout.ts';
import { SLICE_MS } from './parking.ts';

/** Buckets for each power of two. */
export const BUCKETS_PER_OCTAVE = 8;
/** Number of the first bucket, which has all that is shorter, too: up to 2^-10 ms. */
export const FIRST_BUCKET = -80;

/** A word counts up to here; what is more goes into another one. */
const BEYOND = 2 ** 32;

/** What was counted, by number of the word: `COUNTS`, `HISTOGRAM`. */
export type Counts = Float64Array;

/** The bucket of a time in milliseconds, ≥ 0. */
function bucketOf(ms: number): number {
  const bucket = Math.ceil(Math.log2(ms) * BUCKETS_PER_OCTAVE) - 1; // of 0: -Infinity
  return Math.min(Math.max(bucket, FIRST_BUCKET), FIRST_BUCKET + BUCKETS - 1);
}

/** The longest time that a bucket takes, in milliseconds. */
export const endOfBucket = (bucket: number): number => 2 ** ((bucket + 1) / BUCKETS_PER_OCTAVE);

/** The bucket of which this is the end. */
export const bucketWithEnd = (ms: number): number =>
  Math.round(Math.log2(ms) * BUCKETS_PER_OCTAVE) - 1;

/** What a worker counts. */
export class WorkCounts {
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(words: Int32Array, entry: number) {
    this.#words = words;
    this.#at = countsOfThread(entry);
  }

  /** A job has ended with this `Outcome`. */
  count(outcome: number): void {
    if (outcome === Outcome.value) addTo(this.#words, this.#at + COUNTS.completed, 1);
    else if (outcome === Outcome.cancelled) addTo(this.#words, this.#at + COUNTS.cancelled, 1);
    else addTo(this.#words, this.#at + COUNTS.failed, 1);
  }

  /**
   * Notes a time.
   *
   * @param histogram - `COUNTS.wait` or `COUNTS.run`
   * @param ms - may be negative: the clocks of two threads agree to some microseconds
   * @param weight - how many times it stands for
   */
  note(histogram: number, ms: number, weight: number): void {
    addTime(this.#words, this.#at + histogram, Math.max(0, ms), weight);
  }
}

function addTime(words: Int32Array, at: number, ms: number, weight: number): void {
  const us = Math.round(ms * 1000);
  const sum = us * weight + (words[at + HISTOGRAM.sumUs] as number);
  addTo(words, at + HISTOGRAM.sumMs, Math.floor(sum / 1000));
  words[at + HISTOGRAM.sumUs] = sum % 1000;
  const longest = Math.min(us, 2 ** 32 - 1);
  if (longest > (words[at + HISTOGRAM.maxUs] as number) >>> 0)
    words[at + HISTOGRAM.maxUs] = longest;
  addTo(words, at + HISTOGRAM.buckets + bucketOf(ms) - FIRST_BUCKET, weight);
}

/** Nobody else writes the word, nor the one with its upper bits, which hardly ever is. */
function addTo(words: Int32Array, at: number, count: number): void {
  const sum = ((words[at] as number) >>> 0) + count;
  words[at] = sum;
  if (sum >= BEYOND)
    words[at + TO_UPPER] = (words[at + TO_UPPER] as number) + Math.floor(sum / BEYOND);
}

/** Jobs of a pool were lost with their thread, or condemned. Keeper only. */
export function countLost(words: Int32Array, pool: number, count: number): void {
  const at = countsOfPool(pool) + COUNTS.failed;
  putNumber(words, at, numberAt(words, at) + count);
}

/** Adds what a dead worker has counted to what the dead of its pool have. Keeper only. */
export function moveCounts(words: Int32Array, entry: number, pool: number): void {
  const from = countsOfThread(entry);
  const to = countsOfPool(pool);
  const moves = poolAt(pool) + POOL.moves;
  store(words, moves, load(words, moves) + 1);
  for (let word = 0; word < COUNTS_WORDS; word++) {
    const count = numberAt(words, from + word);
    if (count === 0) continue;
    putNumber(words, to + word, joined(word, count, numberAt(words, to + word)));
    store(words, from + word, 0);
    if (count >= BEYOND) store(words, from + word + TO_UPPER, 0);
  }
  store(words, moves, load(words, moves) + 1);
  notifyAll(words, moves);
}

/** What two have counted in this word. */
export function joined(word: number, a: number, b: number): number {
  const isMaximum = word === COUNTS.wait + HISTOGRAM.maxUs || word === COUNTS.run + HISTOGRAM.maxUs;
  return isMaximum ? Math.max(a, b) : a + b;
}

/** Begins to count for a new pool. Whoever makes it. */
export function clearCounts(words: Int32Array, pool: number): void {
  const at = countsOfPool(pool);
  for (let word = 0; word < COUNTS_WORDS; word++) {
    store(words, at + word, 0);
    store(words, at + word + TO_UPPER, 0);
  }
}

/**
 * Copies what the dead of a pool and its workers have counted, all at one moment.
 *
 * @param entries - of its workers, as of the moment in which it is called, also of those that have died and
 *   whose counts were not moved yet
 * @returns the numbers of the dead, and those of each worker
 */
export function readCounts(
  words: Int32Array,
  pool: number,
  entries: () => readonly number[],
): readonly [dead: Counts, workers: ReadonlyMap<number, Counts>] {
  const moves = poolAt(pool) + POOL.moves;
  for (;;) {
    const before = load(words, moves);
    const isMoving = (before & 1) === 1 && wait(words, moves, before, SLICE_MS) !== 'timed-out';
    if (isMoving) continue;
    const dead = copy(words, countsOfPool(pool));
    const workers = new Map(entries().map((entry) => [entry, copy(words, countsOfThread(entry))]));
    if (load(words, moves) === before) return [dead, workers];
  }
}

function copy(words: Int32Array, at: number): Counts {
  const counts: Counts = new Float64Array(COUNTS_WORDS);
  for (let word = 0; word < COUNTS_WORDS; word++) counts[word] = numberAt(words, at + word);
  return counts;
}

function putNumber(words: Int32Array, at: number, value: number): void {
  store(words, at, value % BEYOND);
  if (value >= BEYOND) store(words, at + TO_UPPER, Math.floor(value / BEYOND));
}

/** Of one that goes beyond 32 bits at this very moment it may be 2³² less. */
function numberAt(words: Int32Array, at: number): number {
  return (load(words, at) >>> 0) + load(words, at + TO_UPPER) * BEYOND;
}
