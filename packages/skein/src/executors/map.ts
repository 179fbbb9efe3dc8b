/**
 * `map`: one task for each element of an iterable, or for each chunk of some, and their results as they
 * are asked for.
 *
 * ```
 *   source ──▶ chunk ──▶ task ─┐
 *                 chunk ──▶ task ─┤  at most `bufferSize` of them ──▶ results, in order or as they come
 *                    chunk ──▶ task ─┘
 * ```
 *
 * Whoever asks for results draws the next chunks out of the source. A source that is asynchronous is drawn
 * by a loop of its own, which goes on while there is room. When nobody asks, that waits for ever, and
 * keeps nothing alive.
 *
 * A chunk that finds no room in the pool's queue waits here, until one of those before it is done; or,
 * if there is none, until the queue has room.
 *
 * @see CPython Lib/concurrent/futures/_base.py, Executor.map (rule 75)
 */
import { noteBlocking } from '../core/blocking-calls.ts';
import { QueueFull, TimeoutError } from '../core/exceptions.ts';
import { staysHome } from '../core/stays-home.ts';
import { functionId } from '../crossing/function-table.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { type Awaited, blockUntil } from './block-until.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { type ChunkResult, valuesOf } from './chunk-result.ts';
import { endedWhenLeft } from './leaving.ts';
import { checkMapOptions, type MapOptions } from './map-options.ts';
import { type Elements, MapSource } from './map-source.ts';
import type { PoolHandle } from './pool-handle.ts';
import { jobOptions, type SubmitOptions } from './submit-options.ts';

/** What becomes of the function: it is called for each of its arguments. */
type Mapped<T> = (...items: unknown[]) => ChunkResult<T>;

type Chunk<T> = ConcurrentFuture<ChunkResult<T>>;

const ASYNC_BUFFER = 64;
/** Node's timers go no further. */
const LONGEST_MS = 2 ** 31 - 1;

const nobody: Awaited = { queuedSlot: -1, pool: -1, runner: -1, name: '' };

/**
 * The results of `map`. `for await` waits, `for` blocks the thread. They are handed out once, whoever asks;
 * leaving the loop cancels what is left.
 */
export class MapResults<T> implements Iterable<T>, AsyncIterable<T> {
  readonly #thread: ThisThread;
  readonly #pool: PoolHandle;
  readonly #submit: (elements: Elements) => Chunk<T>;
  readonly #source: MapSource;
  readonly #bufferSize: number;
  readonly #isOrdered: boolean;
  readonly #timeout: number;
  readonly #endsAt: number;
  /** Under way, or done and not asked for. */
  readonly #chunks = new Set<Chunk<T>>();
  /** The same as they are to be handed out: in order, or those that are done. The next is at `#next`. */
  #line: Chunk<T>[] = [];
  #next = 0;
  /** Drawn, but not submitted: there was no room. */
  #waiting: Elements | null = null;
  /** Done when there is room in the pool's queue. */
  #room: ConcurrentFuture<void> | null = null;
  /** Of a chunk that was asked for. Last first. */
  #values: T[] = [];
  /** What comes when those are handed out. */
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;
  /** Told when a chunk is done, or there is room for one, or the source is exhausted. */
  #onChange: (() => void)[] = [];

