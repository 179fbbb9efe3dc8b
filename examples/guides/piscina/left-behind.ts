import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, ThreadPoolExecutor } from 'skein';

export function add(a: number, b: number): number {
  void delay(200).then(() => console.log('working'));
  return a + b;
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  console.log(await pool.submit(add, 4, 6));
  await delay(2000); // no other task comes
  console.log('enough');
}
