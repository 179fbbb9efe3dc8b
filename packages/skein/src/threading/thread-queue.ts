import { requireOptions } from '../core/arguments.ts';
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { shareClass } from '../crossing/shared-class.ts';
import type { QueueShutdownOptions } from '../sync/queue.ts';
import { over } from './handed-memory.ts';
import { OutgoingItem, takeItem } from './queue-items.ts';
import { QueueMemory } from './queue-memory.ts';
import { type Awaited, keyOf } from './thread-line.ts';
import { type Attempt, type Done, doNow, ThreadOperation, waitHere } from './thread-operation.ts';

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
  /** How many threads wait for an item, however many of their tasks do; and for the others likewise. */
  readonly threadsWaitingToGet: number;
  readonly threadsWaitingToPut: number;
  readonly threadsWaitingToJoin: number;
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
 * Items are copied when they are put, as arguments of `submit` are; what is moved (`transfer`) is, when there is
 * room for it. They lie in shared memory, so nobody has to turn a loop for others to get them. When they take
 * 1 GiB the queue is full, whatever its `maxsize`. The memory stays as large as it once was, as long as some thread
 * knows the queue.
 *
 * Costs         0.4 µs for a small item, put and taken out; a thread that was waiting takes some 10 µs to wake up.
 *               Some 100 µs, and `get` blocks, where shared memory, a port or a thing like this is in the item
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
  constructor(maxsize: number = 0) {
    requireSize(maxsize);
    const memory = new QueueMemory(Math.max(0, maxsize));
    const { ident, getting, putting, joining } = memory;
    const inMessages = { toString: () => this.toString() };
    this.#memory = memory;
    this.#getting = {
      key: keyOf(ident, 0),
      waiting: getting,
      isForAll: false,
      passOn: () => {
        if (this.qsize() > 0) getting.ringNext();
      },
      ...inMessages,
    };
    this.#putting = {
      key: keyOf(ident, 1),
      waiting: putting,
      isForAll: false,
      passOn: () => {
        if (!this.full()) putting.ringNext();
      },
      ...inMessages,
    };
    this.#joining = {
      key: keyOf(ident, 2),
      waiting: joining,
      isForAll: true,
      passOn: () => {},
      ...inMessages,
    };
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
    return new ThreadOperation(this.#putting, () => this.#outgoing(item));
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out; the item is not in the queue
   */
  putSync(item: T, timeoutMs: number = Infinity): void {
    waitHere(this.#putting, this.#outgoing(item), timeoutMs, 'putSync()');
  }

  /**
   * Puts an item into the queue now.
   *
   * @throws {QueueFull} when there is no room
   * @throws {QueueShutDown} when the queue is shut down
   */
  putNowait(item: T): void {
    if (doNow(this.#outgoing(item)) !== null) return;
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
    return waitHere(this.#getting, this.#take, timeoutMs, 'getSync()');
  }

  /**
   * Takes an item out now.
   *
   * @throws {QueueEmpty} when there is none
   * @throws {QueueShutDown} when there is none and the queue is shut down
   */
  getNowait(): T {
    const done = doNow(this.#take);
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
    waitHere(this.#joining, this.#isFinished, timeoutMs, 'joinSync()');
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
    const { getting, putting, joining } = this.#memory;
    return {
      size: count,
      maxsize: this.maxsize,
      unfinished,
      isShutDown: isShut,
      threadsWaitingToGet: getting.count,
      threadsWaitingToPut: putting.count,
      threadsWaitingToJoin: joining.count,
    };
  }

  toString(): string {
    const { size, maxsize, unfinished, isShutDown, ...waiting } = this.statistics();
    const parts = [`size=${size}`];
    if (maxsize > 0) parts.push(`maxsize=${maxsize}`);
    if (waiting.threadsWaitingToGet > 0) parts.push(`getters=${waiting.threadsWaitingToGet}`);
    if (waiting.threadsWaitingToPut > 0) parts.push(`putters=${waiting.threadsWaitingToPut}`);
    if (unfinished > 0) parts.push(`unfinished=${unfinished}`);
    if (isShutDown) parts.push('shut down');
    return `<ThreadQueue ${parts.join(' ')}>`;
  }

  /** @internal */
  static memoryOf(queue: ThreadQueue<unknown>): SharedArrayBuffer {
    return queue.#memory.memory;
  }

  #outgoing(item: T): Attempt<void> {
    return new OutgoingItem(this.#memory, item, () => this.#ended('put'));
  }

  readonly #take: Attempt<T> = {
    try: () => {
      const taken = takeItem(this.#memory);
      if (taken === 'shut') throw this.#ended('get');
      return taken as Done<T>;
    },
  };

  readonly #next: Attempt<IteratorResult<T, void>> = {
    try: () => {
      const taken = takeItem(this.#memory);
      if (taken === 'shut') return END;
      return taken === null ? null : { value: { done: false, value: taken.value as T } };
    },
  };

  readonly #isFinished: Attempt<void> = {
    try: () => (this.#memory.state.unfinished === 0 ? DONE : null),
  };

  #ended(asked: string): QueueShutDown {
    return new QueueShutDown(`${asked}() on ${this}, which was shut down`);
  }
}

const DONE: Done<void> = { value: undefined };
const END: Done<IteratorReturnResult<void>> = { value: { done: true, value: undefined } };

function requireSize(maxsize: number): void {
  if (Number.isInteger(maxsize) && maxsize <= 0x7fff_ffff) return;
  throw new ValueError(`maxsize must be a number of items, got ${repr(maxsize)}`);
}

shareClass(
  ThreadQueue,
  'skein.thread-queue',
  (queue) => ThreadQueue.memoryOf(queue),
  (memory: SharedArrayBuffer) => over(memory, () => new ThreadQueue()),
);
