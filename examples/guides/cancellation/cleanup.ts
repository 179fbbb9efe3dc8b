import { type Coroutine, createTask, Lock, run, sleep, wait } from 'skein';

const lock = new Lock();

function* transfer(): Coroutine<void> {
  using _ = yield* lock.acquire(); // released whatever happens
  try {
    yield* sleep(60_000);
  } finally {
    yield* sleep(1); // a `finally` may wait
    console.log('rolled back');
  }
}

run(function* () {
  const task = createTask(transfer());
  yield* sleep(0);
  task.cancel();
  yield* wait([task]);
  console.log('cancelled:', task.cancelled(), 'locked:', lock.locked());
});
