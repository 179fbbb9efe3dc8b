import type { Coroutine } from '../core/coroutine.ts';
import type { TaskSource } from '../core/ensure-future.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { gather } from '../core/gather.ts';
import { runningLoopOrNull } from '../core/running-loop.ts';
import { allTasks, currentTask, type Task } from '../core/task.ts';
import { newEventLoop, setEventLoop } from './default-loop.ts';
import type { NodeEventLoop } from './node-event-loop.ts';
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
  #isClosed = false;

  constructor({ debug, loopFactory }: RunnerOptions<L> = {}) {
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
   * @throws {RuntimeError} when a loop runs in this thread, or the runner is closed
   * @throws what `main` throws
   */
  run<T>(main: TaskSource<T>): ByLoop<L, T> {
    if (runningLoopOrNull() !== null) {
      throw new RuntimeError(
        'Runner.run() cannot be called from a running event loop; wait for the coroutine with ' +
          'yield* or await',
      );
    }
    return this.getLoop().runUntilComplete(main) as ByLoop<L, T>;
  }

  /**
   * Cancels the tasks that are left and waits for them, shuts the default executor down, and closes
   * the loop. A second call does nothing. With a loop that Node turns it gives a promise.
   */
  close(): ByLoop<L, void> {
    const loop = this.#isClosed ? undefined : this.#loop;
    this.#isClosed = true;
    if (loop === undefined) return undefined as ByLoop<L, void>;
    return finish(
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
function finish(work: () => void | Promise<void>, after: () => void): void | Promise<void> {
  let working: void | Promise<void>;
  try {
    working = work();
  } catch (error) {
    after();
    throw error;
  }
  if (working !== undefined) return working.finally(after);
  after();
  return undefined;
}

/** What has to be done in a loop before it is closed (rule 82). */
function* cleanUp(loop: EventLoop): Coroutine<void> {
  const leftovers = [...allTasks(loop)].filter((task) => task !== currentTask());
  for (const task of leftovers) task.cancel();
  if (leftovers.length > 0) {
    yield* gather(...leftovers, { returnExceptions: true });
    reportFailures(loop, leftovers);
  }
  yield* loop.shutdownDefaultExecutor();
}

function reportFailures(loop: EventLoop, tasks: readonly Task<unknown>[]): void {
  for (const task of tasks) {
    if (task.cancelled()) continue;
    const exception = task.exception();
    if (exception === null) continue;
    const message = 'unhandled exception during run() shutdown';
    loop.callExceptionHandler({ message, exception, future: task });
  }
}
