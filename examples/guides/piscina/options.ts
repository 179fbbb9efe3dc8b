import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, ThreadPoolExecutor } from 'skein';

let table: readonly string[] = [];

export async function load(words: readonly string[]): Promise<void> {
  await delay(10); // no task begins in this thread before
  table = words;
}

export const word = (index: number): string | undefined => table[index];

if (isMainThread) {
  const pool = new ThreadPoolExecutor({
    minWorkers: 1,
    maxWorkers: 4,
    idleTimeout: 10_000,
    concurrencyPerWorker: 8,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    initializer: load,
    initargs: [['zero', 'one', 'two']],
  });
  console.log(await pool.submit(word, 2));
}
