import { BrokenThreadPool } from '../core/exceptions.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { terminateThreads } from '../threading/start-thread.ts';
import { PoolExecutor } from './pool-executor.ts';
import type { PoolAddress, PoolKind } from './pool-handle.ts';
import { threadPoolSettings, type ThreadPoolExecutorOptions } from './pool-options.ts';

const threads: PoolKind = {
  entry: 'pool-worker-main.js',
  inProcesses: false,
  broken: (message) => new BrokenThreadPool(message),
};

/**
 * A pool of threads.
 *
 * @see CPython Lib/concurrent/futures/thread.py, ThreadPoolExecutor
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- initargs follow the initializer
export class ThreadPoolExecutor<I extends unknown[] = unknown[]> extends PoolExecutor {
  /**
   * @throws {ValueError} when a number makes no sense
   * @throws {TypeError} when the options are no object, or one is not known, or `initargs` is no array
   * @throws {FunctionReferenceError} when the initializer cannot be found from another thread
   */
  constructor(options: ThreadPoolExecutorOptions<I> = {} as ThreadPoolExecutorOptions<I>) {
    super(threads, threadPoolSettings(options));
  }

  /**
   * Ends all threads of the pool at once, wherever they are. Their tasks fail with
   * `BrokenThreadPool`; queued tasks are done by new threads.
   *
   * Differs from Python's `ProcessPoolExecutor.terminate_workers`, which shuts the pool down too.
   */
  override terminateWorkers(): void {
    terminateThreads(this.workers().threads);
  }
}

shareClass(
  ThreadPoolExecutor,
  'skein.thread-pool',
  (executor) => PoolExecutor.addressOf(executor),
  (address: PoolAddress) =>
    PoolExecutor.lead(new ThreadPoolExecutor({ threadNamePrefix: '' }), address),
);
