/**
 * Every value that the package exports, by hand: a name that gets lost or slips out fails the
 * architecture test. (Types have no run time; api/skein.api.md records them.)
 */
export const exportedValues: readonly string[] = [
  // loops
  'EventLoop',
  'Handle',
  'NodeEventLoop',
  'SelectorEventLoop',
  'TimerHandle',
  'getEventLoop',
  'getRunningLoop',
  'newEventLoop',
  'Runner',
  'run',
  'setEventLoop',

  // futures and tasks
  'Future',
  'Task',
  'allTasks',
  'createTask',
  'currentTask',
  'ensureFuture',
  'Operation',
  'gather',
  'isCoroutine',
  'inline',
  'isFuture',
  'sleep',
  'wrapFuture',
  'wrapPromise',
  'wrapSignal',
  'createEagerTaskFactory',
  'eagerTaskFactory',

  // what goes along with them
  'Context',
  'ContextVar',
  'Token',
  'copyContext',

  // who waits for whom
  'captureCallGraph',
  'formatCallGraph',
  'formatTaskTree',
  'futureAddToAwaitedBy',
  'futureDiscardFromAwaitedBy',
  'poolMetrics',
  'printCallGraph',

  // between tasks
  'Barrier',
  'BoundedSemaphore',
  'Condition',
  'Event',
  'LifoQueue',
  'Lock',
  'PriorityQueue',
  'Queue',
  'Semaphore',

  // several of them
  'ALL_COMPLETED',
  'ExceptionGroup',
  'FIRST_COMPLETED',
  'FIRST_EXCEPTION',
  'TaskGroup',
  'Timeout',
  'asCompleted',
  'shield',
  'taskGroup',
  'timeout',
  'timeoutAt',
  'wait',
  'waitFor',

  // seeing into them
  'addInstrument',
  'removeInstrument',

  // the pool
  'ConcurrentFuture',
  'MapResults',
  'currentJob',
  'ExecutorView',
  'runCoroutineThreadsafe',
  'toThread',
  'ProcessPoolExecutor',
  'ThreadPoolExecutor',
  'task',
  'transfer',
  'shareKey',
  'registerEncoding',

  // threads
  'Thread',
  'LockHold',
  'ThreadEvent',
  'ThreadLock',
  'ThreadQueue',
  'ThreadSemaphore',
  'currentThread',
  'isMainThread',
  'mainThread',
  'setExcepthook',
  'sleepSync',

  // exceptions
  'BrokenBarrierError',
  'BrokenExecutor',
  'BrokenProcessPool',
  'BrokenThreadPool',
  'CancelledError',
  'DataCloneError',
  'FunctionReferenceError',
  'InternalError',
  'InvalidStateError',
  'KeyboardInterrupt',
  'LookupError',
  'QueueEmpty',
  'QueueFull',
  'QueueShutDown',
  'RuntimeError',
  'StreamValues',
  'SystemExit',
  'TimeoutError',
  'ValueError',
];

/** Every value that `skein/sync` exports. */
export const exportedSyncValues: readonly string[] = ['syncify'];

/** Every value that `skein/testing` exports. */
export const exportedTestingValues: readonly string[] = [
  'BalanceError',
  'DeadlockError',
  'Sequencer',
  'VirtualTimeLoop',
  'VirtualTimeNodeLoop',
  'assertBalanced',
  'balanceSheet',
  'runWithVirtualTime',
  'waitAllTasksBlocked',
];
