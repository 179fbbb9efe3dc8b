import type { AbortSignalLike } from './abort.ts';
import { Future } from './future.ts';
import type { Dependent } from './observer.ts';
import { loopForNewFuture } from './running-loop.ts';
import { checkSignal } from './task-abort.ts';

/**
 * A future that is done when `signal` is aborted, with the reason as its value.
 *
 *     yield* wait([task, wrapSignal(signal)], { returnWhen: FIRST_COMPLETED });
 *
 * Cancellation  of the future: it stops listening
 * Thread        loop thread only. While a loop blocks its thread only its own callbacks and tasks can
 *               abort a signal: those of Node's timers stand still
 *
 * @throws {TypeError} when it is no AbortSignal
 */
export function wrapSignal(signal: AbortSignal): Future<unknown> {
  return new SignalFuture(checkSignal(signal, 'wrapSignal()'));
}

class SignalFuture extends Future<unknown> implements Dependent {
  readonly #signal: AbortSignalLike;
  readonly #onAbort: () => void = () => {
    if (this.#leave() && !this.getLoop().isClosed()) this.setResult(this.#signal.reason);
  };

  constructor(signal: AbortSignalLike) {
    super(loopForNewFuture());
    this.#signal = signal;
    if (signal.aborted) {
      this.setResult(signal.reason);
    } else {
      signal.addEventListener('abort', this.#onAbort);
      this.getLoop().scheduler.signals++;
    }
  }

  awaited(): Iterable<unknown> {
    return ['an AbortSignal'];
  }

  override cancel(message?: string): boolean {
    this.#leave();
    return super.cancel(message);
  }

  /** Stops to listen; false when the future was done. */
  #leave(): boolean {
    if (this.done()) return false;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.getLoop().scheduler.signals--;
    return true;
  }
}
