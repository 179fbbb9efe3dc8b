import type { AsyncBody } from './async-body.ts';
import {
  captureContext,
  Context,
  contextsInUse,
  enterContext,
  leaveFirstContext,
} from './context.ts';
import { type Coroutine, isCoroutine, type Suspension } from './coroutine.ts';
import type { FrameCallGraphEntry } from './coroutine-frames.ts';
import type { EventLoop } from './event-loop.ts';
import { CancelledError, InvalidStateError, RuntimeError, tunnels } from './exceptions.ts';
import type { AbortSignalLike } from './abort.ts';
import { addWaiter, claimSuspension, failureOf, Future, leaveBehind, type Step } from './future.ts';
import { instrument } from './instruments.ts';
import type { Runnable } from './ready-queue.ts';
import { watchUntilAwaited } from './never-awaited.ts';
import { recordsOrigins } from './origins.ts';
import { otherCopyError } from './copies.ts';
import { repr } from './repr.ts';
import { getRunningLoop, runningLoopOrNull } from './running-loop.ts';
import { leaveWaits } from './promise-of.ts';
import { checkSignal, TaskAbort } from './task-abort.ts';
import {
  formatStack,
  type PrintStackOptions,
  type StackOptions,
  stackOfTask,
} from './task-stack.ts';

/*
 * A future that drives a coroutine.
 *
 * A task that is not done is in exactly one of three places:
 *
 *     READY      in the ready queue of its loop        (#waitsFor is null)
 *     RUNNING    its step runs: it is the current task (#waitsFor is null)
 *     WAITING    among the waiters of a future         (#waitsFor is that future)
 *
 *     constructor --> READY --run()--> RUNNING --yield* pending--> WAITING --future is done--> READY
 *                                         |---- bare yield ----> READY
 *                                         `---- return, throw -> done
 *
 * Whoever moves it: `run` takes it out of READY and puts it into the next place; the future that it
 * waits for moves it from WAITING to READY. `cancel` moves nothing: it cancels the future that the
 * task waits for, or leaves a note that the next step finds.
 *
 * To resume a coroutine is `next()`: the iterator of the future in it looks at the future again and
 * gives its value, or throws its error, at the place of the `yield*`. Only a cancellation is thrown
 * in from here. A coroutine is never ended by `return()`: a `yield*` in a `finally` would revive it.
 *
 * @see CPython 3.14 Lib/asyncio/tasks.py, Task
 */

let created = 0;

/** Where a coroutine holds the task that drives it: two drivers would wake each other's waits. */
const driver: unique symbol = Symbol('task');

interface Driven {
  [driver]?: Task<unknown>;
}

/** Tasks whose waits are being cancelled now: one that is met again waits for itself, through others. */
let beingCancelled: Set<Task<unknown>> = new Set();

/** What a task can be given beside its coroutine. */
export interface TaskOptions {
  /** For messages; by default `Task-N`. */
  readonly name?: string | undefined;
  /**
   * Run the first step at once, inside of this call; a task that ends in it is done when the call
   * returns. Only in the loop that runs, and only a coroutine: an async function begins in the next
   * iteration all the same. Default false.
   */
  readonly eagerStart?: boolean | undefined;
  /** Cancels the task when it is aborted, with the reason as the message. */
  readonly signal?: AbortSignal | undefined;
  /** What the task runs in, also what it sets; by default a copy of the current context. */
  readonly context?: Context | undefined;
}

/** A cancellation that waits to be delivered, a misuse of which the coroutine is told, or both. */
class ToThrow {
  isCancellation: boolean = false;
  message: string | undefined;
  /** Thrown when there is no cancellation, or that is taken back. */
  misuse: RuntimeError | undefined;

  constructor(misuse?: RuntimeError) {
    this.misuse = misuse;
  }
}

export class Task<T> extends Future<T> implements Runnable {
  /**
   * What is known about the async function that the task drives, if it does.
   *
   * @internal
   */
  asyncBody: AsyncBody<unknown> | null = null;

  /**
   * The neighbours in the list of the loop's tasks.
   *
   * @internal
   */
  older: Task<unknown> | null = null;
  /** @internal */
  younger: Task<unknown> | null = null;

  /**
   * What the coroutine runs in; null for an empty one, which is made when it is needed.
   *
   * @internal
   */
  context: Context | null;

