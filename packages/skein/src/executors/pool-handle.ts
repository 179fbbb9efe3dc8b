import type { ResultOf } from '../core/executor.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import type { JobOptions } from './submit-options.ts';

/** A pool as what submits to it for somebody sees it: a view, a map, a stream. */
export interface PoolHandle {
  /** Whether its tasks are run by child processes. */
  inProcesses(): boolean;
  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: JobOptions | null,
  ): ConcurrentFuture<ResultOf<R>>;
  /** @throws what `submit` throws of a pool that takes nothing now: it is shut down or broken, or its queue is full */
  checkOpen(): void;
  /** How many tasks may wait in its queue; `Infinity` = as many as like. */
  maxQueue(): number;
  /** A future that is done when there is room in its queue. */
  ready(): ConcurrentFuture<void>;
}
