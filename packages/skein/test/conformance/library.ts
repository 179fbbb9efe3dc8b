// What the cases use of the package; one place, so that a case names no path.
import '../../dist/index.js'; // puts the parts together
export * from '../../dist/core/exceptions.js';
export { asCompleted } from '../../dist/core/as-completed.js';
export { Context, copyContext } from '../../dist/core/context.js';
export { ContextVar, Token } from '../../dist/core/context-var.js';
export {
  captureCallGraph,
  type FutureCallGraph,
  type GraphFuture,
} from '../../dist/core/call-graph.js';
export { formatCallGraph } from '../../dist/core/format-call-graph.js';
export { formatTaskTree } from '../../dist/core/task-tree.js';
export {
  describeWait,
  futureAddToAwaitedBy,
  futureDiscardFromAwaitedBy,
} from '../../dist/core/waits.js';
export { type Awaitable, type Coroutine, isCoroutine } from '../../dist/core/coroutine.js';
export { createTask } from '../../dist/core/create-task.js';
export { ensureFuture, type TaskSource } from '../../dist/core/ensure-future.js';
export { EventLoop } from '../../dist/core/event-loop.js';
export { ExceptionGroup } from '../../dist/core/exception-group.js';
export type { ExceptionContext } from '../../dist/core/exception-handler.js';
export type { ConcurrentFutureLike, Executor, ResultOf } from '../../dist/core/executor.js';
export { Future, isFuture } from '../../dist/core/future.js';
export { gather } from '../../dist/core/gather.js';
export { Handle } from '../../dist/core/handle.js';
export { getRunningLoop } from '../../dist/core/running-loop.js';
export { shield } from '../../dist/core/shield.js';
export { sleep } from '../../dist/core/sleep.js';
export { TaskGroup, taskGroup } from '../../dist/core/task-group.js';
export { createEagerTaskFactory, eagerTaskFactory } from '../../dist/core/task-factory.js';
export { wrapSignal } from '../../dist/core/wrap-signal.js';
export { allTasks, currentTask } from '../../dist/core/current-task.js';
export { Task } from '../../dist/core/task.js';
export { TimerHandle } from '../../dist/core/timer-heap.js';
export { Timeout, timeout, timeoutAt } from '../../dist/core/timeout.js';
export { waitFor } from '../../dist/core/wait-for.js';
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait } from '../../dist/core/wait.js';
export { wrapFuture } from '../../dist/core/wrap-future.js';
export { getEventLoop, newEventLoop, setEventLoop } from '../../dist/loops/default-loop.js';
export { NodeEventLoop } from '../../dist/loops/node-event-loop.js';
export { run } from '../../dist/loops/run.js';
export { SelectorEventLoop } from '../../dist/loops/selector-event-loop.js';
export { Barrier } from '../../dist/sync/barrier.js';
export { Condition } from '../../dist/sync/condition.js';
export { Event } from '../../dist/sync/event.js';
export { LifoQueue } from '../../dist/sync/lifo-queue.js';
export { Lock } from '../../dist/sync/lock.js';
export { PriorityQueue } from '../../dist/sync/priority-queue.js';
export { Queue } from '../../dist/sync/queue.js';
export { BoundedSemaphore, Semaphore } from '../../dist/sync/semaphore.js';