  /** Null when the task ended in its eager first step. */
  #coroutine: Coroutine<T> | null;
  /** The number of the task until somebody asks for its name. */
  #name: string | number;
  #waitsFor: Future<unknown> | null = null;
  #cancelRequests: number = 0;
  /** What the next step throws into the coroutine. */
  #toThrow: ToThrow | null = null;
  #abort: TaskAbort | null = null;

  /**
   * Schedules the first step of `coroutine` for the next iteration of `loop`.
   *
   * @throws {RuntimeError} when another task drives the coroutine, or has
   */
  constructor(coroutine: Coroutine<T>, loop: EventLoop = getRunningLoop(), options?: TaskOptions) {
    super(loop);
    if (typeof (coroutine as Coroutine<T> | null | undefined)?.next !== 'function') {
      throw new TypeError(
        `a coroutine was expected, got ${repr(coroutine)}; loop.createTask() takes other things, too`,
      );
    }
    const followed =
      options?.signal === undefined
        ? null
        : checkSignal(options.signal, 'the option signal of a task');
    takeOver(coroutine, this);
    this.#coroutine = coroutine;
    created++;
    this.#name = options?.name === undefined ? created : asName(options.name);
    const scheduler = loop.scheduler;
    this.context = options?.context ?? captureContext(scheduler.runsAsyncFunctions);
    const isEager = options?.eagerStart === true && loop === runningLoopOrNull();
    if (!isEager) scheduler.enqueue(this);
    scheduler.tasks.add(this);
    if (instrument !== null) instrument.taskCreated(this);
    if (followed !== null) this.#follow(followed);
    if (isEager) this.#startEagerly();
  }

  getName(): string {
    if (typeof this.#name === 'number') this.#name = `Task-${this.#name}`;
    return this.#name;
  }

  setName(name: string): void {
    this.#name = asName(name);
  }

  /** The context that the task runs in. */
  getContext(): Context {
    return (this.context ??= new Context());
  }

  /** What the task drives; null when it ended in its eager first step. */
  getCoro(): Coroutine<T> | null {
    return this.#coroutine;
  }

  /** The future that the task waits for now, or null when it is ready, running or done. */
  getWaiter(): Future<unknown> | null {
    return this.#waitsFor;
  }

  /**
   * The functions that the task waits in, outermost first; of a task that has failed, those in which
   * its error was made. None of one that is ready, running, or done otherwise.
   *
   * @see CPython 3.14 Lib/asyncio/tasks.py, Task.get_stack
   */
  getStack({ limit = null }: StackOptions = {}): FrameCallGraphEntry[] {
    return stackOfTask(this, failureOf(this), limit);
  }

  /**
   * Prints what `getStack` gives, and the error of a task that has failed.
   *
   * @see CPython 3.14 Lib/asyncio/tasks.py, Task.print_stack
   */
  printStack({ limit = null, file }: PrintStackOptions = {}): void {
    const failure = failureOf(this);
    const text = formatStack(this, failure, stackOfTask(this, failure, limit));
    if (file === undefined || file === null) this.getLoop().scheduler.warn(text);
    else file.write(`${text}\n`);
  }

  /**
   * A signal that is aborted when the task is asked to give up, for what knows signals and not tasks:
   * `fetch(url, { signal: task.signal })`. Its reason is a `CancelledError`. After a request that was
   * taken back by `uncancel`, as a timeout does, it is a new one.
   */
  get signal(): AbortSignal {
    const abort = (this.#abort ??= new TaskAbort());
    const reason =
      this.#cancelRequests > 0 ? new CancelledError(this.#toThrow?.message) : undefined;
    return abort.signal(this.getLoop().scheduler.makeAbortController, reason);
  }

  /**
   * Asks the task to give up: a `CancelledError` is thrown into its coroutine where that waits, or
   * at its next wait. The coroutine may clean up, and it may refuse.
   *
   * @param message - becomes the message of the `CancelledError`
   * @returns false when the task is done already
   */
  override cancel(message?: string): boolean {
    if (this.done()) return super.cancel();
    if (beingCancelled.has(this)) return this.#leaveCircle(message);
    this.#cancelRequests++;
    if (this.#abort !== null) this.#tellListeners(this.#abort, message);
    // Cancelling what it waits for wakes the task, and its wait throws. One that is done already
    // has woken the task, and the cancellation wins over its result.
    if (this.#waitsFor === null || !this.#cancelWait(this.#waitsFor, message)) {
      this.#cancelAtNextStep(message);
    }
    return true;
  }

  /** What listens to the signal may cancel other tasks, and is no part of a way round. */
  #tellListeners(abort: TaskAbort, message: string | undefined): void {
    const outer = beingCancelled;
    beingCancelled = new Set();
    try {
      abort.cancelled(new CancelledError(message));
    } finally {
      beingCancelled = outer;
    }
  }

  #cancelWait(future: Future<unknown>, message: string | undefined): boolean {
    beingCancelled.add(this);
    try {
      return future.cancel(message);
    } finally {
      beingCancelled.delete(this);
    }
  }

  #cancelAtNextStep(message: string | undefined): void {
    this.#toThrow ??= new ToThrow();
    this.#toThrow.isCancellation = true;
    this.#toThrow.message = message;
  }

