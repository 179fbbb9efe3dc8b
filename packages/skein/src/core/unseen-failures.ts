import type { EventLoop } from './event-loop.ts';
import type { Future } from './future.ts';

/*
 * Failures that nobody has looked at yet.
 *
 * A future that failed and whose error nobody took hides a bug. CPython tells when the garbage
 * collector finds such a future: late, in any order, and never as long as somebody holds it. Here
 * failed futures are remembered until somebody looks, and what is left is reported at a definite
 * moment: when the loop closes, at the end of `run()`, and when the process ends.
 *
 * A program that runs for months must not collect failures for months: beyond `LIMIT` the oldest
 * one is reported at once.
 */

const LIMIT = 1000;

export class UnseenFailures implements Iterable<Future<unknown>> {
  readonly #loop: EventLoop;
  /** Each with the text that the report begins with. */
  readonly #failures: Set<Future<unknown>> = new Set();

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  add(failed: Future<unknown>): void {
    this.#failures.add(failed);
    if (this.#failures.size > LIMIT) {
      for (const oldest of this.#failures) {
        this.#report(oldest);
        break;
      }
    }
  }

  delete(seen: Future<unknown>): void {
    this.#failures.delete(seen);
  }

  /** The futures, oldest first. */
  [Symbol.iterator](): IterableIterator<Future<unknown>> {
    return this.#failures.values();
  }

  /** Reports every failure once, through the exception handler of the loop. */
  report(): void {
    for (const failed of this.#failures) this.#report(failed);
  }

  #report(failed: Future<unknown>): void {
    this.#failures.delete(failed);
    this.#loop.callExceptionHandler({
      message: `${failed.constructor.name} exception was never retrieved`,
      exception: failed.exception(),
      future: failed,
    });
  }
}
