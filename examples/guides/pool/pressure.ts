import { isMainThread, ThreadPoolExecutor } from 'skein';

export const weigh = (page: string): number => page.length;

async function* pages(): AsyncGenerator<string> {
  for (let i = 0; i < 1000; i++) yield 'x'.repeat(i);
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2, maxQueue: 16 });
  await pool.warmUp();
  const urgent = pool.with({ priority: 3 });
  let weight = 0;
  for await (const page of pages()) {
    await pool.ready(); // while 16 wait
    const future = (page.length > 990 ? urgent : pool).submit(weigh, page);
    future.addDoneCallback((done) => (weight += done.result()));
  }
  pool.shutdown();
  console.log(weight);
}