  /** What the task waits for waits for the task: it stops to wait, and then all the others can end. */
  #leaveCircle(message: string | undefined): true {
    const waitsFor = this.#waitsFor;
    // An async function hears of it where it stands.
    if (this.asyncBody !== null && waitsFor === this.asyncBody) {
      leaveWaits(this.asyncBody, new CancelledError(message));
      return true;
    }
    if (waitsFor !== null) {
      leaveBehind(waitsFor, this);
      this.#waitsFor = null;
      this.#again();
    }
    this.#cancelAtNextStep(message);
    return true;
  }

  /** How often the task was asked to give up, less the `uncancel` calls. */
  cancelling(): number {
    return this.#cancelRequests;
  }

  /**
   * Takes one request to give up back; for whoever asked, and has handled it.
   *
   * @returns how many are left; at 0 a cancellation that was not delivered yet is forgotten
   */
  uncancel(): number {
    if (this.#cancelRequests > 0) {
      this.#cancelRequests--;
      if (this.#cancelRequests === 0) {
        this.takeCancellation();
        this.#abort?.uncancelled();
      }
    }
    return this.#cancelRequests;
  }

  /** @throws {RuntimeError} always: the coroutine decides what a task results in */
  override setResult(_value: T): never {
    throw new RuntimeError('Task does not support setResult(): its coroutine returns the result');
  }

  /** @throws {RuntimeError} always: the coroutine decides what a task fails with */
  override setException(_error: unknown): never {
    throw new RuntimeError('Task does not support setException(): use cancel()');
  }

  /**
   * One step: resumes the coroutine until it suspends or ends. The loop does this.
   *
   * @internal
   */
  run(): void {
    if (this.done()) throw new InvalidStateError(`step of ${this}, which is done already`);
    const scheduler = this.getLoop().scheduler;
    if (this.#toThrow !== null) this.#preferCancellationOf(this.#waitsFor);
    this.#waitsFor = null;
    const outer = scheduler.currentTask; // not null when the first step is eager
    scheduler.currentTask = this;
    if (instrument !== null) instrument.stepBegan(this);
    const coroutine = this.#coroutine as Coroutine<T>;
    let step: IteratorResult<Suspension, T>;
    try {
      step =
        this.#toThrow === null
          ? coroutine.next()
          : coroutine.throw(this.#takeWhatToThrow(this.#toThrow));
    } catch (error) {
      scheduler.currentTask = outer;
      this.#fail(error);
      return;
    }
    scheduler.currentTask = outer;
    if (step.done === true) this.#finish(step.value);
    else this.#suspend(step);
  }

  /**
   * The cancellation that waits to be delivered, which counts as delivered then; or null.
   *
   * @internal
   */
  takeCancellation(): CancelledError | null {
    const toThrow = this.#toThrow;
    if (toThrow === null || !toThrow.isCancellation) return null;
    const { message, misuse } = toThrow;
    this.#toThrow = misuse === undefined ? null : new ToThrow(misuse);
    return new CancelledError(message);
  }

  /**
   * Cancels a future for which the task begins to wait, when a cancellation waits to be delivered. It
   * goes on waiting for that when the future cannot be cancelled.
   *
   * @internal
   */
  cancelNextWait(future: Future<unknown>): void {
    const toThrow = this.#toThrow;
    if (toThrow === null || !toThrow.isCancellation) return;
    if (future.cancel(toThrow.message)) this.takeCancellation();
  }

  protected override describe(): string {
    const waitsFor = this.#waitsFor === null ? '' : ` waitsFor=${inShort(this.#waitsFor)}`;
    const cancelling = this.#cancelRequests > 0 && !this.done() ? ' cancelling' : '';
    return `${super.describe()}${cancelling} name=${repr(this.getName())}${waitsFor}`;
  }

  /** If what the task waited for was cancelled, that error is thrown, with its message. */
  #preferCancellationOf(waited: Future<unknown> | null): void {
    if (waited === null) return;
    const isCancellation = waited.cancelled() || waited.exception() instanceof CancelledError;
    if (isCancellation) this.takeCancellation();
  }

  #takeWhatToThrow({ isCancellation, message, misuse }: ToThrow): unknown {
    this.#toThrow = null;
    return isCancellation ? new CancelledError(message) : misuse;
  }

  #suspend(step: IteratorYieldResult<Suspension>): void {
    const suspension = step.value;
    if (suspension === undefined) {
      this.#again();
      if (instrument !== null) this.#tellThatItWaits(undefined);
      return;
    }
    const misuse = this.#misuseOf(suspension, step);
    if (misuse !== undefined) {
      this.#toThrow ??= new ToThrow();
      this.#toThrow.misuse = misuse;
      this.#again();
      if (instrument !== null) this.#tellThatItWaits(undefined);
      return;
    }
    this.#waitsFor = suspension;
    addWaiter(suspension, this);
    if (instrument !== null) this.#tellThatItWaits(suspension);
    this.cancelNextWait(suspension);
  }

  /** The first step, while whoever makes the task waits. */
  #startEagerly(): void {
    if (contextsInUse) {
      enterContext(this.getContext(), () => this.run());
    } else {
      this.run();
      if (contextsInUse) leaveFirstContext();
    }
    if (this.done()) this.#coroutine = null;
  }

  #follow(signal: AbortSignalLike): void {
    this.#abort ??= new TaskAbort();
    this.#abort.follow(signal, (message) => this.cancel(message));
  }

  #again(): void {
    const scheduler = this.getLoop().scheduler;
    if (!scheduler.closed) scheduler.enqueue(this);
  }

  /** What is wrong with waiting for `suspension`; undefined when nothing is. */
  #misuseOf(suspension: unknown, step: Step): RuntimeError | undefined {
    if (!(suspension instanceof Future)) {
      return (
        otherCopyError(`What task ${this} waits for`, suspension) ??
        new RuntimeError(
          `Task got bad yield: ${repr(suspension)}. A coroutine waits with yield* on a future, a ` +
            'task or a coroutine; a bare yield lets the others run once',
        )
      );
    }
    const awaited = claimSuspension(suspension, step);
    if (suspension.getLoop() !== this.getLoop()) {
      return new RuntimeError(
        `Task ${this} got Future ${suspension} attached to a different loop; a future is awaited ` +
          'in the loop that it was made for',
      );
    }
    if (!awaited) {
      return new RuntimeError(
        `yield was used instead of yield* in task ${this} with ${suspension}`,
      );
    }
    if ((suspension as unknown) === this) {
      return new RuntimeError(`Task cannot await on itself: ${this}`);
    }
    return undefined;
  }

  #finish(value: T): void {
    const cancellation = this.takeCancellation();
    if (cancellation !== null) this.setCancelled(cancellation);
    else super.setResult(value);
    if (recordsOrigins && isCoroutine(value)) watchUntilAwaited(value, this);
    this.#leave();
  }

  #fail(error: unknown): void {
    if (error instanceof CancelledError) this.setCancelled(error);
    else super.setException(error);
    this.#leave();
    if (tunnels(error)) throw error;
  }

  #leave(): void {
    this.#toThrow = null;
    this.#abort?.end();
    this.getLoop().scheduler.tasks.remove(this);
    if (instrument !== null) {
      instrument.stepEnded(this);
      instrument.taskDone(this);
    }
  }

  #tellThatItWaits(future: Future<unknown> | undefined): void {
    instrument?.stepEnded(this);
    instrument?.waitsFor(this, future);
  }
}

/** As in CPython, a number will do, too. */
const asName = (name: string | number): string => String(name);

/** A future without what it waits for in its turn: that may be a long row, or a circle. */
function inShort(future: Future<unknown>): string {
  return future instanceof Task ? `<Task name=${repr(future.getName())}>` : String(future);
}

/** Whether `x` is a coroutine that a task drives, or has driven. */
export function hasDriver(x: unknown): boolean {
  return (x as Driven | null | undefined)?.[driver] !== undefined;
}

function takeOver(coroutine: Coroutine<unknown> & Driven, task: Task<unknown>): void {
  const other = coroutine[driver];
  if (other !== undefined) {
    throw new RuntimeError(
      `coroutine is being awaited already, by ${other}. Call the generator function again for ` +
        'another run, or wait for that task',
    );
  }
  coroutine[driver] = task;
}
