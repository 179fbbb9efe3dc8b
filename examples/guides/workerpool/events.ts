import { getRunningLoop, isMainThread, type RemoteLoop, run, ThreadPoolExecutor } from 'skein';

export function work(asker: RemoteLoop): boolean {
  asker.callSoonThreadsafe(show, 'in progress');
  asker.callSoonThreadsafe(show, 'complete');
  return true;
}

export const show = (status: string): void => console.log('status:', status);

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  await run(async () => {
    const loop = getRunningLoop();
    console.log(await loop.runInExecutor(pool, work, loop.remote()));
  });
}
