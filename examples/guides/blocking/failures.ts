import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { syncify } from 'skein/sync';

export class NoConfig extends Error {
  readonly code = 'ERR_NO_CONFIG';
}

export async function findConfig(file: string): Promise<{ readonly width: number }> {
  if (file === 'slow.js') await delay(60_000);
  if (file === 'crash.js') process.exit(1);
  if (file === 'other.js') throw new NoConfig(`no config for ${file}`);
  return { width: 80 };
}

const findConfigSync = syncify(findConfig, { timeout: 2000 });

if (isMainThread) {
  for (const file of ['slow.js', 'crash.js', 'other.js', 'main.js']) {
    try {
      console.log(file, findConfigSync(file).width);
    } catch (error) {
      console.log(file, (error as Error).constructor.name, (error as NoConfig).code);
    }
  }
}
