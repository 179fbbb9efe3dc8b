/**
 * When a pool gets another worker.
 *
 * Python starts a thread for each task while none is idle, up to `max_workers`: right for tasks
 * that wait, wrong for tasks that compute, which then crowd the cores. Here the first workers, up
 * to one per core, start as soon as work is queued. Beyond that a worker starts only when queued
 * work has not moved for some milliseconds *and* the process leaves a core idle: then the workers
 * are asleep in their tasks, not busy. So five sleeping tasks overlap on two cores, and five
 * computing ones do not push each other aside.
 *
 * Submitters ask by a flag in the pool's header; several requests are one look.
 */
import { availableParallelism } from 'node:os';
import { load, store } from '../shared/atomics.ts';
import {
  POOL,
  poolAt,
  PoolStatus,
  THREAD,
  threadAt,
  ThreadStatus,
} from '../shared/layout.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { usedEntries, wakeAll } from '../shared/thread-table.ts';
import type { PoolMessage } from './keeper-messages.ts';

/** How long queued work must have stood still before a worker beyond the cores is started. */
const PATIENCE_MS = 5;
/** How much of a core must be idle. */
const IDLE_CORE = 0.4;

/** Starts a worker. */
export type StartWorker = (pool: number, name: string, entry: string, data: unknown) => void;

interface Pool {
  readonly memory: PoolMemory;
  readonly config: PoolMessage;
  started: number;
  /** Position of the ring's head at the last look, and when it was first seen there. */
  head: number;
  stillSince: number;
}

export class WorkerSupply {
  readonly #memory: ProcessMemory;
  readonly #start: StartWorker;
  readonly #pools = new Map<number, Pool>();
  readonly #cores = availableParallelism();
  #timer: NodeJS.Timeout | undefined;
  #cpu = process.cpuUsage();
  #cpuAt = performance.now();
  #load = 0;

  constructor(memory: ProcessMemory, start: StartWorker) {
    this.#memory = memory;
    this.#start = start;
  }

  /** A pool was made. */
  addPool(config: PoolMessage): void {
    const memory = new PoolMemory(this.#memory, config.pool);
    this.#pools.set(config.pool, { memory, config, started: config.started, head: -1, stillSince: 0 });
    this.#lookAt(this.#pools.get(config.pool) as Pool);
  }

  /** A worker of this pool is gone. */
  workerEnded(pool: number): void {
    this.#addWorkers(poolAt(pool) + POOL.workers, -1);
  }

  /** Looks at all pools and starts the workers that are needed. */
  look(): void {
    for (const pool of this.#pools.values()) this.#lookAt(pool);
  }

  #lookAt(pool: Pool): void {
    const { words } = this.#memory;
    const { memory, config } = pool;
    if (memory.ident !== config.ident) return void this.#pools.delete(config.pool);
    const workers = load(words, memory.at + POOL.workers);
    const most = load(words, memory.at + POOL.maxWorkers);
    // First the flag, then the queue: who pushes after this look sees the flag down and asks again.
    store(words, memory.at + POOL.wanted, 0);
    const queued = memory.ring.size;
    const { status } = memory;
    if (queued === 0 && workers === 0 && status === PoolStatus.shutdown) return this.#close(pool);
    if (queued === 0 || workers >= most || status === PoolStatus.broken) return;
    const missing = queued - this.#coming(pool);
    const atOnce = Math.min(missing, Math.min(most, this.#cores) - workers);
    if (atOnce > 0) this.#startWorkers(pool, atOnce);
    if (atOnce > 0 && atOnce === missing) return;
    store(words, memory.at + POOL.wanted, 1); // no need to ask: it is looked at again anyway
    const started = Math.max(0, atOnce);
    this.#beyondCores(pool, Math.min(missing, most - workers) - started);
  }

  #beyondCores(pool: Pool, wanted: number): void {
    const now = performance.now();
    const head = load(this.#memory.words, pool.memory.at + POOL.head);
    if (head !== pool.head) {
      pool.head = head;
      pool.stillSince = now;
    }
    this.#measureLoad(now);
    const isStill = now - pool.stillSince >= PATIENCE_MS;
    if (wanted > 0 && isStill && this.#load < this.#cores - IDLE_CORE) {
      this.#startWorkers(pool, Math.min(wanted, this.#cores));
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.look();
    }, PATIENCE_MS);
  }

  #startWorkers(pool: Pool, count: number): void {
    this.#addWorkers(pool.memory.at + POOL.workers, count);
    for (let nth = 0; nth < count; nth++) {
      const name = `${pool.config.namePrefix}_${pool.started++}`;
      this.#start(pool.config.pool, name, pool.config.entry, pool.config.data);
    }
  }

  /**
   * Workers of the pool that will look at the queue soon: those that sleep or are starting. One that
   * waits inside a task, perhaps for what is queued, sleeps too, but not as a worker.
   */
  #coming(pool: Pool): number {
    const { words } = this.#memory;
    let count = 0;
    for (let entry = 0; entry < usedEntries(words); entry++) {
      const at = threadAt(entry);
      if (load(words, at + THREAD.pool) !== pool.config.pool + 1) continue;
      const status = load(words, at + THREAD.status);
      const asleep = load(words, pool.memory.at + POOL.asleep + (entry >>> 5));
      const sleeps = (asleep & (1 << (entry & 31))) !== 0;
      if (status === ThreadStatus.starting) count++;
      else if (status === ThreadStatus.running && sleeps) count++;
    }
    return count;
  }

  /** A pool that was shut down and has no worker and no work any more. */
  #close(pool: Pool): void {
    const { words } = this.#memory;
    const at = pool.memory.at + POOL.status;
    store(words, at, PoolStatus.free);
    if (pool.memory.ring.hasWork) {
      // Submitted while shutdown() was called elsewhere. The submitter looks at the status after
      // the push and we look at the ring after the status: one of us sees the other.
      store(words, at, PoolStatus.shutdown);
      return this.#lookAt(pool);
    }
    this.#pools.delete(pool.config.pool);
    wakeAll(words);
  }

  #addWorkers(at: number, count: number): void {
    store(this.#memory.words, at, load(this.#memory.words, at) + count);
  }

  /** Cores' worth of time that the process used since the last look, if that was a while ago. */
  #measureLoad(now: number): void {
    const elapsedMs = now - this.#cpuAt;
    if (elapsedMs < PATIENCE_MS - 1) return;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#load = (user + system) / 1000 / elapsedMs;
    this.#cpu = process.cpuUsage();
    this.#cpuAt = now;
  }
}
