import { currentJob, isMainThread, ThreadPoolExecutor, TimeoutError } from 'skein';

export function search(): never {
  const job = currentJob();
  try {
    for (;;) job.throwIfCancelled();
  } finally {
    console.log('search: cleaned up');
  }
}

export const add = (a: number, b: number): number => a + b;

export function computeForEver(): never {
  for (;;) Math.random();
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  console.log(await pool.submit(add, 4, 6));

  const patient = pool.with({ signal: AbortSignal.timeout(1000), grace: 10_000 });
  try {
    await patient.submit(search);
  } catch (error) {
    console.log('a signal:', (error as Error).name);
  }

  const strict = pool.with({ timeout: 50, grace: 10 });
  try {
    await strict.submit(computeForEver);
  } catch (error) {
    console.log('a timeout:', error instanceof TimeoutError);
  }
  console.log(await pool.submit(add, 1, 2)); // by the next thread
}
