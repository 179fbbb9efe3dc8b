import { ensureFuture, type TaskSource } from '../core/ensure-future.ts';
import type { LoopEnvironment } from '../core/environment.ts';
import { EventLoop } from '../core/event-loop.ts';
import { Future } from '../core/future.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import { setRunningLoop } from '../core/running-loop.ts';
import { thisThreadIfAny } from '../crossing/this-thread.ts';
import { nodeEnvironment } from './node-environment.ts';
import { forgetRemote, remoteOf } from './remote-loop.ts';
import { TurnBudget } from './turn-budget.ts';
import { incomplete, stopLoopOf } from './run-until-complete.ts';

/*
 * The same scheduler, turned by Node's own loop.
 *
 * Node does the waiting. Between two turns the loop is asleep, and what wakes it is one of Node's
 * timers:
 *
 *     something is ready       setImmediate --.
 *                                             +--> turn: iterations until nothing is ready, or
 *     the next timer is due    setTimeout ----'    the budget is used; then Node's turn
 *
 * The loop is turned as long as it is open, whether or not a run is under way; a run only waits for
 * `stop()`. What is pending keeps the process alive: an immediate while something is ready, a timeout
 * while a timer is set, and during a run an interval that does nothing.
 *
 * A turn that resumed an async function pauses in the middle of an iteration, lets the promise
 * reactions of that function run, and goes on (see core/async-body.ts). The running slot stays filled
 * meanwhile. During a run it is filled all the time, so that an async function finds its loop also
 * after it has waited for something of Node's.
 */

/** Node takes timeouts up to 2^31 - 1; what is beyond is looked at once a day. */
const MAX_TIMEOUT_MS = 86_400_000;

/** When to look again for what is overdue while there is something ready, in milliseconds. */
const LOOK_AGAIN_MS = 500;

interface Run {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly keepAlive: NodeJS.Timeout;
}

/**
 * An event loop that is turned by Node: beside it timers, sockets and promises work as usual, and it
 * drives async functions as well as coroutines. Its runs return promises.
 *
 * It goes on as long as it is open, whether or not a run is under way, and keeps the process alive
 * exactly while something of it is pending.
 */
export class NodeEventLoop extends EventLoop {
  readonly #environment: LoopEnvironment;
  #run: Run | null = null;
  /** What was in the running slot before the turn. */
  #outer: EventLoop | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #timeout: NodeJS.Timeout | null = null;
  /** When the timeout is due, in milliseconds of `time()`. */
  #timeoutAt: number = Infinity;
  readonly #budget: TurnBudget;
  /** Looks whether a failure is overdue. Keeps nothing alive. */
  #lateLook: NodeJS.Timeout | null = null;

