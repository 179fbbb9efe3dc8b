/**
 * When a pool gets another worker.
 *
 * Python starts a thread for each task while none is idle, up to `max_workers`: right for tasks
 * that wait, wrong for tasks that compute, which then crowd the cores. Here the first workers, up
 * to one per core, start as soon as work is queued. Beyond that a worker starts only when queued
 * work has not moved for some milliseconds *and* fewer workers compute than there are cores
 * (`on-cpu.ts`): then the others are asleep in their tasks. So five sleeping tasks overlap on two cores, and five
 * computing ones do not push each other aside.
 *
 * Submitters ask by a flag in the pool's header; several requests are one look.
 */
import { availableParallelism } from 'node:os';
import { add, and, compareExchange, exchange, load, store } from '../shared/atomics.ts';
import {
  EndReason,
  HEADER,
  MOST_EXTRA,
  Phase,
  POOL,
  poolAt,
  PoolStatus,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
  ThreadStatus,
} from '../shared/layout.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { raise, usedEntries, wakeAll } from '../shared/thread-table.ts';
import { threadsUp, wakeSleeper } from '../shared/wake-worker.ts';
import { countLost } from '../shared/work-counts.ts';
import type { PoolMessage } from './keeper-messages.ts';
import { isOnCpu, ProcessLoad } from './on-cpu.ts';

/** How often a pool with queued work and no idle worker is looked at. */
const LOOK_MS = 3;
/**
 * How often in a row nothing must have moved before a worker beyond the cores is started. One look
 * is not enough: a thread that waits for a module to be read, or for the collector, sleeps too.
 */
const QUIET_LOOKS = 4;
/** After so many workers in a row that could not begin there is no use in starting another. */
const MOST_FAILURES = 3;
/** How much of a core the process must leave idle, where more cannot be known. */
const SPARE = 0.4;

/** Starts a worker; false when the program has as many threads as there can be. */
export type StartWorker = (config: PoolMessage, name: string) => boolean;

interface Pool {
  readonly memory: PoolMemory;
  readonly config: PoolMessage;
  started: number;
  /** How many workers in a row have ended before they could look for work. */
  failures: number;
  /** `PoolQueue.claims` at the last look. */
  claims: number;
  /** How many looks in a row it stood still while a core was spare. */
  quietLooks: number;
}

export class WorkerSupply {
  readonly #memory: ProcessMemory;
  readonly #start: StartWorker;
  readonly #pools = new Map<number, Pool>();
  readonly #cores = availableParallelism();
  /** Whether a look is due in `LOOK_MS` or less. */
  #looksAgain = false;
  readonly #load = new ProcessLoad();

  constructor(memory: ProcessMemory, start: StartWorker) {
    this.#memory = memory;
    this.#start = start;
  }

