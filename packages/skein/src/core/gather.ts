import type { ValueOf } from './coroutine.ts';
import { ensureFuture, type TaskSource } from './ensure-future.ts';
import type { EventLoop } from './event-loop.ts';
import { CancelledError, ValueError } from './exceptions.ts';
import { addObserver, Future } from './future.ts';
import { type Dependent, Observer } from './observer.ts';
import { loopForNewFuture } from './running-loop.ts';
import { hasDriver } from './task.ts';

export interface GatherOptions {
  /** Puts errors among the results instead of failing with the first one. */
  readonly returnExceptions?: boolean;
}

/** What `gather` gives for each of its arguments. */
export type Gathered<A extends readonly unknown[]> = { -readonly [K in keyof A]: ValueOf<A[K]> };

/** What `gather` gives with `returnExceptions`. */
export type GatheredOrErrors<A extends readonly unknown[]> = {
  -readonly [K in keyof A]: ValueOf<A[K]> | Error;
};

/**
 * Waits for all of `awaitables`, side by side, and gives their results in the order of the arguments.
 *
 * The first error is the error of the whole, at once; the others go on. `cancel()` of the future that
 * this returns cancels all of them.
 *
 * Suspends      does not; whoever waits for the future that it returns does
 * Cancellation  cancels every one that is not done, and is complete when all of them are
 *
 * @throws {ValueError} when futures of different loops are given
 * @see CPython 3.14 Lib/asyncio/tasks.py, gather
 */
export function gather<const A extends readonly TaskSource<unknown>[]>(
  ...awaitables: A
): Future<Gathered<A>>;
export function gather<const A extends readonly TaskSource<unknown>[]>(
  ...args: [...awaitables: A, options: { readonly returnExceptions: true }]
): Future<GatheredOrErrors<A>>;
export function gather<const A extends readonly TaskSource<unknown>[]>(
  ...args: [...awaitables: A, options: GatherOptions]
): Future<Gathered<A>>;
export function gather(...args: unknown[]): Future<unknown[]> {
  const options = isOptions(args.at(-1), args.length) ? (args.pop() as GatherOptions) : undefined;
  const awaitables = args as TaskSource<unknown>[];
  let loop = loopOf(awaitables);
  if (awaitables.length === 0) {
    const empty = new Future<unknown[]>(loop ?? loopForNewFuture());
    empty.setResult([]);
    return empty;
  }
  loop ??= loopForNewFuture();
  const futures = wrapEach(awaitables, loop);
  return new GatheringFuture(loop, futures, options?.returnExceptions === true);
}

/** The future that `gather` returns: done when all of its children are, or when one has failed. */
class GatheringFuture extends Future<unknown[]> implements Dependent {
  /** In the order of the arguments. The same future may stand in it twice, and counts twice. */
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  #pending: number;
  #cancelAsked: boolean = false;
  #cancelMessage: string | undefined;

  constructor(loop: EventLoop, children: readonly Future<unknown>[], returnExceptions: boolean) {
    super(loop);
    this.#children = children;
    this.#returnExceptions = returnExceptions;
    this.#pending = children.length;
    const observer = new ChildObserver(this);
    // What is done already counts only when all the others are registered, and then at once.
    const done = children.filter((child) => child.done());
    for (const child of children) if (!child.done()) addObserver(child, observer);
    for (const child of done) this.childIsDone(child);
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false;
    let any = false;
    for (const child of this.#children) any = child.cancel(message) || any;
    if (any) {
      // The children decide when this is done; then it is cancelled, whatever they end with.
      this.#cancelAsked = true;
      this.#cancelMessage = message;
    }
    return any;
  }

  awaited(): Iterable<Future<unknown>> {
    return this.#children.filter((child) => !child.done());
  }

  /** For the observer. */
  childIsDone(child: Future<unknown>): void {
    this.#pending--;
    if (this.done()) {
      // Nobody will ask this child for its error.
      if (!child.cancelled()) child.exception();
      return;
    }
    if (!this.#returnExceptions) {
      const failure = failureOf(child);
      if (failure !== undefined) {
        this.setException(failure.error);
        return;
      }
    }
    if (this.#pending > 0) return;
    if (this.#cancelAsked) this.setException(new CancelledError(this.#cancelMessage));
    else this.setResult(this.#children.map(resultOrError));
  }
}

class ChildObserver extends Observer {
  readonly #gathering: GatheringFuture;

  constructor(gathering: GatheringFuture) {
    super();
    this.#gathering = gathering;
  }

  futureIsDone(child: Future<unknown>): void {
    this.#gathering.childIsDone(child);
  }

  awaiters(): Iterable<Future<unknown>> {
    return [this.#gathering];
  }
}

/** What `child` ended with, if not with a value; a cancellation counts as an error here. */
function failureOf(child: Future<unknown>): { readonly error: unknown } | undefined {
  try {
    child.result();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function resultOrError(child: Future<unknown>): unknown {
  try {
    return child.result();
  } catch (error) {
    return error;
  }
}

/** The loop that the futures among `awaitables` belong to. */
function loopOf(awaitables: readonly unknown[]): EventLoop | undefined {
  let loop: EventLoop | undefined;
  for (const each of awaitables) {
    if (!(each instanceof Future)) continue;
    loop ??= each.getLoop();
    if (each.getLoop() !== loop) {
      throw new ValueError(
        'The future belongs to a different loop than the one specified as the loop argument: ' +
          `gather() got ${each}, and a future of another loop before it`,
      );
    }
  }
  return loop;
}

/**
 * Makes a future of each; the same coroutine twice is the same future twice.
 *
 * To remember ten thousand coroutines in a map would cost more than their tasks do. A coroutine that
 * has no driver yet has not come before, and only for one that has a look at the arguments is needed.
 */
function wrapEach(awaitables: readonly TaskSource<unknown>[], loop: EventLoop): Future<unknown>[] {
  const futures: Future<unknown>[] = [];
  let others: Map<unknown, Future<unknown>> | undefined;
  for (const each of awaitables) {
    if (each instanceof Future) {
      futures.push(each);
      continue;
    }
    let future = hasDriver(each) ? futures[awaitables.indexOf(each)] : others?.get(each);
    if (future === undefined) {
      future = ensureFuture(each, { loop });
      if (!hasDriver(each)) (others ??= new Map()).set(each, future);
    }
    futures.push(future);
  }
  return futures;
}

/** Whether the last of so many arguments is options. Nothing but `{}` is no options without something to gather. */
function isOptions(x: unknown, count: number): x is GatherOptions {
  return (
    typeof x === 'object' &&
    x !== null &&
    !(x instanceof Future) &&
    !(Symbol.iterator in x) &&
    !('then' in x) &&
    ('returnExceptions' in x || (count > 1 && Object.keys(x).length === 0))
  );
}
