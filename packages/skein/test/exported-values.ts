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
  'run',
  'setEventLoop',

  // futures and tasks
  'Future',
  'Task',
  'allTasks',
  'currentTask',
  'ensureFuture',
  'Operation',
  'gather',
  'isCoroutine',
  'sleep',
  'wrapFuture',

  // seeing into them
  'addInstrument',
  'removeInstrument',

  // the pool
  'ConcurrentFuture',
  'ThreadPoolExecutor',
  'task',

  // threads
  'Thread',
  'currentThread',
  'isMainThread',
  'mainThread',
  'setExcepthook',
  'sleepSync',

  // exceptions
  'BrokenExecutor',
  'BrokenThreadPool',
  'CancelledError',
  'DataCloneError',
  'FunctionReferenceError',
  'InternalError',
  'InvalidStateError',
  'KeyboardInterrupt',
  'RuntimeError',
  'SystemExit',
  'TimeoutError',
  'ValueError',
];