  /** A pool was made. */
  addPool(config: PoolMessage): void {
    const memory = new PoolMemory(this.#memory, config.pool);
    this.#pools.set(config.pool, {
      memory,
      config,
      started: config.started,
      failures: 0,
      claims: -1,
      quietLooks: 0,
    });
    this.#lookAt(this.#pools.get(config.pool) as Pool);
  }

  /** A worker of this pool is gone; `hasFailed` = before it could look for work. */
  workerEnded(index: number, entry: number, hasFailed: boolean): void {
    this.#addWorkers(poolAt(index) + POOL.workers, -1);
    // Afterwards: in between there seems to be one worker less that takes jobs, and none leaves for that.
    and(this.#memory.words, poolAt(index) + POOL.retired + (entry >>> 5), ~(1 << (entry & 31)));
    compareExchange(this.#memory.words, poolAt(index) + POOL.leaving, entry + 1, 0);
    const pool = this.#pools.get(index);
    if (pool === undefined) return;
    pool.failures = hasFailed ? pool.failures + 1 : 0;
    if (pool.failures === MOST_FAILURES) this.#break(pool);
    else if (hasFailed) this.#tryAgain(pool);
  }

  /** Somebody may wait for the worker without having work for it (`warmUp`). */
  #tryAgain({ memory }: Pool): void {
    const { words } = this.#memory;
    const wanted = Math.max(
      load(words, memory.at + POOL.warmUp),
      load(words, memory.at + POOL.workers) + 1,
    );
    store(words, memory.at + POOL.warmUp, wanted);
  }

  /** Its workers cannot be started: nobody will ever do what is queued. */
  #break(pool: Pool): void {
    store(this.#memory.words, pool.memory.at + POOL.status, PoolStatus.broken);
    this.#loseQueued(pool, EndReason.failed);
  }

  /** All its workers, as many as there may be, wait for what is queued. */
  #breakDeadlock(pool: Pool): void {
    this.#loseQueued(pool, EndReason.deadlock);
  }

  #loseQueued({ memory }: Pool, reason: number): void {
    const { words } = this.#memory;
    const claimed = slotState(Phase.running, load(words, HEADER.keeper) - 1);
    for (;;) {
      const slot = memory.queue.claimAny(claimed);
      if (slot < 0) break;
      store(words, slotAt(slot) + SLOT.detail, reason);
      countLost(words, memory.index, 1); // before its owner hears of it
      store(words, slotAt(slot) + SLOT.state, Phase.lost);
    }
    add(words, HEADER.deaths, 1); // the owners look for jobs that are lost
    wakeAll(words);
  }

  /** Looks at all pools and starts the workers that are needed. */
  look(): void {
    for (const pool of this.#pools.values()) this.#lookAt(pool);
  }

  #lookAt(pool: Pool): void {
    const { words } = this.#memory;
    const { memory, config } = pool;
    if (memory.ident !== config.ident) return void this.#pools.delete(config.pool);
    // First the flags, then all else: who changes something after this look sees them down and asks again.
    store(words, memory.at + POOL.wanted, 0);
    store(words, memory.at + POOL.putOff, 0);
    const alive = load(words, memory.at + POOL.workers);
    const { blocked, active: workers } = memory;
    const most = load(words, memory.at + POOL.maxWorkers) + Math.min(blocked, MOST_EXTRA);
    const isStill = this.#isStill(pool);
    // Who is on its way, then the queue: a worker that claims in between is not missed in both.
    const coming = this.#coming(pool, isStill);
    const queued = memory.queue.size;
    const { status } = memory;
    if (queued === 0 && alive === 0 && status === PoolStatus.shutdown) return this.#close(pool);
    if (status === PoolStatus.broken) return;
    if (workers > most) wakeAll(words); // those beyond leave, one after the other
    const missing = Math.min(queued - coming, most - workers);
    const kept = status === PoolStatus.open ? this.#kept(memory) : 0;
    const atOnce = Math.max(0, kept - workers, Math.min(missing, this.#cores - workers + blocked));
    if (atOnce > 0) this.#startWorkers(pool, atOnce);
    if (queued > 0 && blocked === alive && missing <= 0 && coming === 0) this.#breakDeadlock(pool);
    // Also where no worker is missing: one that has nothing to do, but lets Node turn, is not coming.
    const hasWoken = isStill && queued > 0 && wakeSleeper(this.#memory, memory);
    const nobodyComes = coming === 0 && !hasWoken;
    if (queued === 0 ? isStill || coming === 0 : missing === atOnce && nobodyComes) return;
    store(words, memory.at + POOL.wanted, 1); // no need to ask: it is looked at again anyway
    this.#beyondCores(pool, missing - atOnce, isStill);
    this.#lookAgain();
  }

  /** How many workers there shall be, work or not. */
  #kept(memory: PoolMemory): number {
    const { words } = this.#memory;
    const most = load(words, memory.at + POOL.maxWorkers);
    // Taken down before it is looked whether it has come true: who waits for it and has seen less puts it
    // up again. So it stays up until it has come true, and all who wait have seen it.
    const warmUp = exchange(words, memory.at + POOL.warmUp, 0);
    if (warmUp > 0 && threadsUp(words, memory) < Math.min(most, warmUp))
      raise(words, memory.at + POOL.warmUp, warmUp);
    return Math.min(most, Math.max(warmUp, load(words, memory.at + POOL.minWorkers)));
  }

  /** Whether nothing was taken from the pool's queue since the last look. */
  #isStill(pool: Pool): boolean {
    const { claims } = pool.memory.queue;
    const isStill = claims === pool.claims;
    pool.claims = claims;
    return isStill;
  }

  #beyondCores(pool: Pool, wanted: number, isStill: boolean): void {
    const isHeldUp = wanted > 0 && isStill && this.#hasSpareCore(pool);
    pool.quietLooks = isHeldUp ? pool.quietLooks + 1 : 0;
    if (pool.quietLooks < QUIET_LOOKS) return;
    pool.quietLooks = 0;
    this.#startWorkers(pool, Math.min(wanted, this.#cores));
  }

  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setTimeout(() => {
      this.#looksAgain = false;
      this.look();
    }, LOOK_MS);
  }

  /** Whether fewer workers compute than there are cores. */
  #hasSpareCore(pool: Pool): boolean {
    const { words } = this.#memory;
    let computing = 0;
    for (let entry = 0; entry < usedEntries(words); entry++) {
      const at = threadAt(entry);
      if (load(words, at + THREAD.pool) !== pool.config.pool + 1) continue;
      if (load(words, at + THREAD.status) === ThreadStatus.starting) return false;
      const isBusy = isOnCpu(load(words, at + THREAD.tid), load(words, at + THREAD.child));
      if (isBusy === undefined) return this.#load.used() < this.#cores - SPARE;
      if (isBusy) computing++;
    }
    return computing < this.#cores;
  }

  #startWorkers(pool: Pool, count: number): void {
    const { config } = pool;
    for (let nth = 0; nth < count; nth++) {
      this.#addWorkers(pool.memory.at + POOL.workers, 1);
      if (this.#start(config, `${config.namePrefix}_${pool.started}`)) {
        pool.started++;
      } else {
        this.#addWorkers(pool.memory.at + POOL.workers, -1);
        return; // looked at again when a thread has ended
      }
    }
  }

  /**
   * Workers of the pool that will look at the queue soon: those that are idle or starting. One that
   * waits inside a task, perhaps for what is queued, may sleep, but is not idle. One that lets Node
   * turn comes soon, unless nothing has moved since the last look.
   */
  #coming(pool: Pool, isStill: boolean): number {
    const { words } = this.#memory;
    let count = 0;
    for (let entry = 0; entry < usedEntries(words); entry++) {
      const at = threadAt(entry);
      if (load(words, at + THREAD.pool) !== pool.config.pool + 1) continue;
      const status = load(words, at + THREAD.status);
      const idle = load(words, pool.memory.at + POOL.idle + (entry >>> 5));
      const turning = load(words, pool.memory.at + POOL.turning + (entry >>> 5));
      const present = isStill ? idle & ~turning : idle;
      const isIdle = (present & (1 << (entry & 31))) !== 0;
      if (load(words, at + THREAD.endReason) !== EndReason.none) continue; // on its way out
      if (status === ThreadStatus.starting) count++;
      else if (status === ThreadStatus.running && isIdle) count++;
    }
    return count;
  }

  /** A pool that was shut down and has no worker and no work any more. */
  #close(pool: Pool): void {
    const { words } = this.#memory;
    const at = pool.memory.at + POOL.status;
    store(words, at, PoolStatus.free);
    if (pool.memory.queue.hasWork) {
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
}
