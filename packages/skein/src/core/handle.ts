import { Context } from './context.ts';
import { isCoroutine } from './coroutine.ts';
import type { EventLoop } from './event-loop.ts';
import { tunnels } from './exceptions.ts';
import { createdAt, noteOrigin, recordsOrigins } from './origins.ts';
import { nameOf } from './repr.ts';
import type { Runnable } from './ready-queue.ts';

/** A function that a loop calls with the arguments that were given for it. */
export type Callback = (...args: never[]) => unknown;

type AnyCallback = (...args: readonly unknown[]) => unknown;

/** For all callbacks that take none: most of them, and an array of its own each is half the cost. */
export const NO_ARGUMENTS: readonly unknown[] = [];

/**
 * A callback that waits for its turn, as `callSoon` returns it.
 *
 * @see CPython 3.14 Lib/asyncio/events.py, Handle
 */
export class Handle implements Runnable {
  readonly #loop: EventLoop;
  /** Null when cancelled. */
  #callback: AnyCallback | null;
  #args: readonly unknown[];
  /**
   * What the callback runs in; null for an empty one, which is made when it is needed.
   *
   * @internal
   */
  context: Context | null;

  constructor(
    loop: EventLoop,
    callback: Callback,
    args: readonly unknown[],
    context: Context | null,
  ) {
    this.#loop = loop;
    this.#callback = callback as AnyCallback;
    this.#args = args;
    this.context = context;
    if (recordsOrigins && loop.scheduler.debug) noteOrigin(this);
  }

  /** Makes sure that the callback will not run. Harmless when it ran already. */
  cancel(): void {
    this.#callback = null;
    this.#args = NO_ARGUMENTS;
  }

  cancelled(): boolean {
    return this.#callback === null;
  }

  /** The context that the callback runs in: a copy of the one in which it was registered. */
  getContext(): Context {
    return (this.context ??= new Context());
  }

  /**
   * Calls the callback; the loop does this. What it throws goes to the exception handler.
   *
   * @internal
   */
  run(): void {
    const callback = this.#callback;
    if (callback === null) return;
    const args = this.#args;
    try {
      let made: unknown;
      if (args.length === 0) made = callback();
      else if (args.length === 1) made = callback(args[0]);
      else made = callback(...args);
      if (typeof made === 'object' && isCoroutine(made)) this.#reportCoroutine(callback);
    } catch (error) {
      if (tunnels(error)) throw error;
      this.#loop.callExceptionHandler({
        message: `Exception in callback ${nameOf(callback)}()`,
        exception: error,
        handle: this,
      });
    }
  }

  toString(): string {
    const what = this.#callback === null ? 'cancelled' : `${nameOf(this.#callback)}()`;
    return `<${this.constructor.name} ${what}${createdAt(this)}>`;
  }

  /** Nobody is there to run it: a generator function was given where a plain one is wanted. */
  #reportCoroutine(callback: AnyCallback): void {
    this.#loop.callExceptionHandler({
      message:
        `coroutine '${nameOf(callback)}' was never awaited: the callback ${nameOf(callback)}() returned ` +
        'it, and a loop calls callbacks, it does not run what they return; use createTask()',
      handle: this,
    });
  }
}