  /** @internal */
  constructor(
    pool: PoolHandle,
    own: SubmitOptions,
    fn: (...args: never[]) => unknown,
    source: Iterable<unknown> | AsyncIterable<unknown>,
    options: MapOptions,
  ) {
    const {
      chunkSize = 1,
      bufferSize,
      ordered = true,
      timeout = Infinity,
    } = checkMapOptions(options);
    this.#thread = thisThread();
    this.#pool = pool;
    functionId(this.#thread, fn); // refused here, also if the source is empty
    this.#submit = ({ items, from }) =>
      pool.submit(fn as Mapped<T>, items, jobOptions(own, from)) as Chunk<T>;
    this.#isOrdered = ordered;
    this.#timeout = timeout;
    this.#endsAt = performance.now() + timeout;
    this.#source = new MapSource(source, chunkSize);
    const { isAsync } = this.#source;
    this.#bufferSize = bufferSize ?? Math.min(isAsync ? ASYNC_BUFFER : Infinity, pool.maxQueue);
    if (isAsync) void this.#draw();
    else this.#fill();
    const { failure } = this.#source;
    if (failure === null || isAsync) return;
    this.#close();
    throw failure.error; // nobody has asked for results yet
  }

  /** Blocks the thread for each result that is not there yet. */
  [Symbol.iterator](): Iterator<T, undefined> {
    return endedWhenLeft(this.#blocking(), () => this.#close());
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    return endedWhenLeft(this.#awaiting(), () => this.#close());
  }

  *#blocking(): Generator<T, undefined> {
    if (this.#source.isAsync) {
      throw new TypeError(
        'map() over an asynchronous iterable cannot be waited for by blocking: nothing would come ' +
          'of it meanwhile. Write for await.',
      );
    }
    try {
      while (this.#hasMore()) {
        if (this.#values.length > 0) yield this.#values.pop() as T;
        else if (!this.#takeDone()) this.#block();
      }
    } finally {
      this.#close();
    }
  }

  async *#awaiting(): AsyncGenerator<T, undefined> {
    try {
      while (this.#hasMore()) {
        if (this.#values.length > 0) yield this.#values.pop() as T;
        else if (!this.#takeDone()) await this.#changed();
      }
    } finally {
      this.#close();
    }
  }

  /** @throws what the task of an element threw, or the source, when all before it was handed out */
  #hasMore(): boolean {
    if (this.#values.length > 0) return true;
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#isClosed) return false;
    if (this.#chunks.size > 0 || this.#waiting !== null || !this.#source.isExhausted) return true;
    this.#failure = this.#source.failure;
    if (this.#failure !== null) throw this.#failure.error;
    return false;
  }

  /** Takes the values of the next chunk that is done; false when there is none. */
  #takeDone(): boolean {
    const chunk = this.#line[this.#next];
    if (chunk === undefined || !chunk.done()) return false;
    this.#chunks.delete(chunk);
    if (2 * ++this.#next >= this.#line.length) {
      this.#line = this.#line.slice(this.#next);
      this.#next = 0;
    }
    try {
      const { values, failure } = valuesOf<T>(chunk.result());
      this.#values = values.reverse();
      this.#failure = failure;
    } catch (error) {
      this.#failure = { error };
    }
    this.#fill();
    this.#tellChange();
    return true;
  }

  /** Waits until the next chunk may be done. */
  #block(): void {
    const next = this.#isOrdered ? this.#line[this.#next] : undefined;
    let hasChanged = false;
    if (next === undefined) this.#onChange.push(() => (hasChanged = true));
    this.#askForRoom();
    const isSo = (): boolean => hasChanged || next?.done() === true;
    const left = Math.max(0, this.#endsAt - performance.now());
    if (left > 0) noteBlocking('the next result of map()', 'write for await');
    const [any = nobody] = this.#chunks;
    if (!blockUntil(this.#thread, next ?? any, isSo, left)) this.#failure = { error: this.#late() };
  }

  /** The same in a thread that goes on meanwhile. */
  #changed(): Promise<void> {
    const left = this.#endsAt - performance.now();
    return new Promise((resolve) => {
      const look = (): void => {
        if (performance.now() >= this.#endsAt) this.#failure ??= { error: this.#late() };
        resolve();
      };
      const timer = left === Infinity ? undefined : setTimeout(look, timerFor(left));
      this.#onChange.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#askForRoom();
    });
  }

  /** Submits chunks of a source that gives them at once, while there is room. */
  #fill(): void {
    if (this.#source.isAsync) return;
    while (this.#hasRoom()) {
      this.#waiting ??= this.#source.next();
      if (this.#waiting === null || !this.#submitWaiting()) return;
    }
  }

  /** Submits chunks of one that has to be waited for, to its end. Does not reject. */
  async #draw(): Promise<void> {
    const timer = this.#closeInTime();
    for (;;) {
      const elements = await this.#source.nextLater();
      if (elements === null || this.#isClosed) break;
      this.#waiting = elements;
      while (this.#waiting !== null && !this.#submitWaiting()) {
        const changed = new Promise<void>((resolve) => this.#onChange.push(resolve));
        this.#askForRoom();
        await changed;
      }
      this.#tellChange();
    }
    clearTimeout(timer.timeout);
    this.#tellChange();
  }

  /** Nobody may ask any more when the time is over: what has not been drawn by then is too late. */
  #closeInTime(): { timeout: NodeJS.Timeout | undefined } {
    const timer: { timeout: NodeJS.Timeout | undefined } = { timeout: undefined };
    if (this.#endsAt === Infinity) return timer;
    const look = (): void => {
      const left = this.#endsAt - performance.now();
      if (left > 0) timer.timeout = setTimeout(look, timerFor(left)).unref();
      else this.#endSource(this.#late());
    };
    look();
    return timer;
  }

  /** Submits the chunk that waits; false when there is no room for it. */
  #submitWaiting(): boolean {
    if (!this.#hasRoom()) return false;
    let chunk: Chunk<T>;
    try {
      chunk = this.#submit(this.#waiting as Elements);
    } catch (error) {
      if (!(error instanceof QueueFull)) this.#endSource(error); // an element cannot cross, a shutdown
      return false;
    }
    this.#waiting = null;
    this.#chunks.add(chunk);
    if (this.#isOrdered) this.#line.push(chunk);
    chunk.addDoneCallback(() => {
      if (!this.#isOrdered) this.#line.push(chunk);
      this.#tellChange();
    });
    return true;
  }

  #hasRoom(): boolean {
    return !this.#isClosed && this.#failure === null && this.#chunks.size < this.#bufferSize;
  }

  /** If a chunk waits, and none is under way after which there will be room: it is others that fill the queue. */
  #askForRoom(): void {
    if (this.#waiting === null || this.#chunks.size > 0 || this.#failure !== null) return;
    if (this.#room !== null) return;
    const room = this.#pool.ready();
    this.#room = room;
    room.addDoneCallback(() => {
      this.#room = null;
      void (room.cancelled() || room.exception()); // the next submit says the same
      this.#fill();
      this.#tellChange();
    });
  }

  #tellChange(): void {
    const listeners = this.#onChange;
    this.#onChange = [];
    for (const listener of listeners) listener();
  }

  #late(): TimeoutError {
    return new TimeoutError(
      `map() did not have all results after ${this.#timeout} ms. Give it longer by the option 'timeout'.`,
    );
  }

  /** Nothing more is drawn; the error comes after the results of what was. */
  #endSource(error: unknown): void {
    this.#waiting = null;
    this.#source.fail(error);
    this.#tellChange();
  }

  /** Nobody asks any more: cancels what is left, and closes the source. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const chunk of this.#chunks) {
      chunk.addDoneCallback(() => void (chunk.cancelled() || chunk.exception())); // nobody will look
      chunk.cancel();
    }
    this.#chunks.clear();
    this.#line = [];
    this.#waiting = null;
    this.#room?.cancel();
    this.#tellChange();
    this.#source.close();
  }
}

const timerFor = (ms: number): number => Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)));

staysHome(
  MapResults,
  'what map() gives',
  'its results come to the thread that asked; send the executor, and ask over there',
);
