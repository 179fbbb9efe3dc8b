/**
 * Values on their way from one thread to another that only a MessagePort can carry. The sender
 * gives the value to the keeper and the receiver asks for it; either may come first. A value is
 * handed out once.
 */
export class Parcels {
  readonly #values = new Map<string, unknown>();
  readonly #wanted = new Map<string, (value: unknown) => void>();

  /** A value has come. */
  put(key: string, value: unknown): void {
    const receive = this.#wanted.get(key);
    if (receive === undefined) {
      this.#values.set(key, value);
    } else {
      this.#wanted.delete(key);
      receive(value);
    }
  }

  /** Somebody waits for a value; it is handed over at once or when it comes. */
  want(key: string, receive: (value: unknown) => void): void {
    if (this.#values.has(key)) {
      const value = this.#values.get(key);
      this.#values.delete(key);
      receive(value);
    } else {
      this.#wanted.set(key, receive);
    }
  }
}
