import { requireCallback } from '../core/arguments.ts';
import { inspect } from 'node:util';
import { noteBlocking } from '../core/blocking-calls.ts';
import { staysHome } from '../core/stays-home.ts';
import { ofThisCopy } from '../core/copies.ts';
import type { Suspension } from '../core/coroutine.ts';
import { CancelledError, TimeoutError, ValueError } from '../core/exceptions.ts';
import { type ConcurrentFutureLike, Followable, type Follower } from '../core/executor.ts';
import { joinStacks } from '../core/joined-stacks.ts';
import { wrapFuture } from '../core/wrap-future.ts';
import { noteOrigin, recordsOrigins } from '../core/origins.ts';
import { Part, readPayload } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { add, compareExchange, load } from '../shared/atomics.ts';
import { ask, deadlineFor, runnerOf, setDeadline } from '../shared/deadlines.ts';
import {
  Ask,
  EndReason,
  Kind,
  Outcome,
  Phase,
  phaseOf,
  POOL,
  poolAt,
  SLOT,
  slotAt,
  whoOf,
} from '../shared/layout.ts';
import { wakeThread } from '../shared/thread-table.ts';
import { Awaiter } from './awaiter.ts';
import { blockUntil } from './block-until.ts';
import { hasFailed } from './chunk-result.ts';
import { type Job, NO_SLOT } from './job.ts';
import { errorOf, lostJobError, overrunError } from './job-errors.ts';
import { listenTo } from './signal-listeners.ts';
import type { JobOptions } from './submit-options.ts';
import { noteSettled } from './task-events.ts';
import { addUnseenJob, type FailedJobs, jobWasSeen } from './unseen-jobs.ts';

/** Pending, and where: not in a slot yet, in the slot `#slot`. Then one of the three ends. */
const State = { pending: 0, cancelled: 1, value: 2, error: 3 } as const;

const STATE_NAMES = ['pending', 'cancelled', 'finished', 'failed'] as const;

const OUTCOMES = [undefined, 'cancelled', 'value', 'error'] as const;

interface Retries {
  left: number;
  readonly again: () => boolean;
}

/** What few futures have at a time. */
class Extras {
  /** As long as nobody has looked at the error. */
  unseen: FailedJobs | null = null;
  retries: Retries | null = null;
  /** Entry of a thread that must not be blocked for it. */
  turner = -1;
  /** Leaves the signal of the options. */
  stopListening: (() => void) | null = null;
}

/** Somebody who is told that a future is done. */
type Listener<T> = ((future: ConcurrentFuture<T>) => void) | Awaiter<T> | Follower;

/**
 * The result of `executor.submit`: bound to no loop, and waited for in three ways. `result()`
 * blocks the thread, `await` and `yield*` do not. It belongs to the thread that submitted.
 *
 * @see CPython Lib/concurrent/futures/_base.py, Future
 */
