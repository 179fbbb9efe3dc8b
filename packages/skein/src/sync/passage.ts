import { QueuedOperation } from './queued-operation.ts';
import type { WaitQueue } from './wait-queue.ts';

/**
 * Waits until something is so that concerns everybody alike; whoever is woken passes, even when it
 * is not so any more.
 */
export class Passage<T> extends QueuedOperation<T> {
  readonly #queue: WaitQueue;
  readonly #isOpen: () => boolean;
  readonly #value: T;

  constructor(queue: WaitQueue, isOpen: () => boolean, value: T) {
    super(queue);
    this.#queue = queue;
    this.#isOpen = isOpen;
    this.#value = value;
  }

  protected override attempt(): IteratorReturnResult<T> | null {
    return this.#isOpen() ? this.resume() : null;
  }

  protected override resume(): IteratorReturnResult<T> {
    return { done: true, value: this.#value };
  }

  protected override abandon(): void {
    // All were woken, so nobody lacks this turn.
  }

  protected override again(): Passage<T> {
    return new Passage(this.#queue, this.#isOpen, this.#value);
  }
}
