/**
 * When a worker ends of its own accord: its pool has too many, it has had nothing to do for long, it has
 * done as many tasks as it shall, its heap has grown too large.
 *
 * Of the first two never more leave than shall (`shared/retire.ts`).
 */
import { getHeapStatistics } from 'node:v8';
import type { ThisThread } from '../crossing/this-thread.ts';
import { load } from '../shared/atomics.ts';
import { POOL } from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { retireIfTooMany, unretire } from '../shared/retire.ts';
import type { WorkerLife as Limits } from './pool-options.ts';

const MIB = 2 ** 20;
/** To look at the heap takes some µs. */
const TASKS_BETWEEN_LOOKS = 100;

export class WorkerLife {
  readonly #words: Int32Array;
  readonly #pool: PoolMemory;
  readonly #entry: number;
  readonly #limits: Limits;
  /** Bytes of the heap in which the tasks run. */
  heapUsed: () => number = () => getHeapStatistics().used_heap_size;
  #tasks = 0;
  #looksAt: number;

  constructor(thread: ThisThread, pool: PoolMemory, limits: Limits) {
    this.#words = thread.memory.words;
    this.#entry = thread.address.entry;
    this.#pool = pool;
    this.#limits = limits;
    this.#looksAt = limits.maxHeap === Infinity ? Infinity : TASKS_BETWEEN_LOOKS;
  }

  /** How long it may be without work, in milliseconds. */
  get idleTimeout(): number {
    return this.#limits.idleTimeout;
  }

  /** A task is done; says whether it shall take no more. */
  countTask(): boolean {
    this.#tasks++;
    return (
      this.#tasks >= this.#limits.maxTasks || (this.#tasks >= this.#looksAt && this.isTooLarge())
    );
  }

  /** Whether its heap holds more than it shall. */
  isTooLarge(): boolean {
    if (this.#limits.maxHeap === Infinity) return false;
    this.#looksAt = this.#tasks + TASKS_BETWEEN_LOOKS;
    return this.heapUsed() > this.#limits.maxHeap * MIB;
  }

  /** Whether the pool has more workers than it may have, and this one goes. */
  isSurplus(): boolean {
    const words = this.#words;
    const { at } = this.#pool;
    if ((words[at + POOL.workers] as number) <= (words[at + POOL.maxWorkers] as number))
      return false;
    const most = (): number => load(words, at + POOL.maxWorkers) + this.#pool.blocked;
    return retireIfTooMany(words, this.#pool, this.#entry, most);
  }

  /** Whether it ends since it has had nothing to do. */
  leaves(): boolean {
    const { at } = this.#pool;
    const most = (): number => load(this.#words, at + POOL.minWorkers);
    return retireIfTooMany(this.#words, this.#pool, this.#entry, most);
  }

  /** It stays after all. */
  stay(): void {
    unretire(this.#words, this.#pool, this.#entry);
  }
}
