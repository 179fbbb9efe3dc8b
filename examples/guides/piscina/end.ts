import { BrokenThreadPool, isMainThread, sleepSync, ThreadPoolExecutor } from 'skein';

export function nap(ms: number): string {
  sleepSync(ms);
  return `slept ${ms} ms`;
}

if (isMainThread) {
  const naps: PromiseLike<string>[] = [];
  {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    naps.push(pool.submit(nap, 20), pool.submit(nap, 10));
  } // here both are done, and the thread has ended
  console.log(await Promise.all(naps));

  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const running = pool.submit(nap, 60_000);
  const queued = pool.submit(nap, 1);
  while (!running.running()) sleepSync(1);
  pool.shutdown({ wait: false, cancelFutures: true });
  pool.terminateWorkers();
  console.log(running.exception() instanceof BrokenThreadPool, queued.cancelled());
}
