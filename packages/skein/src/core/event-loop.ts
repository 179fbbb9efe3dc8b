import { staysHome } from './stays-home.ts';
import { captureContext, Context } from './context.ts';
import { assertOfThisCopy, ofThisCopy } from './copies.ts';
import { requireNumber, requireOptions } from './arguments.ts';
import { isCoroutine, isGeneratorFunction } from './coroutine.ts';
import { DefaultExecutor } from './default-executor.ts';
import { toCoroutine, type TaskSource } from './ensure-future.ts';
import type { LoopEnvironment } from './environment.ts';
import {
  type ExceptionContext,
  type ExceptionHandler,
  handleException,
  showContext,
  withOrigins,
} from './exception-handler.ts';
import { RuntimeError, ValueError } from './exceptions.ts';
import type { Executor, ResultOf } from './executor.ts';
import { Future } from './future.ts';
import { type Callback, Handle, NO_ARGUMENTS } from './handle.ts';
import type { RemoteLoop } from './remote-loop.ts';
import { recordsOrigins } from './origins.ts';
import { repr } from './repr.ts';
import { runningLoopOrNull } from './running-loop.ts';
import { loopIsClosed, Scheduler } from './scheduler.ts';
import type { Selector } from './selector.ts';
import type { Sendable } from './sendable.ts';
import { Task, type TaskOptions } from './task.ts';
import type { TaskFactory } from './task-factory.ts';
import type { TimerHandle } from './timer-heap.ts';
import { WrappedFuture } from './wrap-future.ts';

/**
 * An event loop: waits until something happens, and runs what was registered for it.
 *
 * It is a plain object; make as many as you like. Only its `run…` methods tie it to a thread, for as
 * long as they last. What every loop can do is here; how a loop is turned is said by its subclasses.
 *
 * Thread        an object of the thread that made it; other threads use a handle of it
 *
 * @see CPython 3.14 Lib/asyncio/base_events.py, BaseEventLoop
 */
export abstract class EventLoop {
  /**
   * The door for the core and for the drivers of loops.
   *
   * @internal
   */
  readonly scheduler: Scheduler;

  readonly #environment: LoopEnvironment;
  readonly #selector: Selector;
  readonly #defaultExecutor: DefaultExecutor = new DefaultExecutor();
  #exceptionHandler: ExceptionHandler | null = null;
  #taskFactory: TaskFactory | null = null;
  readonly #atClose: (() => void)[] = [];
  #running: boolean = false;

  constructor(environment: LoopEnvironment, selector: Selector) {
    this.#environment = environment;
    this.#selector = selector;
    this.scheduler = new Scheduler(this, environment, selector);
    if (this.scheduler.debug) this.setDebug(true);
  }

  /** Runs until `stop()`. */
  abstract runForever(): void | Promise<void>;

  /** Runs until `x` is done, and gives what it ends with. */
  abstract runUntilComplete<T>(x: TaskSource<T>): T | Promise<T>;

  /** A handle on this loop that can be given to other threads; always the same one. */
  abstract remote(): RemoteLoop;

  /**
   * Ends the run after the iteration that is under way; what that registers waits for the next run.
   * Before a run: the run has one iteration.
   */
  stop(): void {
    this.scheduler.stopping = true;
  }

  /** Whether a run is under way. */
  isRunning(): boolean {
    return this.#running;
  }

  isClosed(): boolean {
    return this.scheduler.closed;
  }

  /**
   * Gives everything back. What was registered is dropped and does not run; failures that nobody has
   * looked at, and tasks that are pending, are reported. Closing twice is harmless.
   *
   * @throws {RuntimeError} when the loop is running
   */
  close(): void {
    if (this.#running || this.scheduler.currentTask !== null) {
      throw new RuntimeError('Cannot close a running event loop; call stop() and let the run end');
    }
    if (this.isClosed()) return;
    this.scheduler.late.reportAtClose();
    this.scheduler.close();
    this.#defaultExecutor.abandon();
    this.#selector.close();
    for (const callback of this.#atClose) callback();
  }

  /** @internal Has `callback` called when the loop is closed. It must not throw. */
  atClose(callback: () => void): void {
    this.#atClose.push(callback);
  }

  /** Has `callback` called in the next iteration, after everything that was registered before. */
  callSoon<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): Handle;
  callSoon(callback: Callback): Handle {
    if (this.scheduler.debug) this.#checkCall(callback, 'callSoon');
    // A rest parameter would be an array also when it is empty.
    // oxlint-disable-next-line prefer-rest-params
    const args = arguments.length === 1 ? NO_ARGUMENTS : Array.prototype.slice.call(arguments, 1);
    const handle = new Handle(
      this,
      callback,
      args,
      captureContext(this.scheduler.runsAsyncFunctions),
    );
    this.scheduler.enqueue(handle);
    return handle;
  }

