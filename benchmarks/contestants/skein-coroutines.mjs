import { coroutineLanes } from './parts/lanes.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'Skein, NodeEventLoop, coroutines';
export { version };
export const { setup, run, teardown } = skeinPool(async ({ pool, fn, job, count }) => {
  const loop = new skein.NodeEventLoop();
  try {
    const call = (value) => loop.runInExecutor(pool, fn, value);
    return await loop.runUntilComplete(coroutineLanes(skein, call, job, count));
  } finally {
    loop.close();
  }
});
