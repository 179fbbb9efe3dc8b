import { assertOfThisCopy } from './copies.ts';
import type { EventLoop } from './event-loop.ts';
import { CancelledError } from './exceptions.ts';
import { type ConcurrentFutureLike, Followable, type Follower } from './executor.ts';
import { Future } from './future.ts';
import type { Dependent } from './observer.ts';
import type { Runnable } from './ready-queue.ts';
import { repr } from './repr.ts';
import { loopForNewFuture } from './running-loop.ts';

/*
 * How a result from elsewhere gets into a loop: the whole secret of `runInExecutor`.
 *
 *     executor's thread                 the loop's thread
 *     work is done  --mailbox-->  concurrent future is done
 *                                        |  its callback puts the wrapper into the ready queue
 *                                        v
 *                                 next iteration: the wrapper takes the result over
 *
 * Cancelling goes the other way: the wrapper is cancelled at once, and one iteration later the
 * concurrent future is. Work that has begun is asked to end; its result is dropped.
 *
 * The wrapper is itself the entry of the ready queue, so that a result costs no handle.
 *
 * @see CPython 3.14 Lib/asyncio/futures.py, _chain_future
 */
export class WrappedFuture<T> extends Future<T> implements Runnable, Dependent, Follower {
  readonly #source: ConcurrentFutureLike<T>;

  constructor(source: ConcurrentFutureLike<T>, loop: EventLoop) {
    super(loop);
    this.#source = source;
    if (source instanceof Followable) source.addFollower(this);
    else source.addDoneCallback(() => this.sourceIsDone());
  }

  /** @internal */
  sourceIsDone(): void {
    const loop = this.getLoop();
    // A loop that was closed meanwhile has no use for the result, and nobody waits for it.
    if (!loop.isClosed()) loop.scheduler.enqueue(this);
  }

  awaited(): Iterable<unknown> {
    return [this.#source];
  }

  /** Takes over what the source ended with; the loop calls this. */
  run(): void {
    const source = this.#source;
    if (this.done()) {
      // It was cancelled, and what came of the work is dropped.
      if (!source.cancelled()) source.exception(0);
      return;
    }
    if (source.cancelled()) {
      this.setCancelled(new CancelledError());
      return;
    }
    let value: T;
    try {
      value = source.result(0);
    } catch (error) {
      this.setException(error);
      return;
    }
    this.setResult(value);
  }

  override cancel(message?: string): boolean {
    if (!this.done() && !this.getLoop().isClosed()) {
      this.getLoop().callSoonThreadsafe(() => this.#source.cancel());
    }
    return super.cancel(message);
  }
}

/**
 * A future of a loop that ends as a concurrent future does.
 *
 * Cancellation  cancels the concurrent future, if its work has not begun; otherwise drops its result
 * Thread        the thread of the loop
 *
 * @param options.loop - by default the loop that runs
 */
export function wrapFuture<T>(
  future: ConcurrentFutureLike<T> | Future<T>,
  options?: { readonly loop?: EventLoop | undefined },
): Future<T> {
  if (future instanceof Future) return future;
  assertOfThisCopy('The future to wait for', future);
  if (
    typeof (future as ConcurrentFutureLike<T> | null | undefined)?.addDoneCallback !== 'function'
  ) {
    throw new TypeError(`wrapFuture() takes a future of an executor, got ${repr(future)}`);
  }
  return new WrappedFuture(future, options?.loop ?? loopForNewFuture());
}
