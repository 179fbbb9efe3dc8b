/**
 * Values on their way from one thread to another that only a MessagePort can carry. The sender
 * gives the value to the keeper and the receiver asks for it; either may come first. A value is
 * handed out once.
 */
import { closeAll } from '../crossing/close-moved.ts';

/** A value, and what in it cannot be copied when it is handed on. */
export interface Parcel {
  readonly value: unknown;
  readonly moved: readonly object[];
}

export class Parcels {
  readonly #parcels = new Map<number, Parcel>();
  readonly #dropped = new Set<number>();
  readonly #wanted = new Map<number, (parcel: Parcel) => void>();

  /** A value has come. */
  put(key: number, parcel: Parcel): void {
    if (this.#dropped.delete(key)) return closeAll(parcel.moved);
    const receive = this.#wanted.get(key);
    if (receive === undefined) {
      this.#parcels.set(key, parcel);
    } else {
      this.#wanted.delete(key);
      receive(parcel);
    }
  }

  /** Somebody waits for a value; it is handed over at once or when it comes. */
  want(key: number, receive: (parcel: Parcel) => void): void {
    const parcel = this.#parcels.get(key);
    if (parcel === undefined) {
      this.#wanted.set(key, receive);
    } else {
      this.#parcels.delete(key);
      receive(parcel);
    }
  }

  /** Nobody will want the value; it may not even have come yet. */
  drop(key: number): void {
    const parcel = this.#parcels.get(key);
    if (parcel === undefined) this.#dropped.add(key);
    else closeAll(parcel.moved);
    this.#parcels.delete(key);
  }
}
