import {
  CancelledError,
  currentJob,
  isMainThread,
  sleep,
  ThreadPoolExecutor,
  TimeoutError,
} from 'skein';

export async function wait(): Promise<void> {
  const { signal } = currentJob();
  signal.addEventListener('abort', () => console.log('wait: told'));
  await sleep(60_000); // ends with a CancelledError
}

export const ready = (): string => 'ready';

export function computeForEver(): never {
  for (;;) Math.random();
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  console.log(await pool.submit(ready));

  const waiting = pool.submit(wait);
  setTimeout(() => waiting.cancel(), 1000);
  try {
    await waiting;
  } catch (error) {
    console.log(error instanceof CancelledError);
  }

  try {
    await pool.with({ timeout: 50 }).submit(computeForEver);
  } catch (error) {
    console.log(error instanceof TimeoutError);
  }
}
