/**
 * Values on their way from one thread to another that only a MessagePort can carry. The sender
 * gives the value to the keeper and the receiver asks for it; either may come first. A value is
 * handed out once.
 */
export class Parcels {
  readonly #values = new Map<number, unknown>();
  readonly #dropped = new Set<number>();
  readonly #wanted = new Map<number, (value: unknown) => void>();

  /** A value has come. */
  put(key: number, value: unknown): void {
    if (this.#dropped.delete(key)) return;
    const receive = this.#wanted.get(key);
    if (receive === undefined) {
      this.#values.set(key, value);
    } else {
      this.#wanted.delete(key);
      receive(value);
    }
  }

  /** Somebody waits for a value; it is handed over at once or when it comes. */
  want(key: number, receive: (value: unknown) => void): void {
    if (this.#values.has(key)) {
      const value = this.#values.get(key);
      this.#values.delete(key);
      receive(value);
    } else {
      this.#wanted.set(key, receive);
    }
  }

  /** Nobody will want the value; it may not even have come yet. */
  drop(key: number): void {
    if (!this.#values.delete(key)) this.#dropped.add(key);
  }
}
