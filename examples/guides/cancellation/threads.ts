import { getRunningLoop, isMainThread, run, sleep, ThreadPoolExecutor } from 'skein';

const BEGUN = 0;
const STOP = 1;

export function search(flags: Int32Array): string {
  Atomics.store(flags, BEGUN, 1);
  while (Atomics.load(flags, STOP) === 0); // looks whether it is wanted any more
  return 'stopped by its flag';
}

if (isMainThread) {
  run(function* () {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const running = pool.submit(search, flags);
    const queued = getRunningLoop().runInExecutor(pool, search, flags);
    while (Atomics.load(flags, BEGUN) === 0) yield* sleep(1);

    console.log('queued:', queued.cancel());
    console.log('running:', running.cancel());
    Atomics.store(flags, STOP, 1);
    console.log(yield* running);
  });
}
