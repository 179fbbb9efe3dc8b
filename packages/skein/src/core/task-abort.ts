import type { AbortControllerLike, AbortSignalLike } from './abort.ts';
import { repr } from './repr.ts';

/*
 * A task and AbortSignals, in both directions.
 *
 *     signal given to createTask --abort--> task.cancel() --abort--> task.signal, given to a fetch
 *
 * A signal cannot be taken back, a cancellation can: a timeout inside of a task cancels it, handles
 * that, and says `uncancel()`. So `task.signal` is a new one after that.
 */
export class TaskAbort {
  #controller: AbortControllerLike | null = null;
  #followed: AbortSignalLike | null = null;
  #cancel: (() => void) | null = null;

  /**
   * The signal that is aborted when the task is cancelled.
   *
   * @param reason - why it was cancelled, if it is
   */
  signal(make: () => AbortControllerLike, reason: unknown): AbortSignalLike {
    if (this.#controller === null) {
      this.#controller = make();
      if (reason !== undefined) this.#controller.abort(reason);
    }
    return this.#controller.signal;
  }

  /** Has `cancel` called when `signal` is aborted, now or later. */
  follow(signal: AbortSignalLike, cancel: (message: string) => void): void {
    const onAbort = (): void => cancel(reasonOf(signal));
    if (signal.aborted) {
      onAbort();
      return;
    }
    this.#followed = signal;
    this.#cancel = onAbort;
    signal.addEventListener('abort', onAbort);
  }

  /** The task was asked to give up. */
  cancelled(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** No request to give up is left. */
  uncancelled(): void {
    if (this.#controller?.signal.aborted === true) this.#controller = null;
  }

  /** The task is done. */
  end(): void {
    if (this.#cancel !== null) this.#followed?.removeEventListener('abort', this.#cancel);
    this.#followed = null;
    this.#cancel = null;
  }
}

/** @throws {TypeError} when it is no signal */
export function checkSignal(signal: unknown, asked: string): AbortSignalLike {
  const like = signal as Partial<AbortSignalLike> | null | undefined;
  if (typeof like?.aborted === 'boolean' && typeof like.addEventListener === 'function') {
    return like as AbortSignalLike;
  }
  throw new TypeError(`${asked} takes an AbortSignal, got ${repr(signal)}`);
}

/** Why a signal was aborted, in words. */
function reasonOf({ reason }: AbortSignalLike): string {
  return reason instanceof Error || isDomException(reason) ? reason.message : shown(reason);
}

function shown(reason: unknown): string {
  return typeof reason === 'string' ? reason : repr(reason);
}

function isDomException(x: unknown): x is { readonly message: string } {
  return typeof (x as { message?: unknown } | null | undefined)?.message === 'string';
}