export class ConcurrentFuture<T>
  extends Followable
  implements ConcurrentFutureLike<T>, Job, PromiseLike<T>
{
  readonly #thread: ThisThread;
  readonly #fn: Function;
  readonly #options: JobOptions | null;
  #slot: number = NO_SLOT;
  /** State word of the slot while it is queued. */
  #queued = 0;
  #state: number = State.pending;
  #value: unknown = undefined;
  /** Most have one, and there may be a hundred thousand of them: no array for it. */
  #listeners: Listener<T>[] | Listener<T> | undefined;
  #extras: Extras | null = null;

  /** @internal Futures come from `executor.submit`. */
  constructor(thread: ThisThread, fn: Function, options: JobOptions | null = null) {
    super();
    this.#thread = thread;
    this.#fn = fn;
    this.#options = options;
    if (recordsOrigins) noteOrigin(this);
  }

  /** Whether there is a result, an error, or a cancellation. */
  done(): boolean {
    return this.#state !== State.pending;
  }

  /** Whether the work was cancelled: before it began, or it has ended because it was asked to. */
  cancelled(): boolean {
    return this.#state === State.cancelled;
  }

  /** Whether a worker has begun the work and not finished it. */
  running(): boolean {
    if (this.#state !== State.pending || this.#slot === NO_SLOT) return false;
    const state = load(this.#thread.memory.words, slotAt(this.#slot) + SLOT.state);
    return state !== this.#queued;
  }

  /**
   * Keeps the work from being done, if no worker has begun it. Work that is being done is asked to end:
   * `currentJob()` tells it so, and a coroutine or an async function is cancelled as a task is. When it
   * ends by that it was cancelled after all.
   *
   * @returns false when it is being done or is done; true when it is, or was before, cancelled
   */
  cancel(): boolean {
    if (this.#state !== State.pending) return this.#state === State.cancelled;
    if (!this.#takeOut()) {
      if (this.#extras !== null) this.#extras.retries = null; // however it ends now
      this.#ask(Ask.cancel);
      return false;
    }
    this.#finish(State.cancelled, undefined);
    this.#thread.mailWasRead();
    return true;
  }

  /**
   * The result. Blocks the thread until it is there.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws what the function threw, with the stacks of both threads
   * @throws {TimeoutError} when the time ran out; the work goes on
   * @throws {CancelledError} when the work was cancelled
   * @throws {BrokenThreadPool} when the thread that did the work died
   */
  result(timeoutMs: number = Infinity): T {
    if (this.#state === State.pending) this.#wait(timeoutMs, 'result');
    if (this.#state === State.value) return this.#value as T;
    if (this.#state === State.cancelled) throw new CancelledError();
    this.#markSeen();
    joinStacks(this.#value);
    throw this.#value;
  }

  /**
   * What the function threw, or null when it returned. Blocks until one of them is known.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   * @throws {CancelledError} when the work was cancelled
   */
  exception(timeoutMs: number = Infinity): unknown {
    if (this.#state === State.pending) this.#wait(timeoutMs, 'exception');
    if (this.#state === State.cancelled) throw new CancelledError();
    if (this.#state !== State.error) return null;
    this.#markSeen();
    return this.#value;
  }

  /**
   * Has `callback` called with this future when it is done; at once when it is. In order. It runs
   * in this thread, when that hears of the result: its loop turns, or it waits for something. An
   * error in a callback is printed and does not stop the others.
   */
  addDoneCallback(callback: (future: ConcurrentFuture<T>) => void): void {
    if (typeof callback !== 'function') requireCallback(callback, 'addDoneCallback');
    this.#add(callback);
  }

  /** @internal The same for a future of a loop, which needs no function for it. */
  override addFollower(follower: Follower): void {
    this.#add(follower);
  }

  /**
   * Waits in an async function: `await future`. A task knows nothing of this wait, as of any promise of
   * somebody else; `await wrapFuture(future)`, or `runInExecutor`, keeps it in reach.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is what it is for
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const promise = new Promise<T>((resolve, reject) => this.#add(new Awaiter(resolve, reject)));
    return promise.then(onValue, onError);
  }

  /** Waits in a coroutine: `yield* future`. In the loop that runs the coroutine. */
  [Symbol.iterator](): Iterator<Suspension, T, void> {
    return wrapFuture<T>(this)[Symbol.iterator]();
  }

  override toString(): string {
    const state = STATE_NAMES[this.#state] as string;
    const progress = this.running() ? 'running' : state;
    return `<${this.constructor.name} ${progress} fn=${this.name || '<anonymous>'}>`;
  }

  /** @internal It has been submitted: from now on the signal of its options reaches it. */
  follow(signal: AbortSignal): void {
    if (this.#state !== State.pending) return;
    if (signal.aborted) this.#abort(signal);
    else this.#ownExtras.stopListening = listenTo(signal, () => this.#abort(signal));
  }

  /** @internal When it fails it is sent again, so many times. */
  retry(times: number, again: () => boolean): void {
    this.#ownExtras.retries = { left: times, again };
  }

  /** @internal The job is in a slot now, waiting in a ring. */
  enqueued(slot: number, queued: number): void {
    this.#slot = slot;
    this.#queued = queued;
  }

  /** @internal The signal was aborted before it was submitted. */
  aborted(): this {
    this.#finish(State.error, this.#options?.signal?.reason);
    return this;
  }

  /** @internal The job will never be done. */
  fail(error: unknown): void {
    if (this.#state === State.pending) this.#finish(State.error, error);
  }

  /** @internal The outcome of a job has come in its slot. Called by the mailbox. */
  settle(slot: number): void {
    const { words } = this.#thread.memory;
    const at = slotAt(slot);
    const { mailbox } = this.#thread;
    this.#slot = NO_SLOT;
    const phase = phaseOf(load(words, at + SLOT.state));
    if (phase === Phase.condemned) return this.#fail(this.#overrun('thread'));
    if (phase === Phase.lost) {
      const isOverrun = words[at + SLOT.detail] === EndReason.overrun;
      const error = isOverrun ? this.#overrun('thread') : lostJobError(words, slot, this.name);
      mailbox.release(slot);
      return this.#fail(error);
    }
    const outcome = words[at + SLOT.outcome] as number;
    let payload: unknown;
    try {
      if (outcome !== Outcome.cancelled) {
        payload = readPayload(this.#thread, slot, Part.result)[0];
      }
    } catch (error) {
      mailbox.release(slot);
      this.#finish(State.error, error); // what came cannot be read here
      return;
    }
    mailbox.release(slot);
    this.complete(outcome, payload);
  }

  /** @internal What came of the work is known: an `Outcome` and what goes with it. Does not throw. */
  complete(outcome: number, payload: unknown): void {
    if (this.#state !== State.pending) return;
    const isAborted = this.#options?.signal?.aborted === true;
    if (outcome === Outcome.value && !isAborted) this.#succeed(payload);
    else if (outcome === Outcome.cancelled && !isAborted) this.#finish(State.cancelled, undefined);
    else if (outcome === Outcome.overrun) this.#fail(this.#overrun(null, payload));
    else if (outcome === Outcome.killed) this.#fail(this.#overrun('process'));
    else this.#fail(errorOf(outcome, payload, this.name));
  }

  /** @internal Its slot while it waits in a queue, else -1. */
  get queuedSlot(): number {
    const slot = this.#slot;
    if (slot === NO_SLOT || this.#state !== State.pending) return -1;
    return load(this.#thread.memory.words, slotAt(slot) + SLOT.state) === this.#queued ? slot : -1;
  }

  /** @internal Entry of the thread that runs it, or that has to turn for it; else -1. */
  get runner(): number {
    if (this.#slot === NO_SLOT || this.#state !== State.pending) return this.#extras?.turner ?? -1;
    return runnerOf(this.#thread.memory.words, this.#slot);
  }

  /** @internal A part of it runs in the loop of this thread. */
  needsTurnsOf(entry: number): void {
    this.#ownExtras.turner = entry;
  }

  /** @internal Index of the pool that has taken it. */
  get pool(): number {
    return whoOf(this.#queued);
  }

  /** Takes the job out of the pool's queue, or from those that are held back; false when it has begun. */
  #takeOut(): boolean {
    if (this.#slot === NO_SLOT) return true;
    const { words } = this.#thread.memory;
    const at = slotAt(this.#slot) + SLOT.state;
    if (compareExchange(words, at, this.#queued, Phase.writing) !== this.#queued) return false;
    this.#thread.mailbox.release(this.#slot);
    this.#slot = NO_SLOT;
    add(words, poolAt(this.pool) + POOL.cancelled, 1);
    this.#thread.mailbox.tellOfRoom();
    return true;
  }

  #ask(what: number): void {
    const { words } = this.#thread.memory;
    const runner = runnerOf(words, this.#slot);
    if (runner < 0) return; // it has ended, and this thread has not heard of it yet
    ask(words, this.#slot, what);
    // A child process is ended by the thread that it belongs to, which is never blocked.
    const isThreads = words[slotAt(this.#slot) + SLOT.kind] === Kind.job;
    if (what === Ask.abort && isThreads) {
      const concurrency = load(words, poolAt(whoOf(this.#queued)) + POOL.concurrency);
      const end = this.#thread.mailbox.commonNow() + (this.#options as JobOptions).grace;
      if (end < Infinity) setDeadline(words, this.#slot, runner, deadlineFor(concurrency, end));
    }
    wakeThread(words, runner);
  }

  #abort(signal: AbortSignal): void {
    if (this.#state !== State.pending) return;
    if (!this.#takeOut()) return this.#ask(Ask.abort);
    this.#finish(State.error, signal.reason);
    this.#thread.mailWasRead();
  }

  /** A value has come. Of a chunk one of whose elements has failed, it says so. */
  #succeed(value: unknown): void {
    const isFailure = this.#retries !== null && this.#isChunk && hasFailed(value);
    if (!isFailure || !this.#triesAgain()) this.#finish(State.value, value);
  }

  /** An attempt has failed: there may be another one. */
  #fail(error: unknown): void {
    const signal = this.#options?.signal;
    if (signal?.aborted === true) return this.#finish(State.error, signal.reason);
    if (!this.#triesAgain()) this.#finish(State.error, error);
  }

  #triesAgain(): boolean {
    const retries = this.#retries;
    return retries !== null && retries.left-- > 0 && retries.again();
  }

  /** Whether it is done for some elements of `map`. */
  get #isChunk(): boolean {
    return this.#options !== null && this.#options.chunkFrom >= 0;
  }

  get #retries(): Retries | null {
    return this.#extras === null ? null : this.#extras.retries;
  }

  get #ownExtras(): Extras {
    return (this.#extras ??= new Extras());
  }

  #overrun(ended: 'thread' | 'process' | null, thrown?: unknown): TimeoutError {
    return overrunError(this.name, this.#options?.timeout ?? 0, ended, thrown);
  }

  /** @internal What it was submitted as. */
  get name(): string {
    return this.#options?.name ?? this.#fn.name;
  }

  #wait(timeoutMs: number, asked: string): void {
    if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) {
      throw new ValueError(
        `timeout must be a number: result() takes milliseconds, got ${inspect(timeoutMs)}`,
      );
    }
    if (timeoutMs > 0) noteBlocking(`${asked}() of a concurrent future`, 'use yield* or await');
    const isDone = (): boolean => this.#state !== State.pending;
    if (blockUntil(this.#thread, this, isDone, timeoutMs)) return;
    const name = this.name;
    const task = name === '' ? 'the task' : `'${name}'`;
    const state = this.running() ? 'still running' : 'still waiting for a thread';
    throw new TimeoutError(`No result after ${timeoutMs} ms: ${task} is ${state}.`);
  }

  #finish(state: number, value: unknown): void {
    this.#state = state;
    this.#value = value;
    this.#extras?.stopListening?.();
    noteSettled(this, OUTCOMES[state] as 'value', value);
    if (state === State.error) this.#noteUnseen(value);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (Array.isArray(listeners)) for (const listener of listeners) this.#tell(listener);
    else if (listeners !== undefined) this.#tell(listeners);
  }

  #add(listener: Listener<T>): void {
    if (this.#state !== State.pending) this.#tell(listener);
    else if (this.#listeners === undefined) this.#listeners = listener;
    else if (Array.isArray(this.#listeners)) this.#listeners.push(listener);
    else this.#listeners = [this.#listeners, listener];
  }

  #settle({ resolve, reject }: Awaiter<T>): void {
    this.#markSeen();
    if (this.#state === State.value) resolve(this.#value as T);
    else reject(this.#state === State.cancelled ? new CancelledError() : this.#value);
  }

  #noteUnseen(error: unknown): void {
    this.#ownExtras.unseen = addUnseenJob(this, this.name || '<anonymous>', error);
  }

  #markSeen(): void {
    const extras = this.#extras;
    if (extras === null || extras.unseen === null) return;
    jobWasSeen(extras.unseen);
    this.#extras = null; // it is done, and needs none of them
  }

  #tell(listener: Listener<T>): void {
    if (listener instanceof Awaiter) return this.#settle(listener);
    try {
      if (typeof listener === 'function') listener(this);
      else listener.sourceIsDone();
    } catch (error) {
      showCallbackError(error);
    }
  }
}

function showCallbackError(error: unknown): void {
  const what = 'A callback of a ConcurrentFuture has thrown';
  try {
    console.error(`${what}:`, error);
  } catch {
    console.error(`${what} an error that throws when it is shown.`);
  }
}

ofThisCopy(ConcurrentFuture);
staysHome(
  ConcurrentFuture,
  'a concurrent future',
  'it belongs to the thread that submitted; wait for it there and send its result',
);
