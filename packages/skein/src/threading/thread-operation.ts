/**
 * The three ways to wait for something in shared memory: as a coroutine, by `await` in any loop or in none, and by
 * a call that blocks the thread. Each tries, takes a place in the line (`thread-line.ts`), tries again, and then
 * whenever it is woken.
 */
import { inspect } from 'node:util';
import { noteBlocking } from '../core/blocking-calls.ts';
import type { Coroutine } from '../core/coroutine.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { TimeoutError, ValueError } from '../core/exceptions.ts';
import type { Future } from '../core/future.ts';
import { Operation } from '../core/operation.ts';
import { currentLoopSlot, loopForNewFuture, runningLoopOrNull } from '../core/running-loop.ts';
import { thisThread } from '../crossing/this-thread.ts';
import { GRACE_MS } from '../shared/lock-word.ts';
import { type Awaited, type Call, Line, type Waiter } from './thread-line.ts';

/** What an attempt comes to: done; null: to come again when woken; `SOON`: also without that, in `SOON_MS`. */
export type Done<T> = { readonly value: T } | typeof SOON | null;

/** What somebody who waits does. */
export interface Attempt<T> {
  /**
   * Before all else: what is copied is copied now.
   *
   * @param triesAtOnce - `try` comes next; else others stand in line
   */
  begin?(triesAtOnce: boolean): void;
  /** Does it if that is possible; may throw. */
  try(): Done<T>;
  /** It was not done, and will not be. */
  giveUp?(): void;
}

export const SOON: unique symbol = Symbol('soon');
/** What is kept for another one is not any more, then. */
const SOON_MS = GRACE_MS + 1;

/** A task waits; its future is done when it shall look. */
class TaskWaiter implements Waiter {
  next: this | null = null;
  before: this | null = null;
  readonly loop: EventLoop;
  #future: Future<void>;

  constructor(loop: EventLoop) {
    this.loop = loop;
    this.#future = loop.createFuture<void>();
  }

  wake(): void {
    if (!this.#future.done()) this.#future.setResult();
  }

  /** Waits until it shall look. */
  *woken(isSoon: boolean): Coroutine<void> {
    const timer = isSoon ? this.loop.callLater(SOON_MS, () => this.wake()) : null;
    try {
      yield* this.#future;
    } finally {
      timer?.cancel();
    }
    this.#future = this.loop.createFuture<void>();
  }
}

/** Somebody awaits in a thread in which no loop runs. */
class PromiseWaiter implements Waiter {
  next: this | null = null;
  before: this | null = null;
  readonly loop = null;
  #wake: (() => void) | undefined;

  wake(): void {
    this.#wake?.();
  }

  woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Something that a thread can wait for, as a coroutine or by `await`. It begins anew each time. */
export class ThreadOperation<T> extends Operation<T> {
  readonly #awaited: Awaited;
  readonly #begin: () => Attempt<T>;