  constructor(environment: LoopEnvironment = nodeEnvironment) {
    super(environment, {
      select: () => void thisThreadIfAny()?.mailbox.drainInTurn(),
      wake: () => this.#wake(),
      close: () => this.#disarm(),
    });
    this.#environment = environment;
    // Node's turn comes after so much real time, whatever the clock of the loop is.
    this.#budget = new TurnBudget(() => performance.now());
    this.scheduler.budget = this.#budget;
    this.scheduler.asleep = true;
    const { scheduler } = this;
    scheduler.onLate = (any) => {
      if (any && this.#lateLook === null) this.#lookLateIn(scheduler.late.patienceMs);
    };
  }

  /**
   * Runs until `stop()`; the promise settles then. Until then the process lives, also while nothing is
   * pending: somebody may call from another thread at any time.
   *
   * @throws {RuntimeError} when the loop is closed, or running, or another loop runs in this thread
   */
  runForever(): Promise<void> {
    this.checkCanRun();
    setRunningLoop(this);
    this.beginRun();
    return new Promise((resolve, reject) => {
      this.#run = { resolve, reject, keepAlive: setInterval(() => {}, MAX_TIMEOUT_MS) };
      this.#wake();
    });
  }

  /**
   * Runs until `x` is done; the promise settles as `x` does.
   *
   * @throws {RuntimeError} as `runForever`, and when the loop was stopped before `x` was done
   */
  runUntilComplete<T>(x: TaskSource<T>): Promise<T> {
    this.checkCanRun();
    const isOurs = !(x instanceof Future);
    const future = ensureFuture(x, { loop: this });
    future.addDoneCallback(stopLoopOf);
    return this.runForever().then(
      () => {
        future.removeDoneCallback(stopLoopOf);
        if (!future.done()) throw incomplete(future);
        return future.result();
      },
      (error: unknown) => {
        future.removeDoneCallback(stopLoopOf);
        // The error that ended the run is the one to look at.
        if (isOurs && future.done() && !future.cancelled()) future.exception();
        throw error;
      },
    );
  }

  /** One turn, now: for whoever has just made something ready outside of Node's own callbacks. */
  turn(): void {
    if (this.scheduler.turning || this.isClosed()) return;
    this.scheduler.turning = true;
    this.scheduler.asleep = false;
    this.#outer = setRunningLoop(this);
    this.#budget.begin();
    this.#iterate(false);
  }

  /** Iterations until nothing is ready, the budget is used, the run is stopped, or one pauses. */
  #iterate(resumed: boolean): void {
    const scheduler = this.scheduler;
    let complete: boolean;
    try {
      complete = resumed ? scheduler.resumeTurn() : scheduler.runOnce(0);
      while (complete && this.#mayGoOn()) complete = scheduler.runOnce(0);
      if (scheduler.isPaused) {
        this.#environment.afterMicrotasks?.(this.#resume);
        return;
      }
    } catch (error) {
      this.#endTurn();
      if (this.#run === null) throw error;
      this.#finishRun()?.reject(error);
      return;
    }
    this.#endTurn();
    if (complete && scheduler.stopping) this.#finishRun()?.resolve();
  }

  readonly #resume = (): void => this.#iterate(true);

  #mayGoOn(): boolean {
    const scheduler = this.scheduler;
    if (scheduler.readyLength === 0 || this.#budget.isUsed()) return false;
    return !scheduler.stopping || this.#run === null;
  }

  #endTurn(): void {
    this.scheduler.turning = false;
    setRunningLoop(this.#run === null ? this.#outer : this);
    this.#outer = null;
    if (!this.isClosed()) this.#arm();
  }

  /**
   * Ends the run that is under way with an error.
   *
   * @internal
   */
  failRun(error: unknown): void {
    this.#finishRun()?.reject(error);
  }

  /** Takes what the run was; nobody is running from now on. */
  #finishRun(): Run | null {
    const run = this.#run;
    if (run === null) return null;
    this.#run = null;
    clearInterval(run.keepAlive);
    this.endRun();
    setRunningLoop(null);
    return run;
  }

  /** Sees to it that the next turn comes when it must, and that only what is pending keeps Node. */
  #arm(): void {
    const waitMs = this.scheduler.untilNextEvent();
    if (waitMs === 0) {
      this.#wake();
      return;
    }
    this.scheduler.asleep = true;
    this.sleepFor(waitMs);
  }

  /**
   * Nothing is ready: sees to it that the next turn comes in time, if nothing wakes the loop before.
   *
   * @param waitMs - milliseconds; `Infinity` when no timer is set
   */
  protected sleepFor(waitMs: number): void {
    const dueAt = this.#environment.now() + waitMs;
    // A timeout that comes too early costs one empty turn; setting it anew each time costs more.
    if (this.#timeout !== null && waitMs !== Infinity && this.#timeoutAt <= dueAt) return;
    this.#clearTimeout();
    if (waitMs === Infinity) return;
    this.#timeoutAt = dueAt;
    this.#timeout = setTimeout(this.#onTimeout, Math.min(Math.ceil(waitMs), MAX_TIMEOUT_MS));
  }

  #wake(): void {
    if (this.scheduler.turning || this.#immediate !== null) return;
    this.scheduler.asleep = false;
    this.#immediate = setImmediate(this.#onImmediate);
  }

  /** Tells what is overdue, unless a turn is to come: what is ready may look at it. */
  #lookLate(): void {
    const { scheduler } = this;
    const dueIn = scheduler.readyLength > 0 ? LOOK_AGAIN_MS : scheduler.late.reportOverdue();
    this.#lookLateIn(dueIn);
  }

  #lookLateIn(delayMs: number): void {
    this.#lateLook = null;
    if (delayMs === Infinity) return;
    this.#lateLook = setTimeout(() => this.#lookLate(), Math.ceil(delayMs)).unref();
  }

  readonly #onImmediate = (): void => {
    this.#immediate = null;
    this.turn();
  };

  readonly #onTimeout = (): void => {
    this.#timeout = null;
    this.#timeoutAt = Infinity;
    this.turn();
  };

  #clearTimeout(): void {
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#timeout = null;
    this.#timeoutAt = Infinity;
  }

  #disarm(): void {
    this.#clearTimeout();
    if (this.#lateLook !== null) clearTimeout(this.#lateLook);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
  }

  override remote(): RemoteLoop {
    return remoteOf(this);
  }

  override close(): void {
    super.close();
    forgetRemote(this);
  }
}
