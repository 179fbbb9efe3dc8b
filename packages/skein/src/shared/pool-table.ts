import { RuntimeError } from '../core/exceptions.ts';
import { compareExchange, load, store } from './atomics.ts';
import {
  MOST_EXTRA,
  Phase,
  POOL,
  poolAt,
  POOLS,
  PoolStatus,
  slotState,
  THREADS,
} from './layout.ts';
import { PoolQueue } from './pool-queue.ts';
import type { ProcessMemory } from './process-memory.ts';
import { usedEntries } from './thread-table.ts';
import { clearCounts } from './work-counts.ts';

/** A pool as every thread sees it: a header and a queue in process memory. */
export class PoolMemory {
  readonly index: number;
  /** Word at which the header begins; fields are in `POOL`. */
  readonly at: number;
  readonly queue: PoolQueue;
  /** State word of a slot that waits in this pool's queue. */
  readonly queued: number;
  readonly #words: Int32Array;

  constructor(memory: ProcessMemory, index: number) {
    this.index = index;
    this.at = poolAt(index);
    this.queued = slotState(Phase.queued, index);
    this.#words = memory.words;
    this.queue = new PoolQueue(memory.words, index, this.queued);
  }

  get status(): number {
    return load(this.#words, this.at + POOL.status);
  }

  /** How many jobs a worker has under way at once, at the most. Never changes. */
  get concurrency(): number {
    return this.#words[this.at + POOL.concurrency] as number;
  }

  /** How many workers wait, in a task, for work that is queued. */
  get blocked(): number {
    return this.#count(POOL.blocked);
  }

  /**
   * How many workers take jobs, or will when they have started: not those that are retired, as long as there
   * are not too many of them.
   */
  get active(): number {
    const workers = load(this.#words, this.at + POOL.workers);
    return workers - Math.min(this.#count(POOL.retired), MOST_EXTRA);
  }

  /** How many jobs may wait in the queue; `Infinity` = as many as like. */
  get maxQueue(): number {
    const most = load(this.#words, this.at + POOL.maxQueue);
    return most === 0 ? Infinity : most;
  }

  get ident(): number {
    return load(this.#words, this.at + POOL.ident);
  }

  /** How many workers have their bit set in this field. */
  #count(field: number): number {
    const words = this.#words;
    const first = this.at + field;
    const end = first + ((usedEntries(words) + 31) >>> 5);
    let count = 0;
    for (let word = first; word < end; word++) {
      for (let bits = load(words, word); bits !== 0; bits &= bits - 1) count++;
    }
    return count;
  }
}

/** How large a pool is. */
export interface PoolSize {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly concurrencyPerWorker: number;
  readonly maxQueue: number;
  /** Milliseconds. */
  readonly ageing: number;
}

/** Takes a free place in the table of pools. Any thread. */
export function enterPool(memory: ProcessMemory, size: PoolSize): PoolMemory {
  const { words } = memory;
  const ident = memory.nextIdent();
  for (let nth = 0; nth < POOLS; nth++) {
    const index = (ident + nth) % POOLS; // a place is used again as late as possible
    const at = poolAt(index);
    const { free, open } = PoolStatus;
    if (compareExchange(words, at + POOL.status, free, open) !== free) continue;
    store(words, at + POOL.ident, ident);
    store(words, at + POOL.maxWorkers, size.maxWorkers);
    store(words, at + POOL.minWorkers, size.minWorkers);
    store(words, at + POOL.concurrency, size.concurrencyPerWorker);
    store(words, at + POOL.maxQueue, size.maxQueue === Infinity ? 0 : size.maxQueue);
    store(words, at + POOL.workers, 0);
    store(words, at + POOL.leaving, 0);
    store(words, at + POOL.warmUp, 0);
    store(words, at + POOL.levels, 0);
    store(words, at + POOL.ageing, size.ageing);
    store(words, at + POOL.moves, 0);
    store(words, at + POOL.cancelled, 0);
    clearCounts(words, index);
    for (let word = 0; word < THREADS / 32; word++) {
      store(words, at + POOL.idle + word, 0);
      store(words, at + POOL.asleep + word, 0);
      store(words, at + POOL.turning + word, 0);
      store(words, at + POOL.blocked + word, 0);
      store(words, at + POOL.retired + word, 0);
    }
    store(words, at + POOL.wanted, 0);
    store(words, at + POOL.putOff, 0);
    return new PoolMemory(memory, index);
  }
  throw new RuntimeError(
    `Cannot make a ThreadPoolExecutor: the program has ${POOLS} of them open, the most there can ` +
      'be. Share one pool instead of making one for each piece of work, or call shutdown() on ' +
      'those that are done.',
    'ERR_TOO_MANY_POOLS',
  );
}
