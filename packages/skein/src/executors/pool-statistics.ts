/** What a pool does and has done, in numbers: what `pool.statistics()` gives. Plain data. */
import { load } from '../shared/atomics.ts';
import {
  BUCKETS,
  COUNTS,
  COUNTS_WORDS,
  HISTOGRAM,
  Phase,
  phaseOf,
  POOL,
  SLOT,
  slotAt,
  whoOf,
} from '../shared/layout.ts';
import { readLeft, type ResourceCounts } from '../shared/left-running.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { slotsInChunks } from '../shared/slots.ts';
import { entriesOfPool, isAlive, type ThreadAddress } from '../shared/thread-table.ts';
import {
  type Counts,
  endOfBucket,
  FIRST_BUCKET,
  joined,
  readCounts,
} from '../shared/work-counts.ts';

export interface PoolStatistics {
  /**
   * Tasks that wait for a thread. Some thousands find room; what a thread has submitted beyond is not in it until
   * it does.
   */
  readonly queued: number;
  /** Tasks that a thread has begun and not ended. */
  readonly running: number;
  /** Tasks that have returned. Each attempt of one with `retries` is counted. */
  readonly completed: number;
  /** Tasks that have thrown, or whose time was over, or whose thread has died. */
  readonly failed: number;
  /** Tasks that were cancelled: before a thread began them, or they have ended because they were asked to. */
  readonly cancelled: number;
  /** How long tasks were queued. */
  readonly waitTime: TimeStatistics;
  /** How long they ran, with all that they waited for. Of those whose thread has died nothing is known. */
  readonly runTime: TimeStatistics;
  /**
   * What goes on in the threads while they have no task in hand: how many timers, sockets, servers, …, by the
   * name that Node has for the kind (`process.getActiveResourcesInfo()`), such as `{ Timeout: 2, TCPServerWrap: 1 }`.
   * Whoever began it: a task that has ended, the `initializer`, a module. Skein's own is not in it. Each
   * thread notes it when it has nothing to do; then what ends, or begins, is seen within some 100 ms.
   */
  readonly leftRunning: ResourceCounts;
  /** Of each thread that is there now. */
  readonly workers: readonly WorkerStatistics[];
}

/** What one thread of a pool does and has done. */
export interface WorkerStatistics extends Omit<PoolStatistics, 'queued' | 'workers'> {
  /** The `ident` of the thread. */
  readonly ident: number;
}

/**
 * Times, in milliseconds. While a thread submits more than some 50 000 tasks per second, one in 16 is timed and
 * counts for 16.
 */
export interface TimeStatistics {
  /** How many. */
  readonly count: number;
  /** Their sum. */
  readonly sum: number;
  /** 0 when there is none; so below. */
  readonly mean: number;
  readonly max: number;
  /** Half of them were not longer than this; within 9 %, as those below. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /**
   * How many there were, by length: longer than the bucket before, and not longer than `upTo`. Each goes to
   * 2^(1/8) of the one before; those without any are left out.
   */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** What a pool does that was never submitted to, or whose place another one has taken. */
export const noStatistics: PoolStatistics = {
  queued: 0,
  running: 0,
  ...ended(new Float64Array(COUNTS_WORDS)),
  leftRunning: {},
  workers: [],
};

/** What a pool does now. */
export function poolStatistics(words: Int32Array, pool: PoolMemory): PoolStatistics {
  let threads: ThreadAddress[] = [];
  const [dead, countsOf] = readCounts(words, pool.index, () => {
    threads = entriesOfPool(words, pool.index);
    return threads.map(({ entry }) => entry);
  });
  const running = runningBy(words);
  const all = dead.slice();
  all[COUNTS.cancelled] =
    (all[COUNTS.cancelled] as number) + (load(words, pool.at + POOL.cancelled) >>> 0);
  const workers: WorkerStatistics[] = [];
  for (const { entry, ident } of threads) {
    const counts = countsOf.get(entry) as Counts;
    addCounts(all, counts);
    if (!isAlive(words, { entry, ident })) continue;
    workers.push({
      ident,
      running: running.get(entry) ?? 0,
      ...ended(counts),
      leftRunning: readLeft(words, entry),
    });
  }
  return {
    queued: pool.queue.count,
    running: workers.reduce((sum, worker) => sum + worker.running, 0),
    ...ended(all),
    leftRunning: sumOf(workers.map(({ leftRunning }) => leftRunning)),
    workers,
  };
}

/** How many jobs each thread has in its hands, by its entry. */
function runningBy(words: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const slot of slotsInChunks(words)) {
    const state = load(words, slotAt(slot) + SLOT.state);
    const phase = phaseOf(state);
    if (phase !== Phase.running && phase !== Phase.judged) continue; // the condemned have failed
    counts.set(whoOf(state), (counts.get(whoOf(state)) ?? 0) + 1);
  }
  return counts;
}

function addCounts(to: Counts, counts: Counts): void {
  for (let word = 0; word < COUNTS_WORDS; word++) {
    to[word] = joined(word, to[word] as number, counts[word] as number);
  }
}

function sumOf(all: readonly ResourceCounts[]): ResourceCounts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const kind of Object.keys(counts)) sum[kind] = (sum[kind] ?? 0) + (counts[kind] as number);
  }
  return sum;
}

function ended(counts: Counts): Omit<WorkerStatistics, 'ident' | 'running' | 'leftRunning'> {
  return {
    completed: counts[COUNTS.completed] as number,
    failed: counts[COUNTS.failed] as number,
    cancelled: counts[COUNTS.cancelled] as number,
    waitTime: times(counts, COUNTS.wait),
    runTime: times(counts, COUNTS.run),
  };
}

function times(counts: Counts, at: number): TimeStatistics {
  const buckets: { readonly upTo: number; readonly count: number }[] = [];
  let total = 0;
  for (let nth = 0; nth < BUCKETS; nth++) {
    const count = counts[at + HISTOGRAM.buckets + nth] as number;
    if (count === 0) continue;
    total += count;
    buckets.push({ upTo: endOfBucket(FIRST_BUCKET + nth), count });
  }
  const sum =
    (counts[at + HISTOGRAM.sumMs] as number) + (counts[at + HISTOGRAM.sumUs] as number) / 1000;
  const max = (counts[at + HISTOGRAM.maxUs] as number) / 1000;
  const percentile = (part: number): number => {
    let left = total * part;
    const bucket = buckets.find(({ count }) => (left -= count) <= 0);
    return Math.min(max, bucket?.upTo ?? 0);
  };
  return {
    count: total,
    sum,
    mean: total === 0 ? 0 : sum / total,
    max,
    p50: percentile(0.5),
    p90: percentile(0.9),
    p99: percentile(0.99),
    buckets,
  };
}
