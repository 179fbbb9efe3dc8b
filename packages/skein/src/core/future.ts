import { requireCallback, noLoop } from './arguments.ts';
import { staysHome } from './stays-home.ts';
import { captureContext, type Context } from './context.ts';
import { ofThisCopy } from './copies.ts';
import type { Awaitable, Suspension } from './coroutine.ts';
import type { EventLoop } from './event-loop.ts';
import { CancelledError, InvalidStateError } from './exceptions.ts';
import { FutureIterator } from './future-iterator.ts';
import { Handle } from './handle.ts';
import { instrument } from './instruments.ts';
import { joinStacks } from './joined-stacks.ts';
import { createdAt, noteOrigin, recordsOrigins } from './origins.ts';
import { promiseOf } from './promise-of.ts';
import type { Runnable } from './ready-queue.ts';
import { loopForNewFuture } from './running-loop.ts';
import type { Task } from './task.ts';
import { Observer } from './observer.ts';

/*
 * A result that is not there yet, bound to one loop.
 *
 *                      setResult    ->  FINISHED   #outcome is the value
 *     PENDING   ---->  setException ->  FAILED     #outcome is what was thrown
 *                      cancel       ->  CANCELLED  #outcome is the CancelledError, or the message
 *
 * A future leaves PENDING once. It then hands everybody who waits to the ready queue of its loop, in
 * the order in which they came, and forgets them. Nobody is ever called from inside `setResult`.
 *
 * Who waits is a function (`addDoneCallback`), a task, or an observer. A task goes into the ready
 * queue as it is: to await something makes no closure and no handle. An observer is what the library
 * itself has wait (`gather`, a group): other than a function it can say on whose behalf, and that is
 * all that the call graph needs (waits.ts).
 *
 * @see CPython 3.14 Lib/asyncio/futures.py
 */

const PENDING = 0;
const CANCELLED = 1;
const FINISHED = 2;
const FAILED = 3;
/** FAILED, and nobody has looked at it yet. */
const UNSEEN = 4;

const STATE_NAMES = ['pending', 'cancelled', 'finished', 'failed', 'failed'] as const;

/** A function that is called with the future when that is done. */
export type DoneCallback<F> = (future: F) => unknown;

export interface DoneCallbackOptions {
  /** What the callback runs in; by default a copy of the current context. */
  readonly context?: Context | undefined;
}

/** A function that is called in a context. */
class CallbackInContext extends Observer {
  readonly callback: DoneCallback<never>;
  readonly context: Context;

  constructor(callback: DoneCallback<never>, context: Context) {
    super();
    this.callback = callback;
    this.context = context;
  }

  futureIsDone(): void {
    // Its entry is a handle, which calls the callback.
  }

  awaiters(): Iterable<never> {
    return [];
  }

  override entryFor(future: Future<unknown>): Runnable {
    return new Handle(future.getLoop(), this.callback, [future], this.context);
  }
}

/** Who is told that a future is done. */
export type Waiter = DoneCallback<never> | Observer | Task<unknown>;

/** Registers a task to be run when the future is done; the task has claimed the future before. */
export let addWaiter: (future: Future<unknown>, task: Task<unknown>) => void;

/** Has an observer told when the future is done. */
export let addObserver: (future: Future<unknown>, observer: Observer) => void;

/** Takes an observer or a task back. */
export let removeWaiter: (future: Future<unknown>, waiter: Observer | Task<unknown>) => void;

/** Who waits for the future, in the order in which they came. */
export let waitersOf: (future: Future<unknown>) => readonly Waiter[];

/** Notes what stands behind a pending future that only the library holds: a lock, a timer, a group. */
export let setBehind: (future: Future<unknown>, behind: object) => void;

/** What was noted; undefined when nothing was, or the future is done. */
export let whatIsBehind: (future: Future<unknown>) => object | undefined;

/**
 * Whether the future suspended its coroutine by `yield*` just now, and not by `yield`.
 *
 * @param step - what came from the coroutine
 */
export let claimSuspension: (future: Future<unknown>, step: Step) => boolean;

/** Says that a coroutine is about to hand the future to its task, in `step`. */
export let beginSuspension: (future: Future<unknown>, step: Step) => void;

/** One step of a coroutine. */
export type Step = IteratorResult<Suspension, unknown>;

/** Futures whose waits went through hands that are not those of `yield*` (coroutine-frames.ts). */
const handedOn = new WeakSet<Future<unknown>>();

/** Says that somebody else than a task resumes a coroutine that waits for the future. */
export function noteHandedOn(future: Future<unknown>): void {
  handedOn.add(future);
}

