import { inspect } from 'node:util';
import { isMainThread, ThreadPoolExecutor } from 'skein';

export const show = (value: unknown): string => inspect(value);

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  for (const value of [{ onDone: () => {} }, [new WeakMap()], new Map([['later', sleepless()]])]) {
    try {
      await pool.submit(show, value);
    } catch (error) {
      console.log((error as Error).message);
    }
  }
}

async function sleepless(): Promise<void> {}
