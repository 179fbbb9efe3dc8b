import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina } from 'piscina';
import { packageVersion } from './parts/package-version.mjs';
import { promisePool } from './parts/promise-pool.mjs';

const filename = fileURLToPath(new URL('../tasks/transferring.mjs', import.meta.url));

/** Sends a copy's memory away: the sender keeps the bytes, as in every other pool. */
function send(pool, value) {
  const bytes = new Uint8Array(value);
  return pool.run(bytes, { transferList: [bytes.buffer] });
}

export const name = 'Piscina, tuned, transferring a copy';
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
    }),
  call: (pool, value) => send(pool, value).then((buffer) => new Uint8Array(buffer)),
  close: (pool) => pool.destroy(),
});