/** Whether all coroutines that wait for the future do so by `yield*` alone, as far as can be told. */
export function isAwaitedPlainly(future: Future<unknown>): boolean {
  return !handedOn.has(future);
}

/** Whether a future has failed, with whatever value; `null` can be thrown, too. */
export let hasFailed: (future: Future<unknown>) => boolean;

/** What a future has failed with, or undefined; and nobody counts as having looked at it. */
export let failureOf: (future: Future<unknown>) => unknown;

export class Future<T> implements Awaitable<T>, PromiseLike<T> {
  readonly #loop: EventLoop;
  #state: number = PENDING;
  /** While pending: what stands behind the future, if that was noted. */
  #outcome: unknown = undefined;
  /** Nobody, one, or several in the order in which they came. */
  #waiters: Waiter | Waiter[] | null = null;
  /** The step in which a coroutine hands the future to its task; null once it is there. */
  #suspending: Step | null = null;

  static {
    hasFailed = (future) => future.#state >= FAILED;
    failureOf = (future) => (future.#state >= FAILED ? future.#outcome : undefined);
    addWaiter = (future, task) => future.#addWaiter(task);
    addObserver = (future, observer) => future.#addWaiter(observer);
    removeWaiter = (future, waiter) => future.#removeWaiters((each) => each === waiter);
    waitersOf = (future) => {
      const waiters = future.#waiters;
      if (waiters === null) return [];
      return Array.isArray(waiters) ? waiters : [waiters];
    };
    setBehind = (future, behind) => {
      if (future.#state === PENDING) future.#outcome = behind;
    };
    whatIsBehind = (future) =>
      future.#state === PENDING ? (future.#outcome as object | undefined) : undefined;
    beginSuspension = (future, step) => {
      future.#suspending = step;
    };
    claimSuspension = (future, step) => {
      const suspending = future.#suspending;
      future.#suspending = null;
      // `yield*` hands on the very object that it was given; whoever makes another one goes between.
      if (suspending !== step && suspending !== null) noteHandedOn(future);
      return suspending !== null;
    };
  }

  /** @param loop - the loop that the future belongs to; by default the one that runs */
  constructor(loop: EventLoop = loopForNewFuture()) {
    if ((loop as EventLoop | null)?.scheduler === undefined) throw noLoop(loop);
    this.#loop = loop;
    if (recordsOrigins && loop.scheduler.debug) noteOrigin(this);
  }

  getLoop(): EventLoop {
    return this.#loop;
  }

  /** Whether there is a result, an error or a cancellation. */
  done(): boolean {
    return this.#state !== PENDING;
  }

  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /**
   * Cancels the future, unless it is done: whoever waits gets a `CancelledError`.
   *
   * @param message - becomes the message of the `CancelledError`
   * @returns whether the future was pending
   */
  cancel(message?: string): boolean {
    this.#markSeen();
    if (this.#state !== PENDING) return false;
    this.#complete(CANCELLED, message);
    return true;
  }

  /**
   * The value.
   *
   * @throws {InvalidStateError} when the future is pending
   * @throws {CancelledError} when it was cancelled
   * @throws what the future failed with
   */
  result(): T {
    switch (this.#state) {
      case FINISHED:
        return this.#outcome as T;
      case UNSEEN:
      case FAILED:
        this.#markSeen();
        joinStacks(this.#outcome);
        throw this.#outcome;
      case CANCELLED:
        throw this.#cancellation();
      default:
        throw new InvalidStateError(`Result is not ready. ${this} is pending; wait for it first`);
    }
  }

  /**
   * What the future failed with, or null.
   *
   * @throws {InvalidStateError} when the future is pending
   * @throws {CancelledError} when it was cancelled
   */
  exception(): unknown {
    switch (this.#state) {
      case FINISHED:
        return null;
      case UNSEEN:
      case FAILED:
        this.#markSeen();
        return this.#outcome;
      case CANCELLED:
        throw this.#cancellation();
      default:
        throw new InvalidStateError(`Exception is not set. ${this} is pending; wait for it first`);
    }
  }

  /** @throws {InvalidStateError} when the future is done */
  setResult(value: T): void {
    if (this.#state !== PENDING) throw this.#alreadyDone('setResult');
    this.#complete(FINISHED, value);
  }

  /**
   * Makes the future fail.
   *
   * @param error - anything that can be thrown; an error class is instantiated
   * @throws {InvalidStateError} when the future is done
   */
  setException(error: unknown): void {
    if (this.#state !== PENDING) throw this.#alreadyDone('setException');
    this.#loop.scheduler.late.unseenFailures.add(this);
    this.#complete(UNSEEN, isErrorClass(error) ? new error() : error);
  }

  /** Has `callback` called with this future in the iteration after the one in which it gets done. */
  addDoneCallback(callback: DoneCallback<this>, options?: DoneCallbackOptions): void {
    if (typeof callback !== 'function') requireCallback(callback, 'addDoneCallback');
    const context = options?.context ?? captureContext(this.#loop.scheduler.runsAsyncFunctions);
    this.#addWaiter(context === null ? callback : new CallbackInContext(callback, context));
  }

  /**
   * Takes a callback back, as often as it was added. A future that is done has none any more.
   *
   * @returns how many were removed
   */
  removeDoneCallback(callback: DoneCallback<this>): number {
    return this.#removeWaiters((waiter) => calls(waiter, callback));
  }

  /**
   * Waits for the future in a coroutine: `const value = yield* future`.
   *
   * Suspends      only when the future is pending
   * Cancellation  cancels this future
   */
  [Symbol.iterator](): Iterator<Future<unknown>, T, void> {
    return new FutureIterator(this);
  }

  /** Waits for the future in an async function: `const value = await future`. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return promiseOf(this).then(onFulfilled, onRejected);
  }

  toString(): string {
    return `<${this.constructor.name} ${this.describe()}${createdAt(this)}>`;
  }

  /** What `toString` shows between the brackets. */
  protected describe(): string {
    return STATE_NAMES[this.#state] as string;
  }

  /** Makes the future cancelled by an error that is there already. */
  protected setCancelled(error: CancelledError): void {
    this.#complete(CANCELLED, error);
  }

  #complete(state: number, outcome: unknown): void {
    this.#state = state;
    this.#outcome = outcome;
    const waiters = this.#waiters;
    if (waiters === null) return;
    this.#waiters = null;
    if (Array.isArray(waiters)) for (const waiter of waiters) this.#wake(waiter);
    else this.#wake(waiters);
  }

  #addWaiter(waiter: Waiter): void {
    const waiters = this.#waiters;
    if (this.#state !== PENDING) this.#wake(waiter);
    else if (waiters === null) this.#waiters = waiter;
    else if (Array.isArray(waiters)) waiters.push(waiter);
    else this.#waiters = [waiters, waiter];
  }

  #removeWaiters(isMeant: (waiter: Waiter) => boolean): number {
    const waiters = this.#waiters;
    if (waiters === null) return 0;
    if (!Array.isArray(waiters)) {
      if (!isMeant(waiters)) return 0;
      this.#waiters = null;
      return 1;
    }
    const kept = waiters.filter((waiter) => !isMeant(waiter));
    this.#waiters = kept;
    return waiters.length - kept.length;
  }

  #wake(waiter: Waiter): void {
    let entry: Runnable;
    if (typeof waiter === 'function') {
      entry = new Handle(this.#loop, waiter, [this], null);
    } else if (waiter instanceof Observer) {
      entry = waiter.entryFor(this);
    } else {
      entry = waiter;
      if (instrument !== null) instrument.woken(waiter);
    }
    this.#loop.scheduler.enqueue(entry);
  }

  #markSeen(): void {
    if (this.#state !== UNSEEN) return;
    this.#state = FAILED;
    this.#loop.scheduler.late.unseenFailures.delete(this);
  }

  /** The same error each time, so that it travels up as it came down. */
  #cancellation(): CancelledError {
    if (!(this.#outcome instanceof CancelledError)) {
      this.#outcome = new CancelledError(this.#outcome as string | undefined);
    }
    return this.#outcome as CancelledError;
  }

  #alreadyDone(asked: string): InvalidStateError {
    const state = STATE_NAMES[this.#state] as string;
    return new InvalidStateError(
      `invalid state: ${asked}() on ${this}, which is ${state} already; look at done() first`,
    );
  }
}

function calls(waiter: Waiter, callback: DoneCallback<never>): boolean {
  return (
    waiter === callback || (waiter instanceof CallbackInContext && waiter.callback === callback)
  );
}

/** Takes back a waiter that was cancelled; that the future ends by the same is nobody's failure. */
export function leaveBehind(future: Future<unknown>, waiter: Observer | Task<unknown>): void {
  removeWaiter(future, waiter);
  future.addDoneCallback(() => {
    if (failureOf(future) instanceof CancelledError) future.exception();
  });
}

/** Whether `x` is a future, or a task, of a loop. */
export function isFuture(x: unknown): x is Future<unknown> {
  return x instanceof Future;
}

function isErrorClass(error: unknown): error is new () => Error {
  return typeof error === 'function' && error.prototype instanceof Error;
}

ofThisCopy(Future);
staysHome(Future, 'a future', 'it belongs to its loop; wait for it here and send its result');
