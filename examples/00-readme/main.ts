import { gather, getRunningLoop, isMainThread, run, ThreadPoolExecutor } from 'skein';

export function countPrimes(from: number, to: number): number {
  let count = 0;
  for (let n = from; n < to; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor !== 0) divisor++;
    if (divisor * divisor > n) count++;
  }
  return count;
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  await run(async () => {
    const ask = (from: number) =>
      getRunningLoop().runInExecutor(pool, countPrimes, from, from + 250_000);
    console.log(await gather(ask(2), ask(250_002), ask(500_002), ask(750_002)));
  });
  console.log(pool.submit(countPrimes, 2, 100).result()); // blocks, until the answer is there
}
