import type { EventLoop } from './event-loop.ts';
import type { Future } from './future.ts';
import { makerOf, noteOrigin, originOf } from './origins.ts';
import { Overdue } from './overdue.ts';
import { runningLoopOrNull } from './running-loop.ts';

/*
 * Operations and coroutines that were made and never waited for: `sleep(10)` instead of
 * `yield* sleep(10)`. Nothing happens then, and nobody is told. In debug mode it is reported, at the
 * moments at which failures are that nobody looked at (unseen-failures.ts).
 *
 * Who waits for something asks it for its iterator, for `then`, or, if it is its own iterator, for
 * `next`. So what is watched gets properties of its own in front of these methods, which go away at
 * the first call of any.
 *
 * What is seen: every operation of Skein itself (`lock.acquire()`, `sleep()`, `queue.put()`,
 * `taskGroup()` …), and the coroutine that a task ends with. What is not: a coroutine of the user's that
 * nobody ever gave to Skein. The engine runs no code of ours when a generator function is called, and a
 * generator object does not tell from which function it is. See docs/debugging.md.
 */
export class NeverAwaited {
  readonly #loop: EventLoop;
  readonly #watched: Overdue<object> = new Overdue();
  readonly #onChange: () => void;

  constructor(loop: EventLoop, onChange: () => void) {
    this.#loop = loop;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#watched.size;
  }

  watch(made: object): void {
    this.#watched.add(made, this.#loop.time());
    if (this.#watched.size === 1) this.#onChange();
  }

  forget(made: object): void {
    if (this.#watched.delete(made) && this.#watched.size === 0) this.#onChange();
  }

  report(): void {
    for (const made of this.#watched) this.#report(made);
  }

  /** @returns milliseconds until the next one is overdue; `Infinity` when none is left */
  reportOverdue(patienceMs: number): number {
    for (const oldest of this.#watched) {
      const dueIn = this.#watched.dueIn(this.#loop.time(), patienceMs);
      if (dueIn > 0) return dueIn;
      this.#report(oldest);
    }
    return Infinity;
  }

  #report(made: object): void {
    this.forget(made);
    const task = returners.get(made);
    if (task !== undefined) {
      this.#loop.callExceptionHandler({
        message: 'the coroutine that a task has returned was never awaited; write return yield*',
        future: task,
      });
      return;
    }
    const frames = originOf(made);
    this.#loop.callExceptionHandler({
      message: `coroutine '${makerOf(made)}' was never awaited; write yield* or await in front of it`,
      ...(frames === undefined ? undefined : { sourceTraceback: frames }),
    });
  }
}

/** What somebody who waits for a thing calls first; what a task calls first of a coroutine. */
const WAYS_IN = [Symbol.iterator, 'then', 'next', 'throw', 'return'] as const;

const watchers = new WeakMap<object, NeverAwaited>();
/** The tasks that ended with a coroutine. */
const returners = new WeakMap<object, Future<unknown>>();

/**
 * Watches an operation that is being made, or a coroutine that was handed out, until somebody waits for
 * it. Only when the loop that runs is in debug mode.
 *
 * @param returnedBy - the task that a coroutine comes from; operations of Skein say themselves what they are
 */
export function watchUntilAwaited(made: object, returnedBy?: Future<unknown>): void {
  const loop = runningLoopOrNull();
  if (loop === null || !loop.scheduler.debug) return;
  if (returnedBy === undefined) noteOrigin(made);
  else returners.set(made, returnedBy);
  const { neverAwaited } = loop.scheduler.late;
  watchers.set(made, neverAwaited);
  neverAwaited.watch(made);
  const watched = made as Record<string | symbol, unknown>;
  for (const way of WAYS_IN) {
    const original = watched[way];
    if (typeof original !== 'function') continue;
    const value = function (this: unknown, ...args: unknown[]): unknown {
      noteAwaited(made);
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(made, way, { value, configurable: true, writable: true });
  }
}

/** Somebody waits for `made`, or will. */
export function noteAwaited(made: object): void {
  const watcher = watchers.get(made);
  if (watcher === undefined) return;
  watchers.delete(made);
  for (const way of WAYS_IN) delete (made as Record<string | symbol, unknown>)[way];
  watcher.forget(made);
}
