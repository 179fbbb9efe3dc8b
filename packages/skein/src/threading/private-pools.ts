/**
 * Pools that one thread has made for itself: they end with it.
 *
 * A pool outlives the thread that made it, since others may use it. One that nobody else knows of would be
 * left behind with its threads; and if its maker was ended because a call took too long, perhaps in the
 * middle of that call, on a core of its own, for ever. A thread that is terminated runs no hook, so it
 * is the keeper who looks after that, when it buries the maker. A thread of the pool may have such a pool
 * itself: that goes when this thread is buried.
 */
import { compareExchange } from '../shared/atomics.ts';
import { POOL, PoolStatus } from '../shared/layout.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { type ThreadAddress, threadsOfPool } from '../shared/thread-table.ts';
import type { PrivateMessage } from './keeper-messages.ts';
import { discardQueued, type Leavings } from './sweep.ts';

export class PrivatePools {
  readonly #memory: ProcessMemory;
  readonly #leavings: Leavings;
  /** By the ident of the thread; the pool it had before has been shut down by itself. */
  readonly #pools = new Map<number, PrivateMessage>();

  constructor(memory: ProcessMemory, leavings: Leavings) {
    this.#memory = memory;
    this.#leavings = leavings;
  }

  /** A thread says that a pool is its own. */
  add(maker: ThreadAddress, pool: PrivateMessage): void {
    this.#pools.set(maker.ident, pool);
  }

  /**
   * A thread is gone: closes its pool, and throws away what was queued there.
   *
   * @returns the threads of the pool, which are to be ended
   */
  threadsLeftBy(maker: ThreadAddress): readonly ThreadAddress[] {
    const known = this.#pools.get(maker.ident);
    if (known === undefined) return [];
    this.#pools.delete(maker.ident);
    const { words } = this.#memory;
    const pool = new PoolMemory(this.#memory, known.pool);
    if (pool.ident !== known.ident) return []; // it has ended, and the place is another's
    for (const status of [PoolStatus.open, PoolStatus.broken]) {
      compareExchange(words, pool.at + POOL.status, status, PoolStatus.shutdown);
    }
    discardQueued(this.#memory, this.#leavings, pool);
    return threadsOfPool(words, pool.index);
  }
}
