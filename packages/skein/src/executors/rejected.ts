/**
 * Rejects a promise by the function that resolves it.
 *
 * A hundred thousand promises may wait for tasks at a time, and what lives is copied twice by the collector. So of the
 * two functions that come with each only the one is kept.
 */
export class Rejected implements PromiseLike<never> {
  readonly #reason: unknown;

  constructor(reason: unknown) {
    this.#reason = reason;
  }

  /** For the engine, which does not look at what it returns. */
  // oxlint-disable-next-line unicorn/no-thenable -- being taken for a promise is what it is for
  then(_onValue: unknown, onError?: ((reason: unknown) => unknown) | null): never {
    onError?.(this.#reason);
    return undefined as never;
  }
}
