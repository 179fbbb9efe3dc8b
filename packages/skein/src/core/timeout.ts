import { type Body, outsideTask, runBody } from './body.ts';
import type { Coroutine } from './coroutine.ts';
import { CancelledError, RuntimeError, TimeoutError, ValueError } from './exceptions.ts';
import type { Handle } from './handle.ts';
import { Operation } from './operation.ts';
import { repr } from './repr.ts';
import { getRunningLoop } from './running-loop.ts';
import { staysHome } from './stays-home.ts';
import { currentTask } from './current-task.ts';
import type { Task } from './task.ts';

/*
 * A deadline for a part of a task.
 *
 *     CREATED --run--> ACTIVE --body ends--> FINISHED
 *                        |
 *                        `--deadline--> EXPIRING --body ends--> EXPIRED
 *
 * At the deadline the task is cancelled, and where the cancellation leaves the body it turns into a
 * `TimeoutError`. But somebody else may cancel the same task in the same moment, and that must not be
 * swallowed. A `CancelledError` does not say from whom it is; the task's count of requests does. So
 * every scope that cancels its own task keeps this protocol:
 *
 *   1. it notes `cancelling()` when it begins;
 *   2. for each `cancel()` of its own it calls `uncancel()` once, when it ends;
 *   3. only when the count is back at what was noted the cancellation was its own alone, and may be
 *      turned into something else.
 *
 * A body that swallows the cancellation has used up its time and has a value all the same: that is
 * what it ends with, and `expired()` tells.
 *
 * Differs: CPython puts a TimeoutError into the chain of errors that came up while the cancellation
 * was handled; errors in JavaScript have no such chain.
 *
 * @see CPython 3.14 Lib/asyncio/timeouts.py
 */

type State = 'created' | 'active' | 'expiring' | 'expired' | 'finished';

/** What `timeout` and `timeoutAt` do, for a scope that is new. */
let runInside: <T>(scope: Timeout, body: Body<[scope: Timeout], T>) => Coroutine<T>;

/**
 * A deadline, as `timeout` gives it to its body. Serves once.
 *
 * Thread        loop thread only
 */
export class Timeout {
  #when: number | null;
  #state: State = 'created';
  #task: Task<unknown> | null = null;
  /** How many requests to give up the task had before. */
  #requestsBefore: number = 0;
  #alarm: Handle | null = null;
  readonly #onDeadline: () => void = () => this.#expire();

  static {
    runInside = (scope, body) => scope.#run(body);
  }

  /** @param whenMs - milliseconds of `loop.time()`; null for no deadline */
  constructor(whenMs: number | null) {
    this.#when = checkMoment(whenMs);
  }

  /** The deadline in milliseconds of `loop.time()`, or null when there is none. */
  when(): number | null {
    return this.#when;
  }

