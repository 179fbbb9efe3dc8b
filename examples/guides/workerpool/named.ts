import { isMainThread, ThreadPoolExecutor } from 'skein';

export function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 2) + fibonacci(n - 1);
}

/** What `proxy()` would give. */
export const worker = {
  hello: (name: string): string => `hello, ${name}`,
};

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  console.log(await pool.submit(fibonacci, 10));
  console.log(await pool.submit(worker.hello, 'ann'));
}
