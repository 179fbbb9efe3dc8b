/**
 * A call in every thread of a pool, beside its tasks: to set a level of logging, to drop a cache.
 *
 * Each worker has a loop of its own, in which its async functions run; its handle stands in the thread
 * table. So this is a coroutine for each of these loops, and one future for all.
 */
import { isAsyncFunction, isCoroutine } from '../core/coroutine.ts';
import type { ResultOf } from '../core/executor.ts';
import { setRunningLoop } from '../core/running-loop.ts';
import {
  type ArgumentsApart,
  packArguments,
  unpackArguments,
} from '../crossing/arguments-apart.ts';
import { functionId, referenceById } from '../crossing/function-table.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import { registerTask } from '../crossing/task.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { run } from '../loops/run.ts';
import { LoopHandle } from '../loops/remote-loop.ts';
import { load } from '../shared/atomics.ts';
import { LOOP, loopAt, Outcome, THREAD, threadAt } from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { threadsUpIn } from '../shared/thread-table.ts';
import { runAsyncHere } from './async-jobs.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import { setInContext } from './current-job.ts';
import { runCoroutineThreadsafe } from './run-coroutine-threadsafe.ts';

/** Calls `fn(...args)` in every worker that has come up. */
export function runOnAll<A extends unknown[], R>(
  thread: ThisThread,
  pool: PoolMemory,
  fn: (...args: A) => R,
  args: A,
): ConcurrentFuture<ResultOf<R>[]> {
  const all = new ConcurrentFuture<ResultOf<R>[]>(thread, fn);
  const loops = loopsOf(thread.memory.words, pool);
  const { entry } = thread.address;
  const isOneOfThem = loops.some((loop) => LoopHandle.addressOf(loop).thread.entry === entry);
  if (isOneOfThem) all.needsTurnsOf(entry);
  const id = functionId(thread, fn);
  const apart = packArguments(args); // also when no thread is up: what cannot cross is refused here
  const futures = loops.map(
    (loop) =>
      runCoroutineThreadsafe(callInWorker, [id, apart], loop) as ConcurrentFuture<ResultOf<R>>,
  );
  let left = futures.length;
  if (left === 0) all.complete(Outcome.value, []);
  const settle = (): void => {
    if (--left > 0) return;
    const values: ResultOf<R>[] = [];
    const errors: unknown[] = [];
    for (const future of futures) {
      try {
        values.push(future.result());
      } catch (error) {
        errors.push(error); // also a CancelledError, by which a call ends as cancelled
      }
    }
    if (errors.length === 0) all.complete(Outcome.value, values);
    else all.fail(errors.length === 1 ? errors[0] : severalErrors(fn, errors));
  };
  for (const future of futures) future.addDoneCallback(settle);
  return all;
}

type CallInWorker = (id: number, args: ArgumentsApart) => Promise<unknown>;

let callElsewhere: CallInWorker | null = null;

/** The tasks of this worker are run in its child process: such calls go there, too. */
export function setCallElsewhere(call: CallInWorker): void {
  callElsewhere = call;
}

/** Calls a function in a worker, whatever kind of function it is. Called in its loop. */
export const callInWorker: CallInWorker = registerTask(
  import.meta.url,
  'skein: call in a worker',
  async (id: number, apart: ArgumentsApart): Promise<unknown> => {
    setInContext(null);
    if (callElsewhere !== null) return callElsewhere(id, apart);
    const fn = await resolveFunction(referenceById(thisThread(), id));
    const args = unpackArguments(apart);
    const call = (): unknown => (fn as (...args: unknown[]) => unknown)(...args);
    if (isAsyncFunction(fn)) return runAsyncHere(null, async () => call());
    const outer = setRunningLoop(null); // that of the tasks, which are beside it
    try {
      const result = call();
      return isCoroutine(result) ? run(result) : result;
    } finally {
      setRunningLoop(outer);
    }
  },
);

function severalErrors(fn: Function, errors: readonly unknown[]): AggregateError {
  return new AggregateError(
    errors,
    `'${fn.name}' has failed in ${errors.length} threads of the pool`,
  );
}

function loopsOf(words: Int32Array, pool: PoolMemory): LoopHandle[] {
  const loops: LoopHandle[] = [];
  for (const thread of threadsUpIn(words, pool.index)) {
    const index = load(words, threadAt(thread.entry) + THREAD.loop) - 1;
    if (index < 0) continue;
    const ident = load(words, loopAt(index) + LOOP.ident);
    if (ident === 0) continue; // it has just ended
    loops.push(new LoopHandle({ index, ident, thread }));
  }
  return loops;
}
