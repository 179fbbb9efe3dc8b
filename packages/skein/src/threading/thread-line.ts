/**
 * Where the tasks of this thread, and the thread itself, wait for others to change something in shared
 * memory: who waits for one lock, or for an item of one queue, stands in one line.
 *
 * ```
 *   other threads              this thread
 *   WaitingThreads ──ring──▶ mailbox ──▶ line ──▶ the first one looks ──▶ goes on, and wakes the next
 *                                                        └─────────────▶ waits again, as the first
 * ```
 *
 * Nothing is ever given to one who waits: he is woken, and takes for himself when he runs. So nothing is
 * lost with a task that is cancelled on its way, a loop that is closed, or a thread that dies, and a thread
 * that is busy keeps nothing from the others.
 *
 * In one thread the tasks go in the order in which they came. Between threads nobody has a right to be
 * the next; a lock sees to it that nobody waits for ever (`lock-word.ts`). A call that blocks the thread
 * goes before its tasks, which cannot run meanwhile.
 *
 * Lines exist while somebody stands in them. What is waited for has a number, since a thread may have
 * several objects of the same thing.
 */
import { inspect } from 'node:util';
import { noteBlocking } from '../core/blocking-calls.ts';
import type { Coroutine } from '../core/coroutine.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { TimeoutError, ValueError } from '../core/exceptions.ts';
import type { Future } from '../core/future.ts';
import { Operation } from '../core/operation.ts';
import { currentLoopSlot, loopForNewFuture, runningLoopOrNull } from '../core/running-loop.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { CROWDED, type WaitingThreads } from '../shared/waiting-threads.ts';

/** What an attempt gives when it could do what it was to do; null: wait, and come again. */
export type Done<T> = { readonly value: T } | null;

/** Something in shared memory that can be waited for. */
export interface Awaited {
  /** A number that this and nothing else has in all threads. */
  readonly key: number;
  readonly waiting: WaitingThreads;
  /** Whether a change is of use to all who wait, and not to one. */
  readonly isForAll: boolean;
  /** Nobody in this thread waits any more, and one has given up: rings another thread if it can go on. */
  passOn(): void;
}

/** A place in the line: of a task, of somebody who awaits without a loop, or of the thread itself. */
interface Waiter {
  /** The loop of the task; null when there is none. */
  readonly loop: EventLoop | null;
  /** Has it look; false when it was told before, and has not looked since. */
  wake(): boolean;
}

const lines = new Map<number, Line>();

class Line {
  readonly #thread: ThisThread;
  readonly #awaited: Awaited;
  /** In their order. */
  readonly #tasks = new Set<Waiter>();
  /** One inside of the other. */
  readonly #calls: Waiter[] = [];
  #place = CROWDED;
  #isTurning = false;

  /** The line for something in this thread, which begins when there is none. */
  static of(awaited: Awaited): Line {
    let line = lines.get(awaited.key);
    if (line === undefined) {
      line = new Line(thisThread(), awaited);
      lines.set(awaited.key, line);
    }
    return line;
  }

  private constructor(thread: ThisThread, awaited: Awaited) {
    this.#thread = thread;
    this.#awaited = awaited;
    thread.mailbox.onRing = lookAtAll;
  }

  /** To the end of the line. Look whether there is something to wait for after this. */
  enterTask(waiter: Waiter): void {
    this.#tasks.add(waiter);
    const isTurning = waiter.loop === null || waiter.loop.scheduler.runsAsyncFunctions;
    this.#takePlace(this.#isTurning || isTurning);
    this.#thread.mailbox.waits++;
    this.#thread.awaitMail();
  }

  /** In front of all others: the thread is about to block. */
  enterCall(waiter: Waiter): void {
    this.#calls.push(waiter);
    this.#takePlace(this.#isTurning);
    this.#thread.mailbox.waits++;
  }

