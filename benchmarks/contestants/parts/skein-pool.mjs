/**
 * A contestant from Skein's pool and a way to wait for its results. The pool is made by the first run,
 * as in promise-pool.mjs.
 *
 * @param {(work: { pool: import('skein').ThreadPoolExecutor, fn: Function,
 *   job: import('./lanes.mjs').Job, count: number }) => number | Promise<number>} drive gives seconds
 */
import { echo, increment } from '../../tasks/tasks.mjs';
import { payloadOf } from './payloads.mjs';
import { skein } from './skein.mjs';

const tasks = { echo, increment };

export function skeinPool(drive) {
  let pool;
  let job;
  let workers;
  return {
    setup: (wanted) => {
      workers = wanted.workers;
      job = { width: wanted.width, payload: payloadOf(wanted.payload) };
    },
    run: (count) => {
      const fn = tasks[job.payload.task];
      if (pool !== undefined) return drive({ pool, fn, job, count });
      const began = performance.now();
      pool = new skein.ThreadPoolExecutor({ maxWorkers: workers });
      const seconds = () => (performance.now() - began) / 1000;
      const driven = drive({ pool, fn, job, count });
      return typeof driven === 'number' ? seconds() : driven.then(seconds);
    },
    teardown: () => pool.shutdown(),
  };
}
