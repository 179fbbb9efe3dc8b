import {
  captureContext,
  Context,
  contextsInUse,
  enterContext,
  leaveFirstContext,
} from './context.ts';
import type { AbortControllerLike } from './abort.ts';
import type { LoopEnvironment } from './environment.ts';
import type { EventLoop } from './event-loop.ts';
import { RuntimeError } from './exceptions.ts';
import { type Callback, Handle } from './handle.ts';
import { showFrames } from './exception-handler.ts';
import { instrument } from './instruments.ts';
import { LateReports } from './late-reports.ts';
import { noteOrigin, originOf, recordOrigins } from './origins.ts';
import { ReadyQueue, type Runnable } from './ready-queue.ts';
import type { Selector } from './selector.ts';
import type { Task } from './task.ts';
import { TaskList } from './task-list.ts';
import { type TimerHandle, TimerHeap } from './timer-heap.ts';

/*
 * What an event loop really is.
 *
 * A loop waits until an event happens, and then runs what was registered for that event; nothing
 * else. The events are timers and whatever the selector watches. An event never runs anything by
 * itself: it puts what is to be run into the ready queue, and one turn of the loop takes out exactly
 * what was ready when the turn began:
 *
 *     callSoon ----------------> +-------------+
 *     selector: I/O, threads --> | ready queue | --> run
 *     timers that are due -----> +-------------+
 *
 * Invariants of one turn
 *   1. Order: what was ready before, then what the selector brought, then the timers that are due.
 *   2. What gets ready while the turn runs waits for the next turn, so that the selector and the
 *      timers are looked at in between: nothing that keeps rescheduling itself can starve them.
 *   3. A turn that is left in the middle loses nothing; the next call goes on where it was left.
 *
 * A turn is left in the middle by an error that ends the run (`SystemExit`); when its budget is used
 * up, where the loop shares its thread with Node; and it pauses after an entry that resumed an async
 * function: the promise reactions of that function must run, as part of its task, before the next
 * entry does.
 *
 * @see CPython 3.14 Lib/asyncio/base_events.py, BaseEventLoop._run_once
 */

/** One day. A wait never lasts longer, so that no selector has to know large numbers. */
const MAX_WAIT_MS = 86_400_000;

/** A timer that is due within a microsecond is due. */
const CLOCK_RESOLUTION_MS = 0.001;

/** What every method of a closed loop throws. */
export function loopIsClosed(): RuntimeError {
  return new RuntimeError('Event loop is closed');
}

export class Scheduler {
  readonly timers: TimerHeap = new TimerHeap(() => {
    if (this.asleep) this.#selector.wake();
  });
  /** The tasks of this loop that are not done. Held strongly, so that none gets lost. */
  readonly tasks: TaskList = new TaskList();
  /** What is told when the loop is idle, when it closes, when its thread ends. */
  readonly late: LateReports;
  /** Hears whether there is something to tell later; for what turns the loop. */
  onLate: ((any: boolean) => void) | null = null;
  /** Whether the engine can run promise reactions between two entries. */
  readonly runsAsyncFunctions: boolean;
  /** The task whose step runs now. */
  currentTask: Task<unknown> | null = null;
  /** Set by `stop()`, consumed by one run. */
  stopping: boolean = false;
  /** How often a pending future of this loop is awaited by who is no task, or not known as one. */
  strangers: number = 0;
  /** How many futures of this loop wait for promises of somebody else. */
  promises: number = 0;
  /** How many futures of this loop wait for signals, which anybody may abort. */
  signals: number = 0;
  /** What says when a turn has lasted long enough, for a loop that shares its thread. */
  budget: { isUsed(): boolean } | null = null;
  /** Rearranges what one turn is going to run, for tests; null leaves it as it came. */
  reorder: ((entries: Runnable[]) => void) | null = null;
  /** Whether a loop that Node turns is in the middle of a turn, or of a pause in it. */
  turning: boolean = false;
  /** Whether nobody will look at the queues before the selector was told to wake up. */
  asleep: boolean = false;
  closed: boolean = false;
  debug: boolean = false;
  /** In debug mode, entries that take longer than this are reported. */
  slowCallbackDuration: number = 100;

