import { requireOptions } from '../core/arguments.ts';
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { shareClass } from '../crossing/shared-class.ts';
import type { QueueShutdownOptions } from '../sync/queue.ts';
import { QueueMemory } from './queue-memory.ts';
import { type Awaited, type Done, ThreadOperation, waitHere } from './thread-line.ts';

/** What can be seen of a queue from outside. */
export interface ThreadQueueStatistics {
  /** How many items are in it. */
  readonly size: number;
  /** How many can be in it; 0 and below stand for any number. */
  readonly maxsize: number;
  /** How many items were put and not declared done. */
  readonly unfinished: number;
  /** Whether `shutdown()` was called. */
  readonly isShutDown: boolean;
}

/**
 * Carries items from any threads to any threads, the oldest first. It can be given to any thread, as an
 * argument or a result, and each of its tasks and threads may put and get:
 *
 *     queue.putSync(item);        const item = queue.getSync();       // blocks the thread
 *     await queue.put(item);      const item = await queue.get();     // on any loop or on none
 *     yield* queue.put(item);     const item = yield* queue.get();    // in a coroutine
 *     for (const item of queue)    for await (const item of queue)    // until it is shut down
 *
 * Items are copied when they are put, as arguments of `submit` are, and may be moved (`transfer`). They lie
 * in shared memory, so nobody has to turn a loop for others to get them; 1 GiB of them at the most, what is
 * beyond that with the keeper thread. The memory stays as large as it once was, as long as some thread knows
 * the queue.
 *
 * Costs         1 µs for a small item; a thread that was waiting takes some 10 µs to wake up
 * Thread        any
 *
 * @see CPython Lib/queue.py, Queue, and Lib/asyncio/queues.py, Queue
 */
export class ThreadQueue<T> {
  readonly #memory: QueueMemory;
  readonly #getting: Awaited;
  readonly #putting: Awaited;
  readonly #joining: Awaited;

