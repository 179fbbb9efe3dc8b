/*
 * Things at which somebody should look, and since when they wait for it, oldest first.
 *
 * A failure, or an operation that nobody has awaited, is no mistake as long as somebody may still come
 * for it: `const t = createTask(f()); yield* sleep(10); yield* t`. Nobody can know that. So a thing has
 * `patienceMs`; what is left after that is overdue.
 */

/** Milliseconds that a failure, or an operation, has for somebody to look at it. */
export const PATIENCE_MS = 5000;

export class Overdue<T> implements Iterable<T> {
  /** With the moment of the loop's clock at which the thing came. */
  readonly #since: Map<T, number> = new Map();

  get size(): number {
    return this.#since.size;
  }

  add(thing: T, now: number): void {
    this.#since.set(thing, now);
  }

  /** @returns whether it was there */
  delete(thing: T): boolean {
    return this.#since.delete(thing);
  }

  /** Oldest first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#since.keys();
  }

  /** Milliseconds until the oldest thing is overdue, ≤ 0 when it is; `Infinity` when there is none. */
  dueIn(now: number, patienceMs: number): number {
    for (const since of this.#since.values()) return since + patienceMs - now;
    return Infinity;
  }
}
