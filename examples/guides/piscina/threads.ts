import { currentThread, isMainThread, Thread, ThreadPoolExecutor } from 'skein';

export const square = (x: number): number => x * x;

export function ask(pool: ThreadPoolExecutor, x: number): void {
  console.log(currentThread().name, pool.submit(square, x).result()); // blocks this thread
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  for (const x of [2, 3]) {
    const thread = new Thread({ target: ask, args: [pool, x], name: `thread ${x}` });
    thread.start();
    thread.join();
  }
}