  /**
   * @param maxsize - how many items can be in it; 0 and below stand for any number
   * @throws {ValueError} when `maxsize` is no whole number
   */
  constructor(maxsize?: number);
  /** @internal */
  constructor(memory: QueueMemory);
  constructor(maxsize: number | QueueMemory = 0) {
    this.#memory = maxsize instanceof QueueMemory ? maxsize : newMemory(maxsize);
    const { key, getting, putting, joining } = this.#memory;
    this.#getting = {
      key,
      waiting: getting,
      isForAll: false,
      passOn: () => {
        if (this.qsize() > 0) getting.ringNext();
      },
    };
    this.#putting = {
      key: key + 1,
      waiting: putting,
      isForAll: false,
      passOn: () => {
        if (!this.full()) putting.ringNext();
      },
    };
    this.#joining = { key: key + 2, waiting: joining, isForAll: true, passOn: () => {} };
  }

  /** How many items can be in the queue; 0 and below stand for any number. */
  get maxsize(): number {
    return this.#memory.maxsize;
  }

  /** How many items are in the queue, at this moment. */
  qsize(): number {
    return this.#memory.state.count;
  }

  /** Whether the queue is empty, at this moment. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** Whether there is no room for another item, at this moment. */
  full(): boolean {
    return this.#memory.isFull(this.qsize());
  }

  /**
   * Puts an item into the queue, and waits for room if it must.
   *
   * Suspends      only when the queue is full, or other tasks of this thread wait for room
   * Cancellation  ends the wait; the item is not in the queue
   *
   * @throws {DataCloneError} when the item cannot cross
   * @throws {QueueShutDown} when the queue is shut down, before or meanwhile
   */
  put(item: T): Operation<void> {
    return new ThreadOperation(this.#putting, () => this.#putter(item));
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out; the item is not in the queue
   */
  putSync(item: T, timeoutMs: number = Infinity): void {
    waitHere(this.#putting, this.#putter(item), timeoutMs, 'putSync() of a queue');
  }

  /**
   * Puts an item into the queue now.
   *
   * @throws {QueueFull} when there is no room
   * @throws {QueueShutDown} when the queue is shut down
   */
  putNowait(item: T): void {
    if (this.#putter(item)() !== null) return;
    throw new QueueFull(`${this} is full; wait for room with put() or putSync()`);
  }

  /**
   * Takes an item out, and waits for one if it must.
   *
   * Suspends      only when the queue is empty, or other tasks of this thread wait for an item
   * Cancellation  ends the wait; no item is lost
   *
   * @throws {QueueShutDown} when the queue is empty and shut down, before or meanwhile
   */
  get(): Operation<T> {
    return new ThreadOperation(this.#getting, () => this.#take);
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   */
  getSync(timeoutMs: number = Infinity): T {
    return waitHere(this.#getting, this.#take, timeoutMs, 'getSync() of a queue');
  }

  /**
   * Takes an item out now.
   *
   * @throws {QueueEmpty} when there is none
   * @throws {QueueShutDown} when there is none and the queue is shut down
   */
  getNowait(): T {
    const done = this.#take();
    if (done !== null) return done.value;
    throw new QueueEmpty(`${this} is empty; wait for an item with get() or getSync()`);
  }

  /** The items, until the queue is shut down and empty. Blocks the thread while there is none. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (;;) {
      const next = waitHere(this.#getting, this.#next, Infinity, 'for (… of queue)');
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** The items, until the queue is shut down and empty: `for await (const item of queue)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = await new ThreadOperation(this.#getting, () => this.#next);
      if (next.done === true) return;
      yield next.value;
    }
  }

  /**
   * Says that the work on an item that was taken out is done.
   *
   * @throws {ValueError} when it is called more often than items were put
   */
  taskDone(): void {
    if (this.#memory.finish()) return;
    throw new ValueError(
      `taskDone() called too many times: ${this} has no unfinished item; it is called once for ` +
        'each item that was taken out',
    );
  }

  /**
   * Waits until all items that were put have been taken out and declared done.
   *
   * Suspends      only when there are unfinished items
   * Cancellation  ends the wait
   */
  join(): Operation<void> {
    return new ThreadOperation(this.#joining, () => this.#isFinished);
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   */
  joinSync(timeoutMs: number = Infinity): void {
    waitHere(this.#joining, this.#isFinished, timeoutMs, 'joinSync() of a queue');
  }

  /**
   * Ends the queue: who puts, or waits to, gets a `QueueShutDown`; who gets, when the queue is empty.
   *
   * @param options.immediate - throws away what is in it and declares that done; the rest counts
   *   until `taskDone()`
   */
  shutdown(options?: QueueShutdownOptions): void {
    requireOptions(options, 'shutdown', '{ immediate: true }');
    this.#memory.shutDown(options?.immediate === true);
  }

  statistics(): ThreadQueueStatistics {
    const { count, unfinished, isShut } = this.#memory.state;
    return { size: count, maxsize: this.maxsize, unfinished, isShutDown: isShut };
  }

  toString(): string {
    const { size, maxsize, unfinished, isShutDown } = this.statistics();
    const parts = [`size=${size}`];
    if (maxsize > 0) parts.push(`maxsize=${maxsize}`);
    if (unfinished > 0) parts.push(`unfinished=${unfinished}`);
    if (isShutDown) parts.push('shut down');
    return `<ThreadQueue ${parts.join(' ')}>`;
  }

  /** @internal */
  static memoryOf(queue: ThreadQueue<unknown>): QueueMemory {
    return queue.#memory;
  }

  /** For one who puts an item: it is copied at the first attempt. */
  #putter(item: T): () => Done<void> {
    const put = this.#memory.putter(item);
    return () => {
      const outcome = put();
      if (outcome === 'shut') throw this.#ended('put');
      return outcome === 'put' ? DONE : null;
    };
  }

  readonly #take = (): Done<T> => {
    const taken = this.#memory.take();
    if (taken === 'shut') throw this.#ended('get');
    return taken as Done<T>;
  };

  readonly #next = (): Done<IteratorResult<T, void>> => {
    const taken = this.#memory.take();
    if (taken === 'shut') return END;
    return taken === null ? null : { value: { done: false, value: taken.value as T } };
  };

  readonly #isFinished = (): Done<void> => (this.#memory.state.unfinished === 0 ? DONE : null);

  #ended(asked: string): QueueShutDown {
    return new QueueShutDown(`${asked}() on ${this}, which was shut down`);
  }
}

const DONE: Done<void> = { value: undefined };
const END: Done<IteratorReturnResult<void>> = { value: { done: true, value: undefined } };

function newMemory(maxsize: number): QueueMemory {
  if (!Number.isInteger(maxsize) || maxsize > 0x7fff_ffff) {
    throw new ValueError(`maxsize must be a number of items, got ${repr(maxsize)}`);
  }
  return QueueMemory.create(maxsize);
}

shareClass(
  ThreadQueue,
  'skein.thread-queue',
  (queue) => ThreadQueue.memoryOf(queue).memory,
  (memory: SharedArrayBuffer) => new ThreadQueue(new QueueMemory(memory)),
);