  readonly #loop: EventLoop;
  readonly #environment: LoopEnvironment;
  readonly #selector: Selector;
  readonly #ready: ReadyQueue = new ReadyQueue();
  /** How many entries of the queue still belong to this turn. */
  #left: number = 0;
  /** The task whose promise reactions must run before anything else does. */
  #settling: Task<unknown> | null = null;
  #paused: boolean = false;
  /** In debug mode: what runs now. */
  #current: Runnable | null = null;
  /** In debug mode: when the entry began that the turn pauses after, in milliseconds. */
  #pausedSince: number = 0;

  constructor(loop: EventLoop, environment: LoopEnvironment, selector: Selector) {
    this.#loop = loop;
    this.#environment = environment;
    this.runsAsyncFunctions = environment.afterMicrotasks !== undefined;
    this.#selector = selector;
    this.late = new LateReports(loop, () => this.#lateChanged());
    this.debug = environment.debug === true;
  }

  /** How many entries wait to be run. */
  get readyLength(): number {
    return this.#ready.length;
  }

  /** @throws {RuntimeError} where there are no AbortSignals */
  readonly makeAbortController = (): AbortControllerLike => {
    const controller = this.#environment.makeAbortController?.();
    if (controller !== undefined) return controller;
    throw new RuntimeError('There is no AbortController here, so that a task has no signal');
  };

  /**
   * Registers `entry` to be run in the next turn.
   *
   * @throws {RuntimeError} when the loop is closed
   */
  enqueue(entry: Runnable): void {
    if (this.closed) throw loopIsClosed();
    this.#ready.push(entry);
    if (this.asleep) this.#selector.wake();
  }

  /** Registers `callback` to be run in the first turn after a moment. */
  addTimer(whenMs: number, callback: Callback, args: readonly unknown[]): TimerHandle {
    const timer = this.timers.add(
      this.#loop,
      whenMs,
      callback,
      args,
      captureContext(this.runsAsyncFunctions),
    );
    if (this.asleep) this.#selector.wake();
    return timer;
  }

  /**
   * One turn of the loop: waits for an event, then runs what was registered for it.
   *
   * @param maxWaitMs - 0 for a loop on whose behalf somebody else has waited already
   * @returns whether the turn is complete; the next call goes on with one that is not
   */
  runOnce(maxWaitMs: number): boolean {
    if (this.#left === 0) this.#waitForEvents(maxWaitMs);
    return this.#runReady();
  }

  /** Whether the turn pauses for the promise reactions of a task. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** Whether a callback or a coroutine is on the stack, as far as that can be told. */
  get isInStep(): boolean {
    return this.turning && !this.#paused && (this.currentTask?.asyncBody ?? null) === null;
  }

  /** Goes on with a turn that paused, when the promise reactions have run. */
  resumeTurn(): boolean {
    this.#paused = false;
    if (this.#current !== null) this.#endWatch(this.#current, this.#pausedSince);
    this.currentTask = null;
    return this.#runReady();
  }

  /** Pauses the turn after the entry that runs now, for the promise reactions of `task`. */
  pauseFor(task: Task<unknown>): void {
    if (!this.#paused) this.#settling = task;
  }

  /** How long the loop may sleep, in milliseconds: 0 when there is something to do. */
  untilNextEvent(): number {
    if (this.#ready.length > 0) return 0;
    if (this.timers.isEmpty) return Infinity;
    const next = this.timers.peek();
    if (next === undefined) return Infinity;
    return Math.min(Math.max(next.when() - this.#environment.now(), 0), MAX_WAIT_MS);
  }

  /** Drops everything that waits, without running it, and takes nothing any more. */
  close(): void {
    this.closed = true;
    this.#lateChanged();
    this.#ready.clear();
    this.timers.clear();
    this.#left = 0;
  }

  #waitForEvents(maxWaitMs: number): void {
    const mayWait = maxWaitMs > 0 && !this.stopping;
    let timeoutMs = mayWait ? Math.min(this.untilNextEvent(), maxWaitMs) : 0;
    if (timeoutMs > 0 && this.late.any) timeoutMs = this.#tellBeforeSleep(timeoutMs);
    if (timeoutMs > 0 && instrument !== null) {
      instrument.loopIdle(this.#loop, timeoutMs);
      this.#selector.select(timeoutMs);
      instrument?.loopBusy(this.#loop);
    } else {
      this.#selector.select(timeoutMs);
    }
    if (!this.timers.isEmpty) this.#enqueueTimersThatAreDue();
    if (this.reorder !== null) this.#ready.rearrange(this.reorder);
    this.#left = this.#ready.length;
  }

  #enqueueTimersThatAreDue(): void {
    const end = this.#environment.now() + CLOCK_RESOLUTION_MS;
    for (let next = this.timers.peek(); next !== undefined; next = this.timers.peek()) {
      if (next.when() >= end) break;
      this.#ready.push(this.timers.pop());
    }
  }

  #runReady(): boolean {
    while (this.#left > 0) {
      this.#left--;
      const entry = this.#ready.shift();
      const hadContexts = contextsInUse;
      if (hadContexts && entry.context !== undefined) this.#runInContext(entry);
      else if (this.debug) this.#runWatched(entry);
      else entry.run();
      if (contextsInUse !== hadContexts) leaveFirstContext();
      if (this.#settling !== null) {
        this.currentTask = this.#settling;
        this.#settling = null;
        this.#paused = true;
        return false;
      }
      if (this.budget !== null && this.budget.isUsed() && this.#left > 0) return false;
    }
    return true;
  }

  #runInContext(entry: Runnable): void {
    enterContext((entry.context ??= new Context()), () => {
      if (this.debug) this.#runWatched(entry);
      else entry.run();
    });
  }

  /** In debug mode: what runs now, or has run last before the pause. */
  get current(): Runnable | null {
    return this.#current;
  }

  setDebug(enabled: boolean): void {
    this.debug = enabled;
    if (enabled) {
      recordOrigins();
      if (originOf(this.#loop) === undefined) noteOrigin(this.#loop);
    }
    this.#lateChanged();
  }

  /** Shows a sentence of debug mode where errors are shown that nobody else handles. */
  warn(text: string): void {
    this.#environment.reportError(text, undefined);
  }

  #lateChanged(): void {
    const { any } = this.late;
    this.#environment.atEndOfThread?.(this.#loop, any || (this.debug && !this.closed));
    this.onLate?.(any);
  }

  /** The loop is idle. @returns how long it may sleep, in milliseconds */
  #tellBeforeSleep(timeoutMs: number): number {
    const nobodyIsLeft = timeoutMs === Infinity && this.tasks.isEmpty && this.promises === 0;
    if (nobodyIsLeft) this.late.report();
    const dueIn = this.late.reportOverdue();
    // A handler may have made something ready.
    return Math.min(this.untilNextEvent(), timeoutMs, dueIn);
  }

  #runWatched(entry: Runnable): void {
    const began = this.#environment.now();
    this.#current = entry;
    try {
      entry.run();
    } finally {
      if (this.#settling === null) {
        this.#endWatch(entry, began);
      } else {
        // The async function that the entry has resumed goes on in the pause.
        this.#current = this.#settling;
        this.#pausedSince = began;
      }
    }
  }

  #endWatch(entry: Runnable, began: number): void {
    this.#current = null;
    const took = this.#environment.now() - began;
    if (took < this.slowCallbackDuration) return;
    const kind = entry instanceof Handle ? 'Handle' : 'Object';
    this.warn(`Executing ${entry} took ${took.toFixed(1)} ms${showFrames(kind, originOf(entry))}`);
  }
}
