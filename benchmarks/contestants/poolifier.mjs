import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';

const script = fileURLToPath(new URL('../tasks/poolifier-worker.mjs', import.meta.url));

export const name = 'poolifier';
export const version = packageVersion('poolifier');
export const { setup, run, teardown } = promisePool({
  open: (workers) => new FixedThreadPool(workers, script),
  call: (pool, value, task) => pool.execute(value, task),
  close: (pool) => pool.destroy(),
});
