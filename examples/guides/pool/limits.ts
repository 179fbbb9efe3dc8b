import { currentJob, isMainThread, sleep, ThreadPoolExecutor } from 'skein';

export function search(rows: number): number {
  const job = currentJob();
  for (let row = 0; row < rows; row++) if (row % 1000 === 0) job.throwIfCancelled();
  return rows;
}

export function stubborn(): never {
  for (;;);
}

export async function poll(): Promise<void> {
  await sleep(60_000); // is cancelled, as a task is
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const limited = pool.with({ timeout: 50, grace: 20 });
  for (const fn of [search, poll, stubborn] as (() => unknown)[]) {
    const error = await Promise.resolve(
      limited.submit(fn as (n: number) => number, Infinity),
    ).catch((reason: Error) => reason.message.split('.')[0]);
    console.log(error);
  }
  const controller = new AbortController();
  const job = pool.with({ signal: controller.signal }).submit(search, Infinity);
  setTimeout(() => controller.abort(new Error('never mind')), 10);
  console.log(await Promise.resolve(job).catch(String));
}
