import { asyncLanes } from './parts/lanes.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'Skein, ProcessPoolExecutor';
export { version };
export const { setup, run, teardown } = skeinPool(
  ({ pool, fn, job, count }) =>
    skein.run(async () => asyncLanes((value) => pool.submit(fn, value), job, count)),
  (maxWorkers) => new skein.ProcessPoolExecutor({ maxWorkers }),
);
