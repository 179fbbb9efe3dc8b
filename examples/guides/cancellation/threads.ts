import { currentJob, getRunningLoop, isMainThread, run, sleep, ThreadPoolExecutor } from 'skein';

const BEGUN = 0;

export function search(words: Int32Array): never {
  const job = currentJob();
  Atomics.store(words, BEGUN, 1);
  for (;;) job.throwIfCancelled(); // looks whether it is wanted any more
}

if (isMainThread) {
  run(function* () {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const words = new Int32Array(new SharedArrayBuffer(4));
    const running = pool.submit(search, words);
    const queued = getRunningLoop().runInExecutor(pool, search, words);
    while (Atomics.load(words, BEGUN) === 0) yield* sleep(1);

    console.log('queued:', queued.cancel());
    console.log('running:', running.cancel());
    try {
      yield* running;
    } catch (error) {
      console.log(String(error), running.cancelled());
    }
  });
}
