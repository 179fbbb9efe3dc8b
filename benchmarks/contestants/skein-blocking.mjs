import { coroutineLanes } from './parts/lanes.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'Skein, blocking loop, coroutines';
export { version };
export const { setup, run, teardown } = skeinPool(({ pool, fn, job, count }) => {
  const loop = skein.newEventLoop();
  try {
    const call = (value) => loop.runInExecutor(pool, fn, value);
    return loop.runUntilComplete(coroutineLanes(skein, call, job, count));
  } finally {
    loop.close();
  }
});
