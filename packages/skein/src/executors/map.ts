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
 * by a loop of its own, which goes on while there is room.
 *
 * @see CPython Lib/concurrent/futures/_base.py, Executor.map (rule 75)
 */
import { inspect } from 'node:util';
import { requireKnown } from '../core/arguments.ts';
import { TimeoutError, ValueError } from '../core/exceptions.ts';
import type { ResultOf } from '../core/executor.ts';
import { referenceOf } from '../crossing/function-reference.ts';
import { functionId } from '../crossing/function-table.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Outcome } from '../shared/layout.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import { type ChunkResult, mapChunk, valuesOf } from './map-chunk.ts';

export interface MapOptions {
  /** How many elements make one task, ≥ 1. Default 1. More where a task takes some µs only. */
  readonly chunkSize?: number | undefined;
  /**
   * How many tasks are under way or wait to be asked for, ≥ 1. Default: all of an iterable, 64 of an
   * asynchronous one.
   */
  readonly bufferSize?: number | undefined;
  /** Whether results come in the order of the elements. Default true; else as they are ready. */
  readonly ordered?: boolean | undefined;
  /** Milliseconds from the call of `map` in which all results must have come. Default `Infinity`. */
  readonly timeout?: number | undefined;
}

/** Submits a call, with whatever options. */
export type Submit = <A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  name: string,
) => ConcurrentFuture<ResultOf<R>>;

type Chunk<T> = ConcurrentFuture<ChunkResult<T>>;

const ASYNC_BUFFER = 64;

/**
 * The results of `map`. `for await` waits, `for` blocks the thread. They are handed out once, whoever asks;
 * leaving the loop cancels what is left.
 */
export class MapResults<T> implements Iterable<T>, AsyncIterable<T> {
  readonly #thread: ThisThread;
  readonly #submit: (items: unknown[]) => Chunk<T>;
  readonly #source: Iterator<unknown> | null;
  readonly #asyncSource: AsyncIterator<unknown> | null;
  readonly #chunkSize: number;
  readonly #bufferSize: number;
  readonly #isOrdered: boolean;
  readonly #timeout: number;
  readonly #endsAt: number;
  /** Under way, or done and not asked for. Oldest first. */
  #chunks: Chunk<T>[] = [];
  /** Of a chunk that was asked for. Last first. */
  #values: T[] = [];
  /** What comes when those are handed out. */
  #failure: { readonly error: unknown } | null = null;
  #isExhausted = false;
  #isClosed = false;
  /** Told when a chunk is done, or there is room for one, or the source is exhausted. */
  #onChange: (() => void)[] = [];