  /**
   * As `callSoon`, also from what another loop of this thread runs, which `callSoon` refuses in debug
   * mode. Other threads cannot have this object: they use the handle that `loop.remote()` gives them.
   */
  callSoonThreadsafe<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): Handle {
    if (this.scheduler.debug) checkCallback(callback, 'callSoonThreadsafe');
    const handle = new Handle(
      this,
      callback,
      args,
      captureContext(this.scheduler.runsAsyncFunctions),
    );
    this.scheduler.enqueue(handle);
    return handle;
  }

  /**
   * Has `callback` called once, after `delayMs`.
   *
   * @param delayMs - milliseconds; what is not above 0 is due in the next iteration
   * @throws {ValueError} when `delayMs` is not a number
   */
  callLater<A extends unknown[]>(
    delayMs: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle {
    requireNumber(delayMs, 'callLater() takes a number of milliseconds');
    return this.#callAt(this.#environment.now() + delayMs, callback, args, 'callLater');
  }

  /**
   * Has `callback` called once, at a moment.
   *
   * @param whenMs - milliseconds of `loop.time()`
   * @throws {ValueError} when `whenMs` is not a number
   */
  callAt<A extends unknown[]>(
    whenMs: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle {
    requireNumber(whenMs, 'callAt() takes a number of milliseconds');
    return this.#callAt(whenMs, callback, args, 'callAt');
  }

  /** The clock of the loop: milliseconds since some moment, with fractions; never goes back. */
  time(): number {
    return this.#environment.now();
  }

  createFuture<T>(): Future<T> {
    return new Future<T>(this);
  }

  /**
   * Makes a task, whose first step is in the next iteration.
   *
   * @param x - a coroutine, or a function that makes one; where promises work also an async function
   *   or a promise. An async function should be given itself, and not the promise that it returns:
   *   then cancelling reaches it
   */
  createTask<T>(x: TaskSource<T>, options?: TaskOptions): Task<T> {
    this.#checkClosed();
    if (this.scheduler.debug) this.#checkLoop('createTask');
    requireOptions(options, 'createTask', "{ name: 'reader' }");
    if (options?.context !== undefined && !(options.context instanceof Context)) {
      throw new TypeError(
        `createTask() takes a Context as option context, got ${repr(options.context)}; give what ` +
          'copyContext() returns',
      );
    }
    const coroutine = toCoroutine(this, x);
    const factory = this.#taskFactory;
    if (factory === null && options?.eagerStart !== true) return new Task(coroutine, this, options);
    // What an async function awaits while another task runs could not be told from what that awaits.
    const lazy = isCoroutine(x) || isGeneratorFunction(x) ? undefined : { eagerStart: false };
    const all = { ...options, ...lazy };
    return factory === null ? new Task(coroutine, this, all) : factory(this, coroutine, all);
  }

  /**
   * Has every task of this loop made by `factory`.
   *
   * @param factory - null for `new Task`
   * @throws {TypeError} when it is neither a function nor null
   */
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== 'function') {
      throw new TypeError(`task factory must be a callable or null, got ${repr(factory)}`);
    }
    this.#taskFactory = factory;
  }

  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  /**
   * Runs a function elsewhere; the result comes back into this loop. Submits at once.
   *
   * Cancellation  keeps work that has not begun from beginning; work that has begun is asked to end, and its
   *               result is dropped
   *
   * @param executor - null for the default one of this loop, made at its first use
   * @throws {RuntimeError} when the loop is closed or the executor is shut down
   */
  runInExecutor<A extends unknown[], R>(
    executor: Executor | null,
    fn: (...args: A) => R,
    ...args: Sendable<A>
  ): Future<ResultOf<R>> {
    this.#checkClosed();
    const runner: Executor | undefined = executor === null ? this.#defaultExecutor.get() : executor;
    if (runner === undefined || typeof runner.submit !== 'function') {
      throw new TypeError(
        `runInExecutor() takes an executor or null, then the function, got ${repr(executor)}; ` +
          'write loop.runInExecutor(null, fn, ...args) for the default executor',
      );
    }
    assertOfThisCopy('The executor', runner);
    return new WrappedFuture(runner.submit(fn, ...(args as A)), this);
  }

  /**
   * The executor that `runInExecutor(null, …)` uses.
   *
   * @internal
   */
  getDefaultExecutor(): Executor {
    this.#checkClosed();
    return this.#defaultExecutor.get();
  }

  setDefaultExecutor(executor: Executor): void {
    this.#defaultExecutor.set(executor);
  }

  /**
   * Shuts the default executor down and waits for what it runs. It takes nothing from now on.
   *
   * Suspends      until its work is done and its threads have ended. With an executor of your own in a
   *               blocking loop it blocks, unless that has `whenEnded`
   *
   * @param timeoutMs - milliseconds, ≥ 0; then the exception handler is told and nobody waits any more;
   *   null and `Infinity` wait for ever
   */
  shutdownDefaultExecutor(timeoutMs: number | null = null): Future<void> {
    this.#checkClosed();
    if (timeoutMs !== null && !(timeoutMs >= 0)) {
      throw new ValueError(
        `shutdownDefaultExecutor() takes milliseconds ≥ 0, or null, got ${repr(timeoutMs)}`,
      );
    }
    return this.#defaultExecutor.shutDown(this, timeoutMs);
  }

  /** @param handler - null for the default one */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== 'function') {
      throw new TypeError(`A callable object or null is expected, got ${repr(handler)}`);
    }
    this.#exceptionHandler = handler;
  }

  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  /** What happens with an error while no handler is set: it is shown, with what is known of it. */
  defaultExceptionHandler(context: ExceptionContext): void {
    const environment = this.#environment;
    const text = showContext(context, (coroutine) => environment.nameOfCoroutine?.(coroutine));
    environment.reportError(text, context.exception);
  }

  /** Tells of an error that nobody else takes. Throws nothing but `SystemExit`, `KeyboardInterrupt`. */
  callExceptionHandler(context: ExceptionContext): void {
    if (typeof context !== 'object' || context === null) {
      throw new TypeError(
        `callExceptionHandler() takes a context, got ${repr(context)}; write ` +
          "loop.callExceptionHandler({ message: 'what went wrong', exception })",
      );
    }
    const known = recordsOrigins ? withOrigins(context, this.scheduler.current) : context;
    handleException(this, this.#exceptionHandler, known, (text, error) =>
      this.#environment.reportError(text, error),
    );
  }

  getDebug(): boolean {
    return this.scheduler.debug;
  }

  /**
   * Switches debug mode on or off; it begins on with `SKEINDEBUG=1` in the environment. Then reports say
   * where things were made, slow callbacks and blocking calls are told, and misuse is refused that
   * otherwise is not noticed: docs/debugging.md.
   */
  setDebug(enabled: boolean): void {
    this.scheduler.setDebug(enabled);
  }

  /** Milliseconds from which on debug mode calls a callback slow; 100 at first. */
  get slowCallbackDuration(): number {
    return this.scheduler.slowCallbackDuration;
  }

  set slowCallbackDuration(durationMs: number) {
    requireNumber(durationMs, 'slowCallbackDuration is a number of milliseconds');
    this.scheduler.slowCallbackDuration = durationMs;
  }

  toString(): string {
    return `<${this.constructor.name} running=${this.#running} closed=${this.isClosed()}>`;
  }

  /**
   * What every run checks before anything else. Touches no slot: a run that is refused must not
   * disturb the one that is under way.
   */
  protected checkCanRun(): void {
    this.#checkClosed();
    if (this.#running) {
      throw new RuntimeError('This event loop is already running');
    }
    const other = runningLoopOrNull();
    if (other !== null && other !== this) {
      throw new RuntimeError('Cannot run the event loop while another loop is running');
    }
  }

  protected beginRun(): void {
    this.#running = true;
  }

  protected endRun(): void {
    this.#running = false;
    this.scheduler.stopping = false;
    this.#selector.rest?.();
  }

  #callAt(
    whenMs: number,
    callback: Callback,
    args: readonly unknown[],
    asked: string,
  ): TimerHandle {
    const scheduler = this.scheduler;
    if (scheduler.closed) throw loopIsClosed();
    if (scheduler.debug) this.#checkCall(callback, asked);
    return scheduler.addTimer(whenMs, callback, args);
  }

  #checkCall(callback: unknown, asked: string): void {
    checkCallback(callback, asked);
    this.#checkLoop(asked);
  }

  /** In debug mode: what another loop runs must not reach into this one while that has a run. */
  #checkLoop(asked: string): void {
    const other = runningLoopOrNull();
    if (!this.#running || other === this) return;
    throw new RuntimeError(
      'Non-thread-safe operation invoked on an event loop other than the current one: ' +
        `${asked}() of ${this} was called while ${other} runs; use callSoonThreadsafe()`,
    );
  }

  #checkClosed(): void {
    if (this.isClosed()) throw loopIsClosed();
  }
}

function checkCallback(callback: unknown, asked: string): void {
  if (isCoroutine(callback) || isGeneratorFunction(callback)) {
    throw new TypeError(`coroutines cannot be used with ${asked}(); use createTask()`);
  }
  if (typeof callback !== 'function') {
    throw new TypeError(`a callable object was expected by ${asked}(), got ${repr(callback)}`);
  }
}

ofThisCopy(EventLoop);
staysHome(EventLoop, 'an event loop', 'it belongs to its thread; send loop.remote()');
