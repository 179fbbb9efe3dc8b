import type { EventLoop } from './event-loop.ts';
import type { Future } from './future.ts';
import { Overdue } from './overdue.ts';

/*
 * Failures that nobody has looked at yet.
 *
 * A future that failed and whose error nobody took hides a bug. CPython tells when the garbage
 * collector finds such a future: late, in any order, and never as long as somebody holds it. Here
 * failed futures are remembered until somebody looks, and what is left is reported once, at a definite
 * moment, the first of these:
 *
 *   - the loop goes idle, and nothing is left in it that could look: no task, no timer (a blocking
 *     loop; what Node turns has Node's own code beside it)
 *   - the loop is idle, and the failure is older than `PATIENCE_MS`
 *   - the loop closes; the end of `run()` is that too
 *   - the thread, or the process, ends
 *
 * A program that runs for months must not collect failures for months: beyond `LIMIT` the oldest
 * one is reported at once. See docs/decisions/0011-failures-that-nobody-sees.md.
 */

const LIMIT = 1000;

export class UnseenFailures implements Iterable<Future<unknown>> {
  readonly #loop: EventLoop;
  readonly #failures: Overdue<Future<unknown>> = new Overdue();
  /** Called when the first failure comes (true), and when the last one is gone (false). */
  readonly #onChange: (any: boolean) => void;

  constructor(loop: EventLoop, onChange: (any: boolean) => void) {
    this.#loop = loop;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#failures.size;
  }

  add(failed: Future<unknown>): void {
    this.#failures.add(failed, this.#loop.time());
    if (this.#failures.size === 1) this.#onChange(true);
    if (this.#failures.size <= LIMIT) return;
    for (const oldest of this.#failures) {
      this.#report(oldest, 'was never retrieved');
      break;
    }
  }

  delete(seen: Future<unknown>): void {
    if (this.#failures.delete(seen) && this.#failures.size === 0) this.#onChange(false);
  }

  /** The futures, oldest first. */
  [Symbol.iterator](): IterableIterator<Future<unknown>> {
    return this.#failures[Symbol.iterator]();
  }

  /** Reports every failure once, through the exception handler of the loop. */
  report(): void {
    for (const failed of this.#failures) this.#report(failed, 'was never retrieved');
  }

  /**
   * Reports the failures that are older than the patience.
   *
   * @returns milliseconds until the next one will be; `Infinity` when none is left
   */
  reportOverdue(patienceMs: number): number {
    for (const oldest of this.#failures) {
      const dueIn = this.#failures.dueIn(this.#loop.time(), patienceMs);
      if (dueIn > 0) return dueIn;
      this.#report(oldest, `was not retrieved within ${patienceMs} ms`);
    }
    return Infinity;
  }

  #report(failed: Future<unknown>, what: string): void {
    this.delete(failed);
    this.#loop.callExceptionHandler({
      message: `${failed.constructor.name} exception ${what}`,
      exception: failed.exception(),
      future: failed,
    });
  }
}
