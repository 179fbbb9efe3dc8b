import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { loopForNewFuture } from '../core/running-loop.ts';

/**
 * The loop that a primitive belongs to: the first one in which somebody had to wait.
 *
 * As long as nobody waits there is none, so a lock can be made before any loop runs, and used in one
 * loop after another. From the first wait on, waits in other loops are refused: those who wait are
 * futures, and futures belong to a loop.
 *
 * @see CPython 3.14 Lib/asyncio/mixins.py, _LoopBoundMixin
 */
export class LoopBinding {
  /** The primitive. */
  readonly owner: object;
  #loop: EventLoop | null = null;

  /** @param owner - the primitive, as messages show it */
  constructor(owner: object) {
    this.owner = owner;
  }

  /**
   * The loop in which to wait: the one that runs.
   *
   * @throws {RuntimeError} when an earlier wait was in another loop, or when no loop runs
   */
  loop(): EventLoop {
    const running = loopForNewFuture();
    this.#loop ??= running;
    if (this.#loop !== running) {
      throw new RuntimeError(
        `${this} is bound to a different event loop: somebody has waited for it in ` +
          `${this.#loop}, and now somebody wants to wait in ${running}; make one for each loop`,
      );
    }
    return running;
  }

  toString(): string {
    // The owner is an object with a toString() of its own.
    // oxlint-disable-next-line typescript/no-base-to-string
    return String(this.owner);
  }
}
