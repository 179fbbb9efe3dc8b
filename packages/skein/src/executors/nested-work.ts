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
 * async function, a module that is not loaded. And what has a limit of time it does not do: whose thread is
 * ended takes along what is below it. Then it says that it is blocked, and the pool may have one worker more, up
 * to `MOST_EXTRA`. When half of those are there, it also puts what it waits for in front, for whoever comes would
 * else begin another task that waits. If all of those are blocked as well, what is queued fails: it could only be waited for for ever.
 *
 * A task that waits without blocking, in an async function, lets Node turn, and its worker begins what it
 * has submitted. But only while all tasks that it has under way have submitted something: the others
 * end by themselves, and the worker was asked to do one at a time.
 *
 * What a task has submitted may have found no place in the queue, or the task waits for room in there. Then its
 * worker does what comes first, whosever it is.
 *
 * Invariant: a worker waits for queued work of its own pool, or for room in its queue, only while it is marked
 * as blocked, or while one of the tasks that it has under way waits for nobody.
 */
import type { Nested, QueuedJob, ThisThread } from '../crossing/this-thread.ts';
import { compareExchange } from '../shared/atomics.ts';
import { MOST_EXTRA, POOL, SLOT, slotAt } from '../shared/layout.ts';
import type { Mailbox } from '../shared/mailbox.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { askKeeper, isMarked, mark, unmark } from '../shared/wake-worker.ts';

/** How deep tasks may be done on top of each other: a stack of 984 KiB has room for some thousand. */
const MOST_NESTED = 200;
/** When so many are blocked: before that it is faster to let the pool grow at once for all that wait. */
const URGED_FROM = MOST_EXTRA / 2;
/** So many jobs are noted before those are looked for that have been begun elsewhere. */
const LOOK_AFTER = 1024;

export interface NestedHost {
  /** Whether the job in this slot can be done on top of the one that waits. */
  canRunHere(slot: number): boolean;
  /** Does the job in this slot, which has been claimed, to its end. */
  runHere(slot: number): void;
  /** Whether it can be begun beside those that are under way here. */
  canRunBeside(slot: number): boolean;
  /** The task that runs now waits for its pool, or soon will. */
  hasParent(): void;
  /** Something is to be done here if nobody else does it: `claim` says what, in Node's next turn. */
  helpSoon(): void;
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
  /** How many tasks wait for room in the queue, without blocking or with. */
  #waitForRoom = 0;
  /** Whether it blocks for what it cannot do; and whether all that is under way waits for that. */
  #isStopped = false;
  #isStuck = false;
  /** What was put in front last. */
  #urged: QueuedJob | null = null;

  constructor(thread: ThisThread, pool: PoolMemory, running: number, host: NestedHost) {
    this.pool = pool.index;
    this.#words = thread.memory.words;
    this.#mailbox = thread.mailbox;
    this.#memory = pool;
    this.#entry = thread.address.entry;
    this.#running = running;
    this.#host = host;
  }

  submitted(job: QueuedJob): void {
    this.#jobs.push(job);
    this.#host.helpSoon();
    if (this.#jobs.length < this.#lookAt) return;
    this.#jobs = this.#jobs.filter(({ queuedSlot }) => queuedSlot >= 0);
    this.#lookAt = Math.max(LOOK_AFTER, 2 * this.#jobs.length);
  }

  hasParent(): void {
    this.#host.hasParent();
    this.#host.helpSoon();
  }

  waitsForRoom(): () => void {
    this.#waitForRoom++;
    this.hasParent();
    return () => this.#waitForRoom--;
  }

  /** Whether there may be something to do for those who wait. */
  get isWanted(): boolean {
    return this.#jobs.length > 0 || this.#wantsRoom;
  }

  get #wantsRoom(): boolean {
    return this.#mailbox.isHolding || this.#waitForRoom > 0;
  }

  /** All that is under way here waits: claims the newest that nobody has begun; -1 when there is none. */
  claim(): number {
    const canRun = (slot: number): boolean => this.#host.canRunBeside(slot);
    const { taken, left } = this.#takeNewest(canRun);
    if (taken >= 0) return taken;
    const first = this.#wantsRoom ? this.#takeFirst(canRun) : -1;
    if (first >= 0) {
      this.#memory.queue.first(); // its place becomes free
      this.#mailbox.tellOfRoom();
    } else if (this.#jobs.length > 0 || (this.#wantsRoom && this.#memory.queue.hasWork)) {
      this.#isStuck = true;
      this.#beBlocked(left);
    }
    return first;
  }

  /** What is under way goes on, or it is to be looked again whether it does. */
  unstick(): void {
    if (!this.#isStuck) return;
    this.#isStuck = false;
    if (!this.#isStopped) unmark(this.#words, this.#memory, POOL.blocked, this.#entry);
    this.#host.helpSoon();
  }

  /**
   * The task on the stack blocks the thread: does a job of its own in the meantime.
   *
   * @param mayRun - false when it must not take long: then the pool may grow instead
   * @returns whether one was done
   */
  help(mayRun: boolean): boolean {
    const canRun = (slot: number): boolean =>
      mayRun && this.#depth < MOST_NESTED && this.#host.canRunHere(slot);
    // The queue is full, perhaps of places of jobs that were done out of turn, behind one that was not.
    let slot = this.#wantsRoom ? this.#takeFirst(canRun) : -1;
    let left: QueuedJob | null = null;
    if (slot < 0) ({ taken: slot, left } = this.#takeNewest(canRun));
    if (slot >= 0) {
      this.#run(slot);
      return true;
    }
    if (this.isWanted) {
      this.#isStopped = true;
      this.#beBlocked(left);
    }
    return false;
  }

  /** Takes the newest of the jobs that can be done here; `left` is the newest that cannot. */
  #takeNewest(can: (slot: number) => boolean): { taken: number; left: QueuedJob | null } {
    const passedOver: QueuedJob[] = [];
    let taken = -1;
    for (let job = this.#jobs.pop(); job !== undefined; job = this.#jobs.pop()) {
      const slot = job.queuedSlot;
      if (slot < 0) continue;
      if (!can(slot)) {
        passedOver.push(job);
        if (passedOver.length === LOOK_AFTER) break;
      } else if (this.#take(slot)) {
        taken = slot;
        break;
      }
    }
    const left = passedOver[0] ?? null;
    while (passedOver.length > 0) this.#jobs.push(passedOver.pop() as QueuedJob);
    return { taken, left };
  }

  /** Takes what comes first in the queue. */
  #takeFirst(can: (slot: number) => boolean): number {
    const slot = this.#memory.queue.first();
    return slot >= 0 && can(slot) && this.#take(slot) ? slot : -1;
  }

  /** The thread does not wait any more. */
  goOn(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    if (!this.#isStuck) unmark(this.#words, this.#memory, POOL.blocked, this.#entry);
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

  /** Where there are not many threads left to come, what it waits for is put in front for them. */
  #beBlocked(awaited: QueuedJob | null): void {
    if (awaited !== null && awaited !== this.#urged && this.#memory.blocked >= URGED_FROM) {
      const slot = awaited.queuedSlot;
      if (slot >= 0) this.#memory.queue.urge(slot);
      this.#urged = awaited;
    }
    if (isMarked(this.#words, this.#memory, POOL.blocked, this.#entry)) return;
    mark(this.#words, this.#memory, POOL.blocked, this.#entry);
    askKeeper(this.#words, this.#memory);
  }
}
