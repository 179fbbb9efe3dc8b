import { CancelledError, type Coroutine, createTask, run, sleep, wait } from 'skein';

function* deaf(): Coroutine<void> {
  try {
    yield* sleep(60_000);
  } catch (error) {
    console.log('takes it for a failure:', (error as Error).name);
  }
}

function* polite(): Coroutine<void> {
  try {
    yield* sleep(60_000);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    console.log('failed:', error);
  }
}

run(function* () {
  const tasks = [createTask(deaf()), createTask(polite())];
  yield* sleep(0);
  for (const task of tasks) task.cancel();
  yield* wait(tasks);
  console.log(...tasks.map((task) => task.cancelled()));
});
