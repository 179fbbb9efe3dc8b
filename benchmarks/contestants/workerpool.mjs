import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';

const script = fileURLToPath(new URL('../tasks/workerpool-worker.mjs', import.meta.url));

export const name = 'workerpool';
export const version = packageVersion('workerpool');
export const { setup, run, teardown } = promisePool({
  open: (workers) =>
    workerpool.pool(script, { minWorkers: workers, maxWorkers: workers, workerType: 'thread' }),
  call: (pool, value, task) => pool.exec(task, [value]),
  close: (pool) => pool.terminate(),
});
