import { type Coroutine, createTask, gather, Queue, run, sleep } from 'skein';

function* worker(name: string, jobs: Queue<string>): Coroutine<never> {
  for (;;) {
    const job = yield* jobs.get();
    yield* sleep(1);
    console.log(name, 'did', job);
    jobs.taskDone();
  }
}

function* main(): Coroutine<void> {
  const jobs = new Queue<string>();
  for (const job of 'xyz') jobs.putNowait(job);
  const workers = ['a', 'b'].map((name) => createTask(worker(name, jobs)));
  yield* jobs.join();
  for (const task of workers) task.cancel();
  const results = yield* gather(...workers, { returnExceptions: true });
  console.log(...results.map((result) => result.name));
}

run(main);
