import { repr } from '../core/repr.ts';
import { requireOptions } from '../core/arguments.ts';
import type { Coroutine } from '../core/coroutine.ts';
import type { TaskSource } from '../core/ensure-future.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { gather } from '../core/gather.ts';
import { type Context, copyContext } from '../core/context.ts';
import { Future, hasFailed } from '../core/future.ts';
import { runningLoopOrNull } from '../core/running-loop.ts';
import { allTasks, currentTask } from '../core/current-task.ts';
import type { Task } from '../core/task.ts';
import { newEventLoop, setEventLoop } from './default-loop.ts';
import { runUntilInterrupted } from './interrupt.ts';
import { NodeEventLoop } from './node-event-loop.ts';
import type { SelectorEventLoop } from './selector-event-loop.ts';

export interface RunnerOptions<L extends EventLoop> {
  /** As `loop.setDebug`. */
  readonly debug?: boolean | undefined;
  /**
   * Makes the loop. Then the thread's current loop is left alone; without it, the loop is a blocking
   * one, and the current loop of the thread until the runner is closed.
   */
  readonly loopFactory?: (() => L) | undefined;
}

/** What a call to the loop gives: a promise when Node turns the loop. */
export type ByLoop<L extends EventLoop, T> = L extends SelectorEventLoop ? T : Promise<T>;

/**
 * Runs several programs one after the other in one loop, and cleans up in the end.
 *
 * ```ts
 * using runner = new Runner();
 * runner.run(prepare);
 * const result = runner.run(main);
 * ```
 *
 * The loop is made when it is first needed.
 *
 * @see CPython 3.14 Lib/asyncio/runners.py, Runner
 */
export class Runner<L extends SelectorEventLoop | NodeEventLoop = SelectorEventLoop>
  implements Disposable, AsyncDisposable
{
  readonly #debug: boolean | undefined;
  readonly #makeLoop: (() => L) | undefined;
  #loop: L | undefined;
  /** What all runs have in common. */
  #context: Context | undefined;
  #isClosed = false;

  constructor(options: RunnerOptions<L> = {}) {
    requireOptions(options, 'new Runner', '{ debug: true }');
    const { debug, loopFactory } = options;
    if (loopFactory !== undefined && typeof loopFactory !== 'function') {
      throw new TypeError(
        `loopFactory takes a function that makes a loop, got ${repr(loopFactory)}; write ` +
          '{ loopFactory: () => new NodeEventLoop() }',
      );
    }
    this.#debug = debug;
    this.#makeLoop = loopFactory;
  }

  /**
   * The loop; it is made if it was not needed before.
   *
   * @throws {RuntimeError} when the runner is closed
   */
  getLoop(): L {
    if (this.#isClosed) throw new RuntimeError('Runner is closed; make another one');
    return (this.#loop ??= this.#begin());
  }

  /**
   * Runs a coroutine, or a function that makes one, in the loop, and gives its result. With a loop
   * that Node turns also an async function; what comes back is a promise then.
   *
   * What context variables a run sets the next one finds. With a loop that Node turns, in the main
   * thread, Ctrl-C cancels the task of `main`; a second one ends the run at once.
   *
   * @param options.context - instead of the context that the runs share
   * @throws {RuntimeError} when a loop runs in this thread, or the runner is closed
   * @throws {KeyboardInterrupt} after Ctrl-C
   * @throws what `main` throws
   */
  run<T>(main: TaskSource<T>, options?: { readonly context?: Context | undefined }): ByLoop<L, T> {
    if (runningLoopOrNull() !== null) {
      throw new RuntimeError(
        'Runner.run() cannot be called from a running event loop; wait for the coroutine with ' +
          'yield* or await',
      );
    }
    const loop = this.getLoop();
    if (main instanceof Future) return loop.runUntilComplete(main as Future<T>) as ByLoop<L, T>;
    const context = options?.context ?? (this.#context ??= copyContext());
    const task = loop.createTask(main, { context });
    return attempt(
      () =>
        loop instanceof NodeEventLoop
          ? runUntilInterrupted(loop, task)
          : loop.runUntilComplete(task),
      // The error that ended the run is the one to look at.
      () => void (task.done() && !task.cancelled() && task.exception()),
    ) as ByLoop<L, T>;
  }

  /**
   * Cancels the tasks that are left and waits for them, shuts the default executor down, and closes
   * the loop. A second call does nothing. With a loop that Node turns it gives a promise.
   */
  close(): ByLoop<L, void> {
    const loop = this.#isClosed ? undefined : this.#loop;
    this.#isClosed = true;
    if (loop === undefined) return undefined as ByLoop<L, void>;
    return attempt(
      () => loop.runUntilComplete(cleanUp(loop)),
      () => {
        if (this.#makeLoop === undefined) setEventLoop(null);
        loop.close();
      },
    ) as ByLoop<L, void>;
  }

  /** `close()`, at the end of a block with `using`. For a blocking loop. */
  [Symbol.dispose](): void {
    void this.close();
  }

  /** `close()`, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(): L {
    const loop = this.#makeLoop?.() ?? (newEventLoop() as L);
    if (this.#makeLoop === undefined) setEventLoop(loop);
    if (this.#debug !== undefined) loop.setDebug(this.#debug);
    return loop;
  }
}

/** Does the work and then what comes after it, whatever happened; work may give a promise. */
function attempt<T>(work: () => T | Promise<T>, after: () => void): T | Promise<T> {
  let working: T | Promise<T>;
  try {
    working = work();
  } catch (error) {
    after();
    throw error;
  }
  if (working instanceof Promise) return working.finally(after);
  after();
  return working;
}

/** How long the threads of the default executor may take to end. */
const PATIENCE_MS = 300_000;

/** What has to be done in a loop before it is closed (rule 82). */
function* cleanUp(loop: EventLoop): Coroutine<void> {
  const leftovers = [...allTasks(loop)].filter((task) => task !== currentTask());
  for (const task of leftovers) task.cancel();
  if (leftovers.length > 0) {
    yield* gather(...leftovers, { returnExceptions: true });
    reportFailures(loop, leftovers);
  }
  yield* loop.shutdownDefaultExecutor(PATIENCE_MS);
}

function reportFailures(loop: EventLoop, tasks: readonly Task<unknown>[]): void {
  for (const task of tasks) {
    if (!hasFailed(task)) continue;
    const exception = task.exception();
    const message = 'unhandled exception during run() shutdown';
    loop.callExceptionHandler({ message, exception, future: task });
  }
}
