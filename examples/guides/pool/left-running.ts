import { setTimeout } from 'node:timers/promises';
import { isMainThread, ThreadPoolExecutor } from 'skein';

export function watchPrice(): number {
  setInterval(() => {}, 1000); // and nobody clears it
  return 42;
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  for (let i = 0; i < 3; i++) await pool.submit(watchPrice);
  while (pool.statistics().leftRunning.Timeout !== 3) await setTimeout(10); // it has come to rest
  console.log(pool.statistics().leftRunning);
}
