import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';
import { LONG_MS } from './parts/run-options.mjs';

const script = fileURLToPath(new URL('../tasks/workerpool-worker.mjs', import.meta.url));

export const name = 'workerpool';
export const version = packageVersion('workerpool');
export const { setup, run, teardown } = promisePool({
  open: (workers, task, feature) => {
    const workerType = feature === 'processes' ? 'process' : 'thread';
    return workerpool.pool(script, { minWorkers: workers, maxWorkers: workers, workerType });
  },
  call: (pool, value, task, feature) => {
    if (feature === 'timeout') return pool.exec(task, [value]).timeout(LONG_MS);
    const options = feature === 'transfer' ? { transfer: [value.buffer] } : undefined;
    return pool.exec(task, [value], options);
  },
  close: (pool) => pool.terminate(),
});
