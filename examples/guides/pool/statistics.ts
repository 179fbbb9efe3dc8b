import { isMainThread, poolMetrics, sleep, ThreadPoolExecutor } from 'skein';

export async function fetchPage(page: number): Promise<number> {
  await sleep(20);
  if (page === 7) throw new RangeError('no such page');
  return page;
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const pages = Array.from({ length: 10 }, (_, page) => pool.submit(fetchPage, page));
  pages.at(-1)?.cancel();
  await Promise.allSettled(pages);
  const { completed, failed, cancelled, runTime, workers } = pool.statistics();
  console.log(`${completed} completed, ${failed} failed, ${cancelled} cancelled`);
  console.log(`${runTime.p50 > 15 ? 'some 20 ms' : 'too short'} in ${workers.length} threads`);
  for (const { name, unit } of poolMetrics(pool.statistics())) console.log(`${name} ${unit}`);
}
