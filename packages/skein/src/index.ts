/** The door of Skein: every public name, listed by hand, and the parts put together. */
import { setAmbientContext } from './core/ambient-context.ts';
import { setDefaultExecutorFactory } from './core/executor.ts';
import { setPackagePlace } from './crossing/door.ts';
import { asyncContext } from './loops/async-context.ts';
import { ThreadPoolExecutor } from './executors/thread-pool.ts';
import { keptByLoop } from './executors/unclosed-executors.ts';

setPackagePlace(import.meta.url);
setAmbientContext(asyncContext);
setDefaultExecutorFactory(() =>
  keptByLoop(new ThreadPoolExecutor({ threadNamePrefix: 'asyncio' })),
);

export {
  asCompleted,
  type AsCompletedOptions,
  type CompletedFutures,
  type CompletedOf,
  type Completions,
} from './core/as-completed.ts';
export type { Body } from './core/body.ts';
export {
  type CallGraphOptions,
  captureCallGraph,
  type FutureCallGraph,
  type GraphFuture,
} from './core/call-graph.ts';
export type { FrameCallGraphEntry } from './core/coroutine-frames.ts';
export { Context, copyContext } from './core/context.ts';
export { ContextVar, Token } from './core/context-var.ts';
export type {
  AnyAwaitable,
  Awaitable,
  AwaitableFunction,
  Coroutine,
  Suspension,
  ValueOf,
} from './core/coroutine.ts';
export { isCoroutine } from './core/coroutine.ts';
export { createTask } from './core/create-task.ts';
export { ensureFuture, type TaskSource } from './core/ensure-future.ts';
export type { LoopEnvironment } from './core/environment.ts';
export { EventLoop } from './core/event-loop.ts';
export { type ErrorFilter, ExceptionGroup } from './core/exception-group.ts';
export type { ExceptionContext, ExceptionHandler } from './core/exception-handler.ts';
export {
  BrokenBarrierError,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  DataCloneError,
  FunctionReferenceError,
  InternalError,
  InvalidStateError,
  KeyboardInterrupt,
  LookupError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
} from './core/exceptions.ts';
export type { ConcurrentFutureLike, Executor, ResultOf } from './core/executor.ts';
export { type DoneCallback, type DoneCallbackOptions, Future, isFuture } from './core/future.ts';
export { formatCallGraph } from './core/format-call-graph.ts';
export { gather, type GatherOptions } from './core/gather.ts';
export { Handle } from './core/handle.ts';
export { addInstrument, type Instrument, removeInstrument } from './core/instruments.ts';
export { Operation } from './core/operation.ts';
export type { RemoteLoop } from './core/remote-loop.ts';
export { getRunningLoop } from './core/running-loop.ts';
export type { Selector } from './core/selector.ts';
export type { Sendable } from './core/sendable.ts';
export { shield } from './core/shield.ts';
export { type Sleep, sleep } from './core/sleep.ts';
export { TaskGroup, taskGroup } from './core/task-group.ts';
export {
  createEagerTaskFactory,
  eagerTaskFactory,
  type TaskConstructor,
  type TaskFactory,
} from './core/task-factory.ts';
export { formatTaskTree } from './core/task-tree.ts';
export { allTasks, currentTask } from './core/current-task.ts';
export { Task, type TaskOptions } from './core/task.ts';
export type { PrintStackOptions, StackOptions } from './core/task-stack.ts';
export { Timeout, timeout, timeoutAt } from './core/timeout.ts';
export { toThread } from './core/to-thread.ts';
export { TimerHandle } from './core/timer-heap.ts';
export { waitFor } from './core/wait-for.ts';
export {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  wait,
  type Waited,
  type WaitOptions,
} from './core/wait.ts';
export { futureAddToAwaitedBy, futureDiscardFromAwaitedBy } from './core/waits.ts';
export { wrapFuture } from './core/wrap-future.ts';
export { wrapPromise } from './core/wrap-promise.ts';
export { wrapSignal } from './core/wrap-signal.ts';
export { type Encoding, registerEncoding } from './crossing/encoding.ts';
export { inline } from './crossing/inline.ts';
export { type Shareable, type ShareDescription, shareKey } from './crossing/share.ts';
export { task } from './crossing/task.ts';
export { transfer } from './crossing/transfer.ts';
export { ConcurrentFuture } from './executors/concurrent-future.ts';
export { currentJob, type CurrentJob } from './executors/current-job.ts';
export { ExecutorView } from './executors/executor-view.ts';
export { MapResults } from './executors/map.ts';
export type { MapOptions } from './executors/map-options.ts';
export type { PoolExecutor, ShutdownOptions } from './executors/pool-executor.ts';
export type {
  PoolStatistics,
  TimeStatistics,
  WorkerStatistics,
} from './executors/pool-statistics.ts';
export { type Metric, type MetricPoint, poolMetrics } from './executors/pool-metrics.ts';
export type {
  TaskEnded,
  TaskSettled,
  TaskStarted,
  TaskSubmitted,
} from './executors/task-events.ts';
export type { TraceHeaders } from './executors/trace-context.ts';
export { type Streamable, StreamValues } from './executors/stream.ts';
export type { ThreadPoolExecutorOptions } from './executors/pool-options.ts';
export { ProcessPoolExecutor } from './executors/process-pool.ts';
export type { ProcessPoolExecutorOptions } from './executors/process-pool-options.ts';
export { runCoroutineThreadsafe } from './executors/run-coroutine-threadsafe.ts';
export type { SubmitOptions } from './executors/submit-options.ts';
export { ThreadPoolExecutor } from './executors/thread-pool.ts';
export { getEventLoop, newEventLoop, setEventLoop } from './loops/default-loop.ts';
export { NodeEventLoop } from './loops/node-event-loop.ts';
export { printCallGraph, type PrintCallGraphOptions } from './loops/print-call-graph.ts';
export { run, type RunOptions } from './loops/run.ts';
export { Runner, type RunnerOptions } from './loops/runner.ts';
export { SelectorEventLoop } from './loops/selector-event-loop.ts';
export type { ResourceCounts } from './shared/left-running.ts';
export { Barrier, type BarrierStatistics } from './sync/barrier.ts';
export { Condition, type ConditionStatistics } from './sync/condition.ts';
export { Event, type EventStatistics } from './sync/event.ts';
export { LifoQueue } from './sync/lifo-queue.ts';
export { Lock, type LockStatistics } from './sync/lock.ts';
export { PriorityQueue, type PriorityQueueOptions } from './sync/priority-queue.ts';
export type { QueueItems } from './sync/queue-items.ts';
export { Queue, type QueueShutdownOptions, type QueueStatistics } from './sync/queue.ts';
export { BoundedSemaphore, Semaphore, type SemaphoreStatistics } from './sync/semaphore.ts';
export { sleepSync } from './threading/sleep-sync.ts';
export { type ExceptHook, setExcepthook, type ThreadError } from './threading/thread-errors.ts';
export { currentThread, mainThread, type ThreadHandle } from './threading/thread-handle.ts';
export { Thread, type ThreadOptions } from './threading/thread.ts';
export { ThreadEvent, type ThreadEventStatistics } from './threading/thread-event.ts';
export { LockHold, ThreadLock, type ThreadLockStatistics } from './threading/thread-lock.ts';
export { ThreadQueue, type ThreadQueueStatistics } from './threading/thread-queue.ts';
export { ThreadSemaphore, type ThreadSemaphoreStatistics } from './threading/thread-semaphore.ts';
export { isMainThread } from 'node:worker_threads';
