/** What can be given back. */
interface Releasable {
  release(): void;
}

/**
 * What `acquire()` gives: releases at the end of the block that it is declared in.
 *
 *     using _ = yield* lock.acquire();
 *
 * It keeps no account. Whoever uses it does not call `release()` too.
 */
export class Holder implements Disposable {
  readonly #held: Releasable;

  constructor(held: Releasable) {
    this.#held = held;
  }

  [Symbol.dispose](): void {
    this.#held.release();
  }

  toString(): string {
    return `<Holder of ${this.#held as object as { toString(): string }}>`;
  }
}
