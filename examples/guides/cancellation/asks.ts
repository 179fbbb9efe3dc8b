import { type Coroutine, createTask, run, sleep, wait } from 'skein';

function* work(): Coroutine<void> {
  console.log('working');
  try {
    yield* sleep(60_000);
    console.log('never printed');
  } finally {
    console.log('cleaning up');
  }
}

run(function* () {
  const task = createTask(work());
  yield* sleep(0); // now it stands in its sleep
  console.log('asked:', task.cancel(), 'done:', task.done());
  yield* wait([task]);
  console.log('cancelled:', task.cancelled());
});
