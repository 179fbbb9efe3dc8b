import type { Future } from './future.ts';
import type { Runnable } from './ready-queue.ts';
import { repr } from './repr.ts';

/**
 * Is told that a future is done on behalf of others, and can say of whom.
 *
 * A class and no interface: whoever waits for a future is either this or a task, and to tell them apart
 * is on the path of every wait.
 */
export abstract class Observer {
  /** The loop says that the future is done, when a done callback would be called. Does not throw. */
  abstract futureIsDone(future: Future<unknown>): void;

  /** Who waits for the future by way of this: futures of this thread, or somebody else in words. */
  abstract awaiters(): Iterable<Future<unknown> | string>;

  /** What the loop runs when the future is done. */
  entryFor(future: Future<unknown>): Runnable {
    return new Notice(this, future);
  }
}

/** Something that others stand behind, and that can say which. */
export interface Dependent {
  /** What is waited for: futures, or whatever else it is, or words. */
  awaited(): Iterable<unknown>;
  /** Whether the future that it stands behind was given to the program, and appears itself. */
  readonly isHandedOut?: true;
}

export function isDependent(x: object): x is Dependent {
  return typeof (x as Partial<Dependent>).awaited === 'function';
}

/** The entry of the ready queue that tells an observer. */
class Notice implements Runnable {
  readonly #observer: Observer;
  readonly #future: Future<unknown>;

  constructor(observer: Observer, future: Future<unknown>) {
    this.#observer = observer;
    this.#future = future;
  }

  run(): void {
    this.#observer.futureIsDone(this.#future);
  }

  toString(): string {
    return `<Notice to ${repr(this.#observer)}>`;
  }
}
