import {
  CancelledError,
  type Coroutine,
  currentTask,
  getRunningLoop,
  run,
  sleep,
  type Task,
} from 'skein';

/** What `body` gives, or `fallback` when it takes too long. */
function* orElse<T>(delayMs: number, body: () => Coroutine<T>, fallback: T): Coroutine<T> {
  const task = currentTask() as Task<unknown>;
  const before = task.cancelling(); // 1
  let hasAsked = false;
  const timer = getRunningLoop().callLater(delayMs, () => {
    hasAsked = true;
    task.cancel();
  });
  const wasOursAlone = (): boolean => {
    timer.cancel();
    return hasAsked && task.uncancel() <= before; // 2, 3
  };
  try {
    const value = yield* body();
    wasOursAlone();
    return value;
  } catch (error) {
    if (wasOursAlone() && error instanceof CancelledError) return fallback;
    throw error;
  }
}

function* slow(): Coroutine<string> {
  return yield* sleep(60_000, 'an answer');
}

run(function* () {
  console.log(yield* orElse(5, slow, 'no answer'));
  console.log(currentTask()?.cancelling());
});
