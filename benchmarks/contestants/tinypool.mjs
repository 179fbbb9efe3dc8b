import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';
import { runOptions } from './parts/run-options.mjs';

const filename = fileURLToPath(new URL('../tasks/tasks.mjs', import.meta.url));

export const name = 'Tinypool';
export const version = packageVersion('tinypool');
export const { setup, run, teardown } = promisePool({
  open: (workers, task, feature) => {
    const runtime = feature === 'processes' ? 'child_process' : 'worker_threads';
    return new Tinypool({ filename, runtime, minThreads: workers, maxThreads: workers });
  },
  call: (pool, value, task, feature) =>
    pool.run(value, { name: task, ...runOptions(feature, value) }),
  close: (pool) => pool.destroy(),
});
