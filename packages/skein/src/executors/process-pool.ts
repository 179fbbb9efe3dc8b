import { BrokenProcessPool } from '../core/exceptions.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { endChildren } from '../threading/children.ts';
import { PoolExecutor } from './pool-executor.ts';
import type { PoolAddress, PoolKind } from './pool-handle.ts';
import { processPoolSettings, type ProcessPoolExecutorOptions } from './process-pool-options.ts';

const processes: PoolKind = {
  entry: 'process-worker-main.js',
  inProcesses: true,
  broken: (message) => new BrokenProcessPool(message),
};

/**
 * The same pool over child processes: what takes a whole process down, a crash in native code,
 * `process.abort()`, takes one task along and nothing else. What is sent is copied, and nothing is shared.
 *
 * ```ts
 * using pool = new ProcessPoolExecutor({ maxWorkers: 2 });
 * pool.submit(decodeWithAddon, bytes).result(); // or BrokenProcessPool: … was killed by signal SIGSEGV
 * ```
 *
 * Each child has one thread of this process that looks after it. It takes 100 to 200 ms to come up.
 *
 * @see CPython Lib/concurrent/futures/process.py, ProcessPoolExecutor
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- initargs follow the initializer
export class ProcessPoolExecutor<I extends unknown[] = unknown[]> extends PoolExecutor {
  /**
   * @throws {ValueError} when a number makes no sense, or `cwd` is no folder
   * @throws {TypeError} when the options are no object, or one is not known, or `initargs` is no array
   * @throws {FunctionReferenceError} when the initializer cannot be found from another process
   * @throws {DataCloneError} when one of `initargs` cannot cross to another process
   */
  constructor(options: ProcessPoolExecutorOptions<I> = {} as ProcessPoolExecutorOptions<I>) {
    super(processes, processPoolSettings(options));
  }

  /**
   * Sends all processes of the pool the signal SIGTERM, which ends them at once unless a task has set up
   * something else. Their tasks fail with `BrokenProcessPool`; queued tasks are done by new processes.
   *
   * Differs from Python's `terminate_workers`, which shuts the pool down too.
   */
  override terminateWorkers(): void {
    const { words, threads } = this.workers();
    endChildren(words, threads, 'SIGTERM');
  }

  /** The same by SIGKILL, which nothing can keep a process from following. */
  killWorkers(): void {
    const { words, threads } = this.workers();
    endChildren(words, threads, 'SIGKILL');
  }
}

shareClass(
  ProcessPoolExecutor,
  'skein.process-pool',
  (executor) => PoolExecutor.addressOf(executor),
  (address: PoolAddress) => PoolExecutor.lead(new ProcessPoolExecutor(), address),
);
