import { asyncLanes } from './parts/lanes.mjs';
import { delayOfMainThread } from './parts/main-delay.mjs';
import { submitterOf } from './parts/skein-features.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'Skein, NodeEventLoop, async functions';
export { version };
export const { setup, run, teardown } = skeinPool(({ pool, fn, feature, job, count }) => {
  const call = submitterOf(pool, fn, feature);
  const isDelay = job.inFlight !== undefined;
  return skein.run(async () =>
    isDelay ? delayOfMainThread(call, job) : asyncLanes(call, job, count),
  );
});
