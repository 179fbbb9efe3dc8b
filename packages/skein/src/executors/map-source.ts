/**
 * What `map` draws its elements from, in chunks.
 *
 * An error of the source is no error of the elements before it: they are given out first, and the error
 * is kept until whoever asks has had their results.
 */
import { inspect } from 'node:util';

/** Some elements, one after the other. */
export interface Elements {
  readonly items: unknown[];
  /** Index of the first one in the whole source. */
  readonly from: number;
}

export class MapSource {
  /** Whether it has to be waited for. */
  readonly isAsync: boolean;
  readonly #chunkSize: number;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #drawn = 0;
  #isExhausted = false;
  #failure: { readonly error: unknown } | null = null;

  /** @throws {TypeError} when it cannot be iterated */
  constructor(source: unknown, chunkSize: number) {
    const later = (source as Partial<AsyncIterable<unknown>> | null | undefined)?.[
      Symbol.asyncIterator
    ]?.();
    this.isAsync = later !== undefined;
    this.#chunkSize = chunkSize;
    this.#iterator = checked(source, later ?? iteratorOf(source));
  }

  /** Whether nothing more comes: it has ended, has failed, or was closed. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** What it has ended with, if that was an error. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  /** The next elements, of a source that gives them at once; null when there are none. Does not throw. */
  next(): Elements | null {
    const items: unknown[] = [];
    try {
      while (this.#wantsMore(items)) this.#take(this.#iterator.next(), items);
    } catch (error) {
      this.#end(error);
    }
    return this.#elements(items);
  }

  /** The same for one that has to be waited for. Does not reject. */
  async nextLater(): Promise<Elements | null> {
    const items: unknown[] = [];
    try {
      while (this.#wantsMore(items)) this.#take(await this.#iterator.next(), items);
    } catch (error) {
      this.#end(error);
    }
    return this.#elements(items);
  }

  /** Nothing more is taken out of it, for this reason. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    try {
      this.close();
    } catch {
      // of its `finally`: the first error is the one that counts
    }
  }

  /**
   * Nothing more is wanted of it.
   *
   * @throws what its `finally` throws
   */
  close(): void {
    if (this.#isExhausted) return;
    this.#isExhausted = true;
    const closing = this.#iterator.return?.();
    if (this.isAsync) void Promise.resolve(closing).then(undefined, () => {}); // nobody waits for it
  }

  #wantsMore(items: readonly unknown[]): boolean {
    return !this.#isExhausted && items.length < this.#chunkSize;
  }

  #take(next: Readonly<IteratorResult<unknown>> | Promise<unknown>, items: unknown[]): void {
    const { done, value } = next as IteratorResult<unknown>;
    if (done === true) this.#isExhausted = true;
    else items.push(value);
  }

  /** It has thrown. */
  #end(error: unknown): void {
    this.#isExhausted = true;
    this.#failure ??= { error };
  }

  #elements(items: unknown[]): Elements | null {
    if (items.length === 0) return null;
    const from = this.#drawn;
    this.#drawn += items.length;
    return { items, from };
  }
}

function iteratorOf(source: unknown): Iterator<unknown> {
  const iterator = (source as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new TypeError(`map() takes an iterable, or an asynchronous one, got ${inspect(source)}`);
}

function checked<I extends Iterator<unknown> | AsyncIterator<unknown>>(
  source: unknown,
  iterator: I,
): I {
  if (typeof (iterator as Partial<I> | null)?.next === 'function') return iterator;
  throw new TypeError(
    `map() takes an iterable, or an asynchronous one, got ${inspect(source)}, which gives ` +
      `${inspect(iterator)} instead of an iterator: that has a method next()`,
  );
}