  /** @internal */
  constructor(
    submit: Submit,
    fn: (...args: never[]) => unknown,
    source: Iterable<unknown> | AsyncIterable<unknown>,
    options: MapOptions,
    inProcesses: boolean,
  ) {
    const { chunkSize = 1, bufferSize, ordered = true, timeout = Infinity } = checked(options);
    this.#thread = thisThread();
    const of = inProcesses ? referenceOf(fn) : functionId(this.#thread, fn);
    this.#submit = (items) =>
      submit(mapChunk, [of, items], fn.name) as unknown as ConcurrentFuture<ChunkResult<T>>;
    this.#chunkSize = chunkSize;
    this.#isOrdered = ordered;
    this.#timeout = timeout;
    this.#endsAt = performance.now() + timeout;
    this.#asyncSource =
      (source as Partial<AsyncIterable<unknown>>)?.[Symbol.asyncIterator]?.() ?? null;
    if (this.#asyncSource !== null) {
      this.#source = null;
      this.#bufferSize = bufferSize ?? ASYNC_BUFFER;
      void this.#draw(this.#asyncSource);
    } else {
      this.#source = iteratorOf(source);
      this.#bufferSize = bufferSize ?? Infinity;
      this.#fill();
    }
  }

  /** Blocks the thread for each result that is not there yet. */
  *[Symbol.iterator](): Iterator<T, undefined> {
    if (this.#source === null) {
      throw new TypeError(
        'map() over an asynchronous iterable cannot be waited for by blocking: nothing would come ' +
          'of it meanwhile. Write for await.',
      );
    }
    try {
      while (this.#hasMore()) {
        if (this.#values.length > 0) yield this.#values.pop() as T;
        else this.#block();
      }
    } finally {
      this.#close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
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
    if (this.#chunks.length > 0 || !this.#isExhausted) return !this.#isClosed;
    return false;
  }

  #block(): void {
    if (this.#takeDone()) return;
    if (this.#isOrdered) {
      const [first] = this.#chunks as [Chunk<T>];
      this.#waitFor(first);
    } else {
      const any = new ConcurrentFuture<unknown>(this.#thread, mapChunk);
      for (const chunk of this.#chunks) {
        chunk.addDoneCallback(() => void (any.done() || any.complete(Outcome.value, undefined)));
      }
      this.#waitFor(any);
    }
  }

  #waitFor(future: { exception(timeoutMs: number): unknown; done(): boolean }): void {
    const left = Math.max(0, this.#endsAt - performance.now());
    try {
      future.exception(left);
    } catch (error) {
      if (future.done()) return; // cancelled: it is told where it is taken
      this.#failure = { error: error instanceof TimeoutError ? this.#late() : error };
    }
  }

  /** Takes the values of the next chunk that is done; false when there is none. */
  #takeDone(): boolean {
    const index = this.#isOrdered ? 0 : this.#chunks.findIndex((chunk) => chunk.done());
    const chunk = this.#chunks[index];
    if (chunk === undefined || !chunk.done()) return false;
    this.#chunks.splice(index, 1);
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

  /** Submits chunks of the source while there is room. */
  #fill(): void {
    while (this.#source !== null && !this.#isExhausted && this.#hasRoom()) {
      const items: unknown[] = [];
      try {
        while (items.length < this.#chunkSize) {
          const next = this.#source.next();
          if (next.done === true) {
            this.#isExhausted = true;
            break;
          }
          items.push(next.value);
        }
        if (items.length > 0) this.#add(items);
      } catch (error) {
        this.#close();
        throw error; // of the source, or an element cannot cross
      }
    }
  }

  async #draw(source: AsyncIterator<unknown>): Promise<void> {
    try {
      while (!this.#isExhausted && !this.#isClosed) {
        const items: unknown[] = [];
        while (items.length < this.#chunkSize && !this.#isExhausted) {
          const next = await source.next();
          if (next.done === true) this.#isExhausted = true;
          else items.push(next.value);
        }
        while (!this.#isClosed && !this.#hasRoom()) await this.#changed();
        if (items.length > 0 && !this.#isClosed) this.#add(items);
        this.#tellChange();
      }
    } catch (error) {
      this.#isExhausted = true;
      this.#failure ??= { error };
      this.#tellChange();
    }
  }

  #hasRoom(): boolean {
    return !this.#isClosed && this.#failure === null && this.#chunks.length < this.#bufferSize;
  }

  #add(items: unknown[]): void {
    const chunk = this.#submit(items);
    this.#chunks.push(chunk);
    chunk.addDoneCallback(() => this.#tellChange());
  }

  #changed(): Promise<void> {
    const left = this.#endsAt - performance.now();
    return new Promise((resolve) => {
      const late = (): void => {
        this.#failure ??= { error: this.#late() };
        resolve();
      };
      const timer = left === Infinity ? undefined : setTimeout(late, Math.max(0, left));
      this.#onChange.push(() => {
        clearTimeout(timer);
        resolve();
      });
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

  /** Nobody asks any more: cancels what is left, and closes the source. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const chunk of this.#chunks) {
      chunk.addDoneCallback(() => void (chunk.cancelled() || chunk.exception())); // nobody will look
      chunk.cancel();
    }
    this.#chunks = [];
    if (!this.#isExhausted) {
      this.#source?.return?.();
      void this.#asyncSource?.return?.()?.then(undefined, () => {});
    }
    this.#tellChange();
  }
}

function iteratorOf(source: unknown): Iterator<unknown> {
  const iterator = (source as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new TypeError(`map() takes an iterable, or an asynchronous one, got ${inspect(source)}`);
}

function checked(options: MapOptions): MapOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `map() takes its options as an object, got ${inspect(options)}. Write map(fn, items, { chunkSize: 100 }).`,
    );
  }
  requireKnown(options, 'map', ['chunkSize', 'bufferSize', 'ordered', 'timeout']);
  for (const name of ['chunkSize', 'bufferSize'] as const) {
    const value = options[name];
    if (value === undefined || value === Infinity || (Number.isInteger(value) && value >= 1))
      continue;
    throw new ValueError(`the option '${name}' takes a whole number ≥ 1, got ${inspect(value)}`);
  }
  const { timeout } = options;
  if (timeout === undefined || (typeof timeout === 'number' && timeout >= 0)) return options;
  throw new ValueError(`the option 'timeout' takes milliseconds ≥ 0, got ${inspect(timeout)}`);
}
