/**
 * Tasks that submit to their own pool, and wait.
 *
 * When every worker waits for work that is queued behind it, nobody is left to do it. So a worker that
 * waits does queued work itself, of the work that its own tasks have submitted the newest first. It is
 * one whose result somebody waits for here, or soon will; so the stack grows as deep as tasks are nested,
 * and no deeper, while the oldest would let it grow as long as the queue is.
 *
 * ```
 *   fib(4) ── submits fib(3), fib(2), waits for fib(3)
 *      └─ nobody has begun it: the worker does it here, on top of fib(4) ── submits fib(2), fib(1) …
 * ```
 *
 * What a worker cannot do on top of a task that blocks it is what would have to wait for Node: an
 * async function, a module that is not loaded. Then it says that it is blocked, and the pool may have one
 * worker more, up to `MOST_EXTRA`. If all of those are blocked as well, what is queued fails: it could
 * only be waited for for ever.
 *
 * A task that waits without blocking, in an async function, lets Node turn, and its worker begins what it
 * has submitted. But only while all tasks that it has under way have submitted something: the others
 * end by themselves, and the worker was asked to do one at a time.
 *
 * Invariant: a worker waits for queued work of its own pool only while it is marked as blocked, or while
 * one of the tasks that it has under way waits for nobody.
 */
import type { Nested, QueuedJob, ThisThread } from '../crossing/this-thread.ts';
import { compareExchange } from '../shared/atomics.ts';
import { POOL, SLOT, slotAt } from '../shared/layout.ts';
import type { Mailbox } from '../shared/mailbox.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { askKeeper, mark, unmark } from '../shared/wake-worker.ts';

/** How deep tasks may be done on top of each other: a stack of 984 KiB has room for some thousand. */
const MOST_NESTED = 200;
/** So many jobs are noted before those are looked for that have been begun elsewhere. */
const LOOK_AFTER = 1024;

export interface NestedHost {
  /** Whether the job in this slot can be done on top of the one that waits. */
  canRunHere(slot: number): boolean;
  /** Does the job in this slot, which has been claimed, to its end. */
  runHere(slot: number): void;
  /** A job was noted that is to be done here if nobody else begins it. */
  noted(): void;
}

export class NestedWork implements Nested {
  /** Index of the pool that the thread works for. */
  readonly pool: number;
  readonly #words: Int32Array;
  readonly #mailbox: Mailbox;
  readonly #memory: PoolMemory;
  readonly #entry: number;
  readonly #running: number;
  readonly #host: NestedHost;
  /** Oldest first. */
  #jobs: QueuedJob[] = [];
  #lookAt = LOOK_AFTER;
  #depth = 0;
  #isBlocked = false;

  constructor(thread: ThisThread, pool: PoolMemory, running: number, host: NestedHost) {
    this.pool = pool.index;
    this.#words = thread.memory.words;
    this.#mailbox = thread.mailbox;
    this.#memory = pool;
    this.#entry = thread.address.entry;
    this.#running = running;
    this.#host = host;
  }

  /** A task of this thread has submitted a job to its own pool, or is about to wait for it. */
  submitted(job: QueuedJob): void {
    this.#jobs.push(job);
    this.#host.noted();
    if (this.#jobs.length < this.#lookAt) return;
    this.#jobs = this.#jobs.filter(({ queuedSlot }) => queuedSlot >= 0);
    this.#lookAt = Math.max(LOOK_AFTER, 2 * this.#jobs.length);
  }

  /** Whether there may be one that nobody has begun. */
  get hasJobs(): boolean {
    return this.#jobs.length > 0;
  }

  /** Claims the newest that nobody has begun; -1 when there is none. */
  claim(): number {
    for (let job = this.#jobs.pop(); job !== undefined; job = this.#jobs.pop()) {
      const slot = job.queuedSlot;
      if (slot >= 0 && this.#take(slot)) return slot;
    }
    return -1;
  }

  /**
   * The task on the stack blocks the thread: does a job of its own in the meantime.
   *
   * @param mayRun - false when it must not take long: then the pool may grow instead
   * @returns whether one was done
   */
  help(mayRun: boolean): boolean {
    if (mayRun && this.#mailbox.isHolding && this.#makeRoom()) return true;
    const passedOver: QueuedJob[] = [];
    let hasRun = false;
    for (let job = this.#jobs.pop(); job !== undefined; job = this.#jobs.pop()) {
      const slot = job.queuedSlot;
      if (slot < 0) continue;
      if (!mayRun || this.#depth >= MOST_NESTED || !this.#host.canRunHere(slot)) {
        passedOver.push(job);
        if (passedOver.length === LOOK_AFTER) break;
      } else if (this.#take(slot)) {
        this.#run(slot);
        hasRun = true;
        break;
      }
    }
    while (passedOver.length > 0) this.#jobs.push(passedOver.pop() as QueuedJob);
    if (!hasRun && this.#jobs.length > 0) this.#beBlocked();
    return hasRun;
  }

  /**
   * The queue is full, perhaps of places of jobs that were done out of turn, behind one that was not: does
   * that. Who waits for what finds no place there would wait for ever.
   */
  #makeRoom(): boolean {
    const slot = this.#memory.queue.first();
    if (slot < 0 || this.#depth >= MOST_NESTED || !this.#host.canRunHere(slot)) return false;
    if (!this.#take(slot)) return false;
    this.#run(slot);
    return true;
  }

  /** The thread does not wait any more. */
  goOn(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    unmark(this.#words, this.#memory, POOL.blocked, this.#entry);
  }

  #run(slot: number): void {
    this.goOn();
    this.#depth++;
    try {
      this.#host.runHere(slot);
    } finally {
      this.#depth--;
    }
  }

  #take(slot: number): boolean {
    const state = slotAt(slot) + SLOT.state;
    const { queued } = this.#memory;
    if (compareExchange(this.#words, state, queued, this.#running) !== queued) return false;
    if (this.#memory.maxQueue < Infinity) this.#mailbox.tellOfRoom(); // one less waits, in its old place
    return true;
  }

  #beBlocked(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    mark(this.#words, this.#memory, POOL.blocked, this.#entry);
    askKeeper(this.#words, this.#memory);
  }
}
