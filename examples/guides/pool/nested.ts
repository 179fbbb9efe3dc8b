import { isMainThread, ThreadPoolExecutor } from 'skein';

export function fib(pool: ThreadPoolExecutor, n: number): number {
  if (n < 2) return n;
  const one = pool.submit(fib, pool, n - 1);
  const two = pool.submit(fib, pool, n - 2);
  return one.result() + two.result(); // whoever waits works
}

if (isMainThread) {
  using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  console.log(pool.submit(fib, pool, 20).result());
}
