// What the cases use of the package; one place, so that a case names no path.
export * from '../../dist/core/exceptions.js';
export { type Coroutine, isCoroutine } from '../../dist/core/coroutine.js';
export { ensureFuture, type TaskSource } from '../../dist/core/ensure-future.js';
export { EventLoop } from '../../dist/core/event-loop.js';
export type { ExceptionContext } from '../../dist/core/exception-handler.js';
export type { ConcurrentFutureLike, Executor, ResultOf } from '../../dist/core/executor.js';
export { Future } from '../../dist/core/future.js';
export { gather } from '../../dist/core/gather.js';
export { getRunningLoop } from '../../dist/core/running-loop.js';
export { sleep } from '../../dist/core/sleep.js';
export { allTasks, currentTask, Task } from '../../dist/core/task.js';
export { wrapFuture } from '../../dist/core/wrap-future.js';
export { getEventLoop, newEventLoop, setEventLoop } from '../../dist/loops/default-loop.js';
export { NodeEventLoop } from '../../dist/loops/node-event-loop.js';
export { run } from '../../dist/loops/run.js';
export { SelectorEventLoop } from '../../dist/loops/selector-event-loop.js';
