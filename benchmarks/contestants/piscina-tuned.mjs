import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina } from 'piscina';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';
import { runOptions } from './parts/run-options.mjs';

const filename = fileURLToPath(new URL('../tasks/tasks.mjs', import.meta.url));

export const name = 'Piscina, tuned';
export const version = packageVersion('piscina');
export const { setup, run, teardown } = promisePool({
  open: (workers, task) =>
    new Piscina({
      filename,
      name: task,
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 64,
      taskQueue: new FixedQueue(),
      recordTiming: false,
      atomics: 'sync',
    }),
  call: (pool, value, task, feature) => pool.run(value, runOptions(feature, value)),
  close: (pool) => pool.destroy(),
});
