import { requireOptions } from '../core/arguments.ts';
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { staysHome } from '../core/stays-home.ts';
import { LoopBinding } from './loop-binding.ts';
import { Passage } from './passage.ts';
import { OldestFirst, type QueueItems } from './queue-items.ts';
import { QueuedOperation } from './queued-operation.ts';
import { WaitQueue } from './wait-queue.ts';

/*
 * Items on their way from tasks to tasks of one loop.
 *
 *     put --> [ full? in line ] --> items --> [ empty? in line ] <-- get
 *
 * An item is never given to a waiter: `put` wakes the first in line, who looks for himself when his
 * task runs. If somebody was quicker, he goes to the end of the line. If he is cancelled before he
 * could look, and there is something to get, he wakes the next one; the same with room to put.
 *
 * What was put and not yet declared done is counted as unfinished; `join` waits for that.
 *
 * @see CPython 3.14 Lib/asyncio/queues.py, Queue
 */

/** What can be seen of a queue from outside. */
export interface QueueStatistics {
  /** How many items are in it. */
  readonly size: number;
  /** How many can be in it; 0 and below stand for any number. */
  readonly maxsize: number;
  /** How many items were put and not declared done. */
  readonly unfinished: number;
  /** Whether `shutdown()` was called. */
  readonly isShutDown: boolean;
  /** How many tasks wait for an item. */
  readonly tasksWaitingToGet: number;
  /** How many tasks wait for room. */
  readonly tasksWaitingToPut: number;
  /** How many tasks wait in `join()`. */
  readonly tasksWaitingToJoin: number;
}

/** What a queue can be given beside its size. */
export interface QueueShutdownOptions {
  /** Throws away what is in the queue. */
  readonly immediate?: boolean | undefined;
}

/**
 * Carries items between the tasks of one loop, the oldest first.
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 */
export class Queue<T> {
  readonly #state: QueueState<T>;

