import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';

const filename = fileURLToPath(new URL('../tasks/tasks.mjs', import.meta.url));

export const name = 'Tinypool';
export const version = packageVersion('tinypool');
export const { setup, run, teardown } = promisePool({
  open: (workers) => new Tinypool({ filename, minThreads: workers, maxThreads: workers }),
  call: (pool, value, task) => pool.run(value, { name: task }),
  close: (pool) => pool.destroy(),
});
