/**
 * Asynchronous work in synchronous code: what lint rules and plugins of formatters need, whose hosts call
 * them and want the result at once.
 *
 * The function runs in another thread, and the caller sleeps until it is through: nothing else can wait
 * for a promise without returning to the event loop. All of that is `pool.submit(fn, ...args).result()`;
 * what is added here is whose pool it is (`syncify-thread.ts`), and what becomes of a thread that takes
 * too long. It is ended, with everything it has begun: left alone it would stand in the way of the next
 * call, or answer it with what belongs to the last one.
 *
 * Nothing happens at definition: a plugin that defines syncified functions at the top level of its module
 * pays for a thread when a rule is first run.
 */
import { requireKnown } from '../core/arguments.ts';
import { noteBlocking } from '../core/blocking-calls.ts';
import { BrokenThreadPool, TimeoutError, ValueError } from '../core/exceptions.ts';
import type { ResultOf } from '../core/executor.ts';
import { nameOf, repr } from '../core/repr.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { abandonSyncifyPool, syncifyPool } from './syncify-thread.ts';
import type { ThreadPoolExecutor } from './thread-pool.ts';

export interface SyncifyOptions {
  /**
   * Milliseconds, > 0, that a call may take. Default `Infinity`. The first call starts a thread and
   * imports the function's module there, which counts.
   */
  readonly timeout?: number | undefined;
}

/**
 * Makes a synchronous function of an asynchronous one: each call has `fn` called in another thread, blocks
 * this thread until `fn` is through, and returns what it returned.
 *
 * ```ts
 * import { format } from 'prettier';
 * const formatSync = syncify(format);
 * const text: string = formatSync(source, { parser: 'babel' });
 * ```
 *
 * All syncified functions that a thread calls share one thread, which starts at the first call, keeps what
 * the modules keep, and does not keep the process alive.
 *
 * Thread  any. Call it at the top level or anywhere; the calls themselves are refused where a thread
 *   imports their module to find the function (`ERR_MAIN_GUARD`)
 *
 * The function that is returned throws what `fn` threw, with the stacks of both threads, and
 * - {TimeoutError} when the time ran out; the thread is ended, wherever it was, and the next call gets
 *   a new one
 * - {BrokenThreadPool} when the thread died in the call: `process.exit()`, no memory; likewise
 * - {FunctionReferenceError} when the thread cannot find `fn`: a closure, not exported, or its module throws
 * - {DataCloneError} when an argument or the result cannot cross; it is named
 * - {RuntimeError} `ERR_MAIN_GUARD` as said; `ERR_SYNCIFY_TOO_DEEP` when syncified functions call each
 *   other more than 16 levels deep
 *
 * @param fn - an exported function of a module, async, plain or a generator function, or one registered
 *   with `task()`; its arguments and result are copied, as by `ThreadPoolExecutor.submit`
 * @throws {TypeError} when `fn` is no function, the options are no object, or an option is not known
 * @throws {ValueError} when `timeout` is no number > 0
 */
export function syncify<A extends unknown[], R>(
  fn: (...args: A) => R,
  options: SyncifyOptions = {},
): (...args: A) => ResultOf<R> {
  const timeout = timeoutOf(fn, options);
  const name = nameOf(fn);
  const syncified = (...args: A): ResultOf<R> => {
    assertNotImporting(`call '${name}', which syncify() made synchronous,`);
    noteBlocking(`a call of '${name}', made synchronous by syncify(),`, 'await it instead');
    const pool = syncifyPool(name);
    return resultOf(pool, submit(pool, fn, args), name, timeout);
  };
  return Object.defineProperties(syncified, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
}

function submit<A extends unknown[], R>(
  pool: ThreadPoolExecutor,
  fn: (...args: A) => R,
  args: A,
): ConcurrentFuture<ResultOf<R>> {
  try {
    return pool.submit(fn, ...args);
  } catch (error) {
    // Its thread could not be started, time and again. Perhaps that was for want of something.
    if (error instanceof BrokenThreadPool) abandonSyncifyPool(pool);
    throw error;
  }
}

function resultOf<T>(
  pool: ThreadPoolExecutor,
  future: ConcurrentFuture<T>,
  name: string,
  timeout: number,
): T {
  try {
    return future.result(timeout);
  } catch (error) {
    if (future.done()) throw error; // what `fn` threw, perhaps a TimeoutError
    // Not begun: it stands behind a call that this one came into, from a callback. That one goes on.
    if (!future.cancel()) {
      future.addDoneCallback((lost) => lost.exception()); // nobody will ask what became of it
      abandonSyncifyPool(pool);
    }
    if (!(error instanceof TimeoutError)) throw error; // Ctrl-C
    throw new TimeoutError(
      `No result of '${name}' after ${timeout} ms. The thread that ran it is ended, and the next ` +
        'call gets a new one. Give it longer by syncify(fn, { timeout }), or less to do.',
    );
  }
}

function timeoutOf(fn: unknown, options: SyncifyOptions): number {
  if (typeof fn !== 'function') {
    throw new TypeError(
      `syncify() takes a function, got ${repr(fn)}. Give it the function itself, exported from its ` +
        "module: syncify(format), where it would be createSyncFn('./worker.js') elsewhere.",
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `syncify() takes options as an object, got ${repr(options)}. Write syncify(fn, { timeout: 5000 }).`,
    );
  }
  requireKnown(options, 'syncify', ['timeout']);
  const { timeout = Infinity } = options;
  if (typeof timeout === 'number' && timeout > 0) return timeout;
  throw new ValueError(
    `timeout must be a number > 0: syncify() takes milliseconds, got ${repr(timeout)}. ` +
      'Leave it out to wait as long as it takes.',
  );
}
