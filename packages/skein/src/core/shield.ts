import { ensureFuture, type TaskSource } from './ensure-future.ts';
import { addObserver, Future, hasFailed, removeWaiter, setBehind } from './future.ts';
import { type Dependent, Observer } from './observer.ts';
import { repr } from './repr.ts';

/**
 * Gives a future of `x` whose cancellation does not reach `x`.
 *
 *     const saved = yield* shield(save());   // cancelled here, save() goes on
 *
 * Nobody waits for `x` any more then: if it fails after that, the exception handler of the loop is told,
 * once. Cancelling `x` itself cancels the future as well.
 *
 * Suspends      does not; whoever waits for the future that it returns does
 * Cancellation  stops at that future
 * Thread        loop thread only
 *
 * @param x - whatever a task can be made of; a future that is done is returned as it is
 * @see CPython 3.14 Lib/asyncio/tasks.py, shield
 */
export function shield<T>(x: TaskSource<T>): Future<T> {
  const inner = ensureFuture(x);
  if (inner.done()) return inner;
  const outer = new Future<T>(inner.getLoop());
  const observer = new InnerObserver(inner, outer);
  addObserver(inner, observer);
  setBehind(outer, observer);
  outer.addDoneCallback(() => {
    if (inner.done()) return;
    removeWaiter(inner, observer);
    // Among several shields of the same future one report is enough.
    inner.removeDoneCallback(reportFailure);
    inner.addDoneCallback(reportFailure);
  });
  return outer;
}

class InnerObserver<T> extends Observer implements Dependent {
  readonly isHandedOut = true;
  readonly #inner: Future<T>;
  readonly #outer: Future<T>;

  constructor(inner: Future<T>, outer: Future<T>) {
    super();
    this.#inner = inner;
    this.#outer = outer;
  }

  futureIsDone(): void {
    settleAs(this.#outer, this.#inner);
  }

  awaited(): Iterable<Future<unknown>> {
    return [this.#inner];
  }

  awaiters(): Iterable<Future<unknown>> {
    return [this.#outer];
  }
}

function settleAs<T>(outer: Future<T>, inner: Future<T>): void {
  if (outer.cancelled()) return;
  if (inner.cancelled()) {
    outer.cancel();
    return;
  }
  if (hasFailed(inner)) outer.setException(inner.exception());
  else outer.setResult(inner.result());
}

function reportFailure(inner: Future<unknown>): void {
  if (!hasFailed(inner)) return;
  const exception = inner.exception();
  const name = exception instanceof Error ? exception.name : repr(exception);
  inner.getLoop().callExceptionHandler({
    message: `${name} exception in shielded future`,
    exception,
    future: inner,
  });
}