  /**
   * Moves the deadline.
   *
   * @param whenMs - milliseconds of `loop.time()`; null takes the deadline away
   * @throws {RuntimeError} when the body does not run, or its time is up already
   */
  reschedule(whenMs: number | null): void {
    if (this.#state !== 'active' || this.#task === null) {
      throw new RuntimeError(
        this.#state === 'created'
          ? `Timeout has not been entered: ${this}; reschedule() is for its body`
          : `Cannot change state of ${this.#state} Timeout: its deadline has no effect any more`,
      );
    }
    this.#when = checkMoment(whenMs);
    this.#alarm?.cancel();
    this.#alarm = null;
    if (whenMs === null || whenMs === Infinity) return;
    const loop = this.#task.getLoop();
    this.#alarm =
      whenMs <= loop.time()
        ? loop.callSoon(this.#onDeadline)
        : loop.callAt(whenMs, this.#onDeadline);
  }

  /** Whether the deadline has passed while the body ran. */
  expired(): boolean {
    return this.#state === 'expiring' || this.#state === 'expired';
  }

  /**
   * Runs `body` under this deadline; `timeout` and `timeoutAt` are shorter.
   *
   * Suspends      where the body does
   * Cancellation  is the body's; rethrown unless the deadline was its only cause
   *
   * @throws {TimeoutError} when the body was cancelled because of the deadline
   * @throws {RuntimeError} when this was used before, or outside of a task
   */
  run<T>(body: Body<[scope: Timeout], T>): Operation<T> {
    return new Operation(() => this.#run(body));
  }

  toString(): string {
    const deadline = this.#state === 'active' ? ` when=${this.#when}` : '';
    return `<Timeout [${this.#state}]${deadline}>`;
  }

  *#run<T>(body: Body<[scope: Timeout], T>): Coroutine<T> {
    this.#enter();
    let value: T;
    try {
      value = yield* runBody('Timeout', body, this);
    } catch (error) {
      if (this.#leave() && error instanceof CancelledError) {
        throw new TimeoutError('the body was not done at its deadline, and was cancelled', {
          cause: error,
        });
      }
      throw error;
    }
    this.#leave();
    return value;
  }

  #enter(): void {
    if (this.#state !== 'created') {
      throw new RuntimeError(
        `Timeout has already been entered: ${this}; make a new one for each use`,
      );
    }
    const task = currentTask();
    if (task === null) throw outsideTask('Timeout should be used inside a task');
    this.#state = 'active';
    this.#task = task;
    this.#requestsBefore = task.cancelling();
    this.reschedule(this.#when);
  }

  /** @returns whether a cancellation that leaves the body now is due to the deadline alone */
  #leave(): boolean {
    this.#alarm?.cancel();
    this.#alarm = null;
    if (this.#state === 'active') {
      this.#state = 'finished';
      return false;
    }
    this.#state = 'expired';
    return (this.#task as Task<unknown>).uncancel() <= this.#requestsBefore;
  }

  #expire(): void {
    this.#alarm = null;
    this.#state = 'expiring';
    this.#task?.cancel();
  }
}

/**
 * Runs `body`, and cancels it when it takes longer than `delayMs`. The time runs from this call on.
 *
 *     const page = yield* timeout(500, function* () { … });
 *
 * Suspends      where the body does; a body that never suspends is never interrupted
 * Cancellation  is the body's; rethrown unless the deadline was its only cause
 * Thread        loop thread only
 *
 * @param delayMs - milliseconds; 0 and below interrupt the first wait that suspends; null and
 *   `Infinity` never do
 * @param body - is given the `Timeout`; runs in the task that waits
 * @throws {TimeoutError} when the body was cancelled because of the deadline; the cleanup of the body
 *   is over then
 * @throws {ValueError} when `delayMs` is neither a number nor null
 * @see CPython 3.14 Lib/asyncio/timeouts.py, timeout
 */
export function timeout<T>(delayMs: number | null, body: Body<[scope: Timeout], T>): Operation<T> {
  checkMoment(delayMs);
  return timeoutAt(delayMs === null ? null : getRunningLoop().time() + delayMs, body);
}

/**
 * As `timeout`, with the moment of the deadline.
 *
 * @param whenMs - milliseconds of `loop.time()`; null and `Infinity` for no deadline
 * @see CPython 3.14 Lib/asyncio/timeouts.py, timeout_at
 */
export function timeoutAt<T>(whenMs: number | null, body: Body<[scope: Timeout], T>): Operation<T> {
  checkMoment(whenMs);
  return new Operation(() => runInside(new Timeout(whenMs), body));
}

function checkMoment(whenMs: number | null): number | null {
  if (whenMs !== null && (typeof whenMs !== 'number' || Number.isNaN(whenMs))) {
    const found = repr(whenMs);
    throw new ValueError(
      `Invalid time for a timeout: ${found}; give milliseconds, or null for none`,
    );
  }
  return whenMs;
}

staysHome(Timeout, 'a timeout', 'it belongs to a task of its loop; send a number of milliseconds');