  /**
   * @param maxsize - how many items can be in it; 0 and below stand for any number
   * @param items - where they lie, for a queue with an order of its own
   * @throws {ValueError} when `maxsize` is no number
   */
  constructor(maxsize: number = 0, items: QueueItems<T> = new OldestFirst<T>()) {
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize)) {
      throw new ValueError(`maxsize must be a number of items, got ${repr(maxsize)}`);
    }
    this.#state = new QueueState(this, maxsize, items);
  }

  /** How many items can be in the queue; 0 and below stand for any number. */
  get maxsize(): number {
    return this.#state.maxsize;
  }

  /** How many items are in the queue. */
  qsize(): number {
    return this.#state.items.length;
  }

  empty(): boolean {
    return this.#state.items.length === 0;
  }

  /** Whether there is no room for another item. */
  full(): boolean {
    return this.#state.isFull;
  }

  /**
   * Puts an item into the queue, and waits for room if it must. First come, first served.
   *
   * Suspends      only when the queue is full
   * Cancellation  leaves the line; the item is not in the queue, nobody else loses a turn
   * Thread        loop thread only
   *
   * @throws {QueueShutDown} when the queue is shut down, before or meanwhile
   * @throws {RuntimeError} when tasks of another loop have waited for the queue
   */
  put(item: T): Operation<void> {
    return new Putting(this.#state, item);
  }

  /**
   * Puts an item into the queue now.
   *
   * @throws {QueueFull} when there is no room
   * @throws {QueueShutDown} when the queue is shut down
   */
  putNowait(item: T): void {
    this.#state.put(item);
  }

  /**
   * Takes an item out, and waits for one if it must. First come, first served.
   *
   * Suspends      only when the queue is empty
   * Cancellation  leaves the line; no item is lost, nobody else loses a turn
   * Thread        loop thread only
   *
   * @throws {QueueShutDown} when the queue is empty and shut down, before or meanwhile
   * @throws {RuntimeError} when tasks of another loop have waited for the queue
   */
  get(): Operation<T> {
    return new Getting(this.#state);
  }

  /**
   * Takes an item out now.
   *
   * @throws {QueueEmpty} when there is none
   * @throws {QueueShutDown} when there is none and the queue is shut down
   */
  getNowait(): T {
    return this.#state.take();
  }

  /**
   * Says that the work on an item that was taken out is done.
   *
   * @throws {ValueError} when it is called more often than items were put
   */
  taskDone(): void {
    const state = this.#state;
    if (state.unfinished === 0) {
      throw new ValueError(
        `taskDone() called too many times: ${this} has no unfinished item; it is called once for ` +
          'each item that was taken out',
      );
    }
    state.finish(1);
  }

  /**
   * Waits until all items that were put have been taken out and declared done.
   *
   * Suspends      only when there are unfinished items
   * Cancellation  ends the wait
   * Thread        loop thread only
   *
   * @throws {RuntimeError} when tasks of another loop have waited for the queue
   */
  join(): Operation<void> {
    const { joining, isFinished } = this.#state;
    return new Passage<void>(joining, isFinished, undefined);
  }

  /**
   * Ends the queue: who puts, or waits to, gets a `QueueShutDown`; who gets, when the queue is empty.
   *
   * @param options.immediate - throws away what is in it and declares that done; the rest counts
   *   until `taskDone()`
   */
  shutdown(options?: QueueShutdownOptions): void {
    requireOptions(options, 'shutdown', '{ immediate: true }');
    this.#state.shutDown(options?.immediate === true);
  }

  statistics(): QueueStatistics {
    const { items, maxsize, unfinished, isShutDown, getting, putting, joining } = this.#state;
    return {
      size: items.length,
      maxsize,
      unfinished,
      isShutDown,
      tasksWaitingToGet: getting.pending,
      tasksWaitingToPut: putting.pending,
      tasksWaitingToJoin: joining.pending,
    };
  }

  toString(): string {
    const { size, maxsize, unfinished, isShutDown, ...waiting } = this.statistics();
    const parts = [`size=${size}`];
    if (maxsize > 0) parts.push(`maxsize=${maxsize}`);
    if (waiting.tasksWaitingToGet > 0) parts.push(`getters=${waiting.tasksWaitingToGet}`);
    if (waiting.tasksWaitingToPut > 0) parts.push(`putters=${waiting.tasksWaitingToPut}`);
    if (unfinished > 0) parts.push(`unfinished=${unfinished}`);
    if (isShutDown) parts.push('shut down');
    return `<${this.constructor.name} ${parts.join(' ')}>`;
  }
}

class QueueState<T> {
  readonly items: QueueItems<T>;
  readonly maxsize: number;
  readonly getting: WaitQueue;
  readonly putting: WaitQueue;
  readonly joining: WaitQueue;
  unfinished: number = 0;
  isShutDown: boolean = false;
  readonly isFinished: () => boolean = () => this.unfinished === 0;
  readonly #queue: Queue<T>;

  constructor(queue: Queue<T>, maxsize: number, items: QueueItems<T>) {
    this.#queue = queue;
    this.maxsize = maxsize;
    this.items = items;
    const binding = new LoopBinding(queue);
    this.getting = new WaitQueue(binding);
    this.putting = new WaitQueue(binding);
    this.joining = new WaitQueue(binding);
  }

  get isFull(): boolean {
    return this.maxsize > 0 && this.items.length >= this.maxsize;
  }

  put(item: T): void {
    if (this.isShutDown) throw this.#ended('put');
    if (this.isFull) {
      throw new QueueFull(`${this.#queue} is full; wait for room with yield* queue.put(item)`);
    }
    this.items.push(item);
    this.unfinished++;
    this.getting.wakeNext();
  }

  take(): T {
    if (this.items.length === 0) {
      if (this.isShutDown) throw this.#ended('get');
      throw new QueueEmpty(`${this.#queue} is empty; wait for an item with yield* queue.get()`);
    }
    const item = this.items.take();
    this.putting.wakeNext();
    return item;
  }

  finish(count: number): void {
    this.unfinished -= count;
    if (this.unfinished === 0) this.joining.wakeAll();
  }

  shutDown(immediate: boolean): void {
    this.isShutDown = true;
    if (immediate) {
      const dropped = this.items.length;
      while (this.items.length > 0) this.items.take();
      this.finish(Math.min(dropped, this.unfinished));
    }
    this.getting.wakeAll();
    this.putting.wakeAll();
  }

  #ended(asked: string): QueueShutDown {
    return new QueueShutDown(`${asked}() on ${this.#queue}, which was shut down`);
  }
}

const PUT: IteratorReturnResult<void> = { done: true, value: undefined };

class Putting<T> extends QueuedOperation<void> {
  readonly #state: QueueState<T>;
  readonly #item: T;

  constructor(state: QueueState<T>, item: T) {
    super(state.putting);
    this.#state = state;
    this.#item = item;
  }

  protected override attempt(): IteratorReturnResult<void> | null {
    const state = this.#state;
    if (state.isFull && !state.isShutDown) return null;
    state.put(this.#item);
    return PUT;
  }

  protected override abandon(wasWoken: boolean): void {
    if (wasWoken && !this.#state.isFull) this.#state.putting.wakeNext();
  }

  protected override again(): Putting<T> {
    return new Putting(this.#state, this.#item);
  }
}

class Getting<T> extends QueuedOperation<T> {
  readonly #state: QueueState<T>;

  constructor(state: QueueState<T>) {
    super(state.getting);
    this.#state = state;
  }

  protected override attempt(): IteratorReturnResult<T> | null {
    const state = this.#state;
    if (state.items.length === 0 && !state.isShutDown) return null;
    return { done: true, value: state.take() };
  }

  protected override abandon(wasWoken: boolean): void {
    if (wasWoken && this.#state.items.length > 0) this.#state.getting.wakeNext();
  }

  protected override again(): Getting<T> {
    return new Getting(this.#state);
  }
}

staysHome(Queue, 'a queue', 'it belongs to the tasks of one loop; threads share a `ThreadQueue`');