  /** Whether it is this one's turn. */
  isFirst(waiter: Waiter): boolean {
    for (const first of this.#tasks) return first === waiter;
    return false;
  }

  /** @param hasDone - whether it goes because it could do what it waited for */
  leave(waiter: Waiter, hasDone: boolean): void {
    if (!this.#tasks.delete(waiter)) {
      const nth = this.#calls.indexOf(waiter);
      if (nth < 0) return; // its loop is closed, and it was forgotten
      this.#calls.splice(nth, 1);
    }
    const { mailbox } = this.#thread;
    mailbox.waits--;
    if (this.#tasks.size + this.#calls.length > 0) {
      this.#wakeFirst();
    } else {
      lines.delete(this.#awaited.key);
      this.#awaited.waiting.leave(this.#place);
      if (!hasDone) this.#awaited.passOn();
    }
    if (mailbox.outstanding === 0) this.#thread.mailWasRead();
  }

  /** Others may have changed something. */
  look(): void {
    if (this.#place === CROWDED) this.#takePlace(this.#isTurning);
    if (this.#awaited.isForAll) this.#wakeAll();
    else this.#wakeFirst();
  }

  #takePlace(isTurning: boolean): void {
    if (this.#place !== CROWDED && isTurning === this.#isTurning) return;
    const { waiting } = this.#awaited;
    waiting.leave(this.#place);
    this.#isTurning = isTurning;
    this.#place = waiting.enter(this.#thread.address.ident, isTurning);
    // Somebody may have changed something, and have rung nobody, while there was no place.
    if (this.#tasks.size + this.#calls.length > 1) this.look();
  }

  #wakeFirst(): void {
    for (const call of this.#calls) call.wake();
    if (this.#calls.length > 0) return;
    for (const task of this.#tasks) {
      if (task.loop?.isClosed() === true) {
        this.#forget(task);
        continue;
      }
      // A loop that is not turned may never run it: somebody else is told as well.
      if (task.wake() && isStill(task.loop)) this.#awaited.waiting.ringNext();
      return;
    }
  }

  #wakeAll(): void {
    for (const call of this.#calls) call.wake();
    for (const task of this.#tasks) {
      if (task.loop?.isClosed() === true) this.#forget(task);
      else task.wake();
    }
  }

  /** Its loop is closed: it will never go on. */
  #forget(task: Waiter): void {
    if (this.#tasks.size + this.#calls.length > 1) {
      this.#tasks.delete(task);
      this.#thread.mailbox.waits--;
    } else {
      this.leave(task, false);
    }
  }
}

function lookAtAll(): void {
  for (const line of lines.values()) line.look();
}

/** Whether nobody turns a loop, though it could be turned again. */
function isStill(loop: EventLoop | null): boolean {
  return loop !== null && !loop.isRunning() && !loop.scheduler.runsAsyncFunctions;
}

/** A task waits; its future is done when it shall look. */
class TaskWaiter implements Waiter {
  readonly loop: EventLoop;
  #future: Future<void>;

  constructor(loop: EventLoop) {
    this.loop = loop;
    this.#future = loop.createFuture<void>();
  }

  wake(): boolean {
    if (this.#future.done()) return false;
    this.#future.setResult();
    return true;
  }

  /** Waits until it shall look. */
  *woken(): Coroutine<void> {
    yield* this.#future;
    this.#future = this.loop.createFuture<void>();
  }
}

/** Somebody awaits in a thread in which no loop runs. */
class PromiseWaiter implements Waiter {
  readonly loop = null;
  #wake: (() => void) | undefined;

  wake(): boolean {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
    return wake !== undefined;
  }

  woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** The thread itself waits. */
class CallWaiter implements Waiter {
  readonly loop = null;
  /** Whether it shall look. */
  isWoken = true;

  wake(): boolean {
    if (this.isWoken) return false;
    this.isWoken = true;
    return true;
  }
}

/**
 * Something that a thread can wait for: as a coroutine or an async function, in any loop or in none, or by a
 * call that blocks.
 *
 * @param attempt - for each who waits, a function that does it, if that is possible; it may throw
 */
export class ThreadOperation<T> extends Operation<T> {
  readonly #awaited: Awaited;
  readonly #begin: () => () => Done<T>;

  constructor(awaited: Awaited, begin: () => () => Done<T>) {
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
      const done = lines.has(this.#awaited.key) ? null : attempt();
      if (done !== null) promise = Promise.resolve(done.value);
      else if (isALoopHere()) promise = new Operation(() => inTask(this.#awaited, attempt));
      else promise = withoutLoop(this.#awaited, attempt);
    } catch (error) {
      promise = Promise.reject(error);
    }
    return promise.then(onFulfilled, onRejected) as Promise<A | B>;
  }
}

function isALoopHere(): boolean {
  return (runningLoopOrNull() ?? currentLoopSlot() ?? null) !== null;
}

function* inTask<T>(awaited: Awaited, attempt: () => Done<T>): Coroutine<T> {
  if (!lines.has(awaited.key)) {
    const done = attempt();
    if (done !== null) return done.value;
  }
  const waiter = new TaskWaiter(loopForNewFuture());
  const line = Line.of(awaited);
  line.enterTask(waiter);
  let done: Done<T> = null;
  try {
    for (;;) {
      if (awaited.isForAll || line.isFirst(waiter)) done = attempt();
      if (done !== null) return done.value;
      yield* waiter.woken();
    }
  } finally {
    line.leave(waiter, done !== null);
  }
}

async function withoutLoop<T>(awaited: Awaited, attempt: () => Done<T>): Promise<T> {
  if (!lines.has(awaited.key)) {
    const done = attempt();
    if (done !== null) return done.value;
  }
  const waiter = new PromiseWaiter();
  const line = Line.of(awaited);
  line.enterTask(waiter);
  let done: Done<T> = null;
  try {
    for (;;) {
      const woken = waiter.woken(); // before the attempt: it may be woken right after that
      if (awaited.isForAll || line.isFirst(waiter)) done = attempt();
      if (done !== null) return done.value;
      await woken;
    }
  } finally {
    line.leave(waiter, done !== null);
  }
}

/**
 * Waits, and blocks the thread.
 *
 * @param timeoutMs - milliseconds, ≥ 0; `Infinity` waits for ever
 * @param call - the method, for messages: 'getSync() of a queue'
 * @throws {TimeoutError} when the time ran out
 * @throws {ValueError} when it is no time
 */
export function waitHere<T>(
  awaited: Awaited,
  attempt: () => Done<T>,
  timeoutMs: number,
  call: string,
): T {
  if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) {
    throw new ValueError(`${call} takes a timeout in milliseconds, got ${inspect(timeoutMs)}`);
  }
  let done = attempt();
  if (done !== null) return done.value;
  if (timeoutMs > 0) {
    noteBlocking(call, 'use yield* or await, without Sync');
    done = block(Line.of(awaited), attempt, timeoutMs);
  }
  if (done === null) throw new TimeoutError(`${call} has waited for ${timeoutMs} ms in vain.`);
  return done.value;
}

function block<T>(line: Line, attempt: () => Done<T>, timeoutMs: number): Done<T> {
  const waiter = new CallWaiter();
  const failures: unknown[] = [];
  let done: Done<T> = null;
  line.enterCall(waiter);
  try {
    thisThread().mailbox.waitFor(() => {
      if (!waiter.isWoken) return done !== null || failures.length > 0;
      waiter.isWoken = false; // before the look: who changes it later wakes again
      try {
        done = attempt();
      } catch (error) {
        failures.push(error); // the mailbox is not to be left by an error
      }
      return done !== null || failures.length > 0;
    }, timeoutMs);
  } finally {
    line.leave(waiter, done !== null);
  }
  if (failures.length > 0) throw failures[0];
  return done;
}
