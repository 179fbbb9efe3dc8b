import { CancelledError, createTask, run, sleep } from 'skein';

run(function* () {
  const task = createTask(function* () {
    try {
      yield* sleep(60_000);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
    }
    yield* sleep(1); // not cancelled again
    return 'survived';
  });
  yield* sleep(0);
  task.cancel();
  console.log(yield* task, task.cancelled(), task.cancelling());
});
