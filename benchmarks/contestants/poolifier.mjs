import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';
import { runOptions } from './parts/run-options.mjs';

const script = fileURLToPath(new URL('../tasks/poolifier-worker.mjs', import.meta.url));
const prioritized = fileURLToPath(
  new URL('../tasks/poolifier-priority-worker.mjs', import.meta.url),
);

export const name = 'poolifier';
export const version = packageVersion('poolifier');
export const { setup, run, teardown } = promisePool({
  // It takes a priority with the function, and heeds it where it has a queue.
  open: (workers, task, feature) => {
    if (feature !== 'priority') return new FixedThreadPool(workers, script);
    return new FixedThreadPool(workers, prioritized, { enableTasksQueue: true });
  },
  call: (pool, value, task, feature) => {
    const { signal, transferList } = runOptions(feature, value);
    return pool.execute(value, task, signal, transferList);
  },
  close: (pool) => pool.destroy(),
});
