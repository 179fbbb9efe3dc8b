import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';
import { runOptions } from './parts/run-options.mjs';

const filename = fileURLToPath(new URL('../tasks/tasks.mjs', import.meta.url));

export const name = 'Piscina';
export const version = packageVersion('piscina');
export const { setup, run, teardown } = promisePool({
  open: (workers) => new Piscina({ filename, minThreads: workers, maxThreads: workers }),
  call: (pool, value, task, feature) =>
    pool.run(value, { name: task, ...runOptions(feature, value) }),
  close: (pool) => pool.destroy(),
});
