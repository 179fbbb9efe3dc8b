import { requireNumber } from '../core/arguments.ts';
import type { EventLoop } from '../core/event-loop.ts';
import type { LoopEnvironment } from '../core/environment.ts';
import { blockingEnvironment, nodeEnvironment } from '../loops/node-environment.ts';

/** A clock that stands still until somebody says that it is later. */
export class VirtualClock implements LoopEnvironment {
  #nowMs: number;

  /** @param startMs - milliseconds, ≥ 0 */
  constructor(startMs: number) {
    requireNumber(startMs, 'startMs takes a number of milliseconds');
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  reportError(text: string, error: unknown): void {
    blockingEnvironment.reportError(text, error);
  }

  atEndOfThread(loop: EventLoop, hasSomethingToTell: boolean): void {
    blockingEnvironment.atEndOfThread?.(loop, hasSomethingToTell);
  }

  nameOfCoroutine(coroutine: object): string | undefined {
    return blockingEnvironment.nameOfCoroutine?.(coroutine);
  }

  get debug(): boolean {
    return blockingEnvironment.debug === true;
  }

  /**
   * Makes it `whenMs`, at which timers of that moment are due. An earlier moment changes nothing.
   *
   * @param whenMs - milliseconds, finite
   */
  jumpTo(whenMs: number): void {
    // A loop calls a timer due that is less than a microsecond ahead. After three hundred years a
    // number cannot tell that little apart any more: then the clock goes one step beyond.
    const isExact = whenMs + 0.001 > whenMs;
    this.#nowMs = Math.max(this.#nowMs, isExact ? whenMs : whenMs * (1 + Number.EPSILON));
  }
}

/** The same for a loop that Node turns. */
export class VirtualNodeClock extends VirtualClock {
  afterMicrotasks(resume: () => void): void {
    nodeEnvironment.afterMicrotasks?.(resume);
  }
}
