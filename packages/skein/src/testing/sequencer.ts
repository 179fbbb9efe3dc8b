import type { Coroutine } from '../core/coroutine.ts';
import { CancelledError, RuntimeError } from '../core/exceptions.ts';
import type { Future } from '../core/future.ts';
import { Operation } from '../core/operation.ts';
import { getRunningLoop } from '../core/running-loop.ts';

/**
 * Makes parts of different tasks run in a given order.
 *
 * ```ts
 * const seq = new Sequencer();
 * function* one(): Coroutine<void> {
 *   {
 *     using _ = yield* seq.at(0);
 *     log.push('first');
 *   }
 *   using _ = yield* seq.at(2);
 *   log.push('third');
 * }
 * function* two(): Coroutine<void> {
 *   using _ = yield* seq.at(1);
 *   log.push('second');
 * }
 * ```
 *
 * Positions are 0, 1, 2 …, each used once. If a task is cancelled while it waits for its turn, its
 * position never comes: whoever waits for a later one gets an error.
 *
 * @see trio.testing.Sequencer
 */
export class Sequencer {
  /** The position whose turn it is. */
  #turn: number = 0;
  #broken: boolean = false;
  readonly #used: Set<number> = new Set();
  readonly #waiting: Map<number, Future<void>> = new Map();

  /**
   * Waits until all earlier positions are over. This one is over when what this gives is disposed.
   *
   * Suspends      only when it is not its turn
   * Cancellation  breaks the sequence
   * Thread        loop thread only
   *
   * @param position - a whole number, ≥ 0
   * @throws {RuntimeError} `ERR_SEQUENCE` when the position was used before, or the sequence is broken
   */
  at(position: number): Operation<Disposable> {
    return new Operation(() => this.#enter(position));
  }

  *#enter(position: number): Coroutine<Disposable> {
    if (!Number.isInteger(position) || position < 0) {
      throw new TypeError(`Sequencer.at() takes a whole number ≥ 0, got ${position}`);
    }
    if (this.#used.has(position)) {
      throw new RuntimeError(
        `Position ${position} of the sequence was used before; each is for one part of one task`,
        'ERR_SEQUENCE',
      );
    }
    this.#checkWhole(position);
    this.#used.add(position);
    if (position !== this.#turn) yield* this.#waitForTurn(position);
    return { [Symbol.dispose]: () => this.#leave(position) };
  }

  *#waitForTurn(position: number): Coroutine<void> {
    const turn = getRunningLoop().createFuture<void>();
    this.#waiting.set(position, turn);
    try {
      yield* turn;
    } catch (error) {
      if (error instanceof CancelledError) this.#break();
      throw error;
    }
    this.#checkWhole(position);
  }

  #leave(position: number): void {
    if (position !== this.#turn) return; // disposed twice
    this.#turn++;
    this.#wake(this.#turn);
  }

  #break(): void {
    this.#broken = true;
    for (const position of this.#waiting.keys()) this.#wake(position);
  }

  #wake(position: number): void {
    const turn = this.#waiting.get(position);
    this.#waiting.delete(position);
    if (turn !== undefined && !turn.done()) turn.setResult();
  }

  #checkWhole(position: number): void {
    if (!this.#broken) return;
    throw new RuntimeError(
      `Position ${position} of the sequence will never come: a task was cancelled while it waited ` +
        'for its turn',
      'ERR_SEQUENCE',
    );
  }
}