  constructor(awaited: Awaited, begin: () => Attempt<T>) {
    super(() => inTask(awaited, begin()));
    this.#awaited = awaited;
    this.#begin = begin;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const attempt = this.#begin();
    let promise: PromiseLike<T>;
    try {
      const done = tryFirst(this.#awaited, attempt);
      if (isDone(done)) promise = Promise.resolve(done.value);
      else if (isALoopHere()) promise = new Operation(() => inLine(this.#awaited, attempt));
      else promise = withoutLoop(this.#awaited, attempt);
    } catch (error) {
      promise = Promise.reject(error);
    }
    return promise.then(onFulfilled, onRejected) as Promise<A | B>;
  }
}

function isALoopHere(): boolean {
  return (runningLoopOrNull() ?? currentLoopSlot())?.isClosed() === false;
}

const isDone = <T>(done: Done<T>): done is { readonly value: T } => done !== null && done !== SOON;

/** Tries at once, unless others wait in this thread. */
function tryFirst<T>(awaited: Awaited, attempt: Attempt<T>): Done<T> {
  const triesAtOnce = !Line.isThereFor(awaited);
  attempt.begin?.(triesAtOnce);
  if (!triesAtOnce) return null;
  try {
    return attempt.try();
  } catch (error) {
    attempt.giveUp?.();
    throw error;
  }
}

function* inTask<T>(awaited: Awaited, attempt: Attempt<T>): Coroutine<T> {
  const done = tryFirst(awaited, attempt);
  return isDone(done) ? done.value : yield* inLine(awaited, attempt);
}

function* inLine<T>(awaited: Awaited, attempt: Attempt<T>): Coroutine<T> {
  const waiter = new TaskWaiter(loopForNewFuture());
  const line = Line.of(awaited);
  line.enter(waiter);
  let done: Done<T> = null;
  try {
    for (;;) {
      if (line.isFirst(waiter)) done = attempt.try();
      if (isDone(done)) return done.value;
      yield* waiter.woken(done === SOON);
    }
  } finally {
    line.leave(waiter, isDone(done));
    if (!isDone(done)) attempt.giveUp?.();
  }
}

async function withoutLoop<T>(awaited: Awaited, attempt: Attempt<T>): Promise<T> {
  const waiter = new PromiseWaiter();
  const line = Line.of(awaited);
  line.enter(waiter);
  let done: Done<T> = null;
  try {
    for (;;) {
      const woken = waiter.woken(); // before the attempt: it may be woken right after that
      if (line.isFirst(waiter)) done = attempt.try();
      if (isDone(done)) return done.value;
      const timer = done === SOON ? setTimeout(() => waiter.wake(), SOON_MS) : undefined;
      await woken;
      clearTimeout(timer);
    }
  } finally {
    line.leave(waiter, isDone(done));
    if (!isDone(done)) attempt.giveUp?.();
  }
}

/** Does it now; null when that is not possible. */
export function doNow<T>(attempt: Attempt<T>): { readonly value: T } | null {
  attempt.begin?.(true);
  let done: Done<T> = null;
  try {
    done = attempt.try();
  } finally {
    if (!isDone(done)) attempt.giveUp?.();
  }
  return isDone(done) ? done : null;
}

/**
 * Waits, and blocks the thread. Goes before the tasks of this thread, which cannot run meanwhile.
 *
 * @param timeoutMs - milliseconds; `Infinity` waits for ever, 0 and less do not wait
 * @param call - the method, for messages: 'getSync()'
 * @throws {TimeoutError} when the time ran out
 * @throws {ValueError} when it is no time
 */
export function waitHere<T>(
  awaited: Awaited,
  attempt: Attempt<T>,
  timeoutMs: number,
  call: string,
): T {
  requireTimeout(timeoutMs, call);
  attempt.begin?.(true);
  let done: Done<T> = null;
  try {
    done = attempt.try();
    if (!isDone(done) && timeoutMs > 0) {
      noteBlocking(call, 'use yield* or await, without Sync');
      done = block(Line.of(awaited), attempt, timeoutMs);
    }
  } finally {
    if (!isDone(done)) attempt.giveUp?.();
  }
  if (isDone(done)) return done.value;
  throw new TimeoutError(`${call} has waited for ${timeoutMs} ms in vain: ${awaited}`);
}

function block<T>(line: Line, attempt: Attempt<T>, timeoutMs: number): Done<T> {
  const { mailbox } = thisThread();
  const end = timeoutMs === Infinity ? Infinity : mailbox.now() + timeoutMs;
  const call = line.beginCall();
  const outcome: Outcome<T> = { done: null, failure: null };
  try {
    for (let left = timeoutMs; left > 0 && !isOver(outcome); left = end - mailbox.now()) {
      const isSoon = outcome.done === SOON;
      const look = (): boolean =>
        lookAgain(call, attempt, outcome) || (outcome.done === SOON && !isSoon);
      mailbox.waitFor(look, isSoon ? Math.min(left, SOON_MS) : left, undefined, call);
      if (isSoon) call.isWoken = true;
    }
  } finally {
    line.endCall(call, isDone(outcome.done));
  }
  if (outcome.failure !== null) throw outcome.failure.error;
  return outcome.done;
}

interface Outcome<T> {
  done: Done<T>;
  failure: { readonly error: unknown } | null;
}

const isOver = <T>({ done, failure }: Outcome<T>): boolean => isDone(done) || failure !== null;

/** Whether there is no more to wait for. The mailbox is not to be left by an error. */
function lookAgain<T>(call: Call, attempt: Attempt<T>, outcome: Outcome<T>): boolean {
  if (call.isWoken && !isOver(outcome)) {
    call.isWoken = false; // before the look: who changes it later wakes again
    try {
      outcome.done = attempt.try();
    } catch (error) {
      outcome.failure = { error };
    }
  }
  return isOver(outcome);
}

/** @throws {ValueError} when it is no time */
export function requireTimeout(timeoutMs: number, call: string): void {
  if (typeof timeoutMs === 'number' && !Number.isNaN(timeoutMs)) return;
  throw new ValueError(`${call} takes a timeout in milliseconds, got ${inspect(timeoutMs)}`);
}
