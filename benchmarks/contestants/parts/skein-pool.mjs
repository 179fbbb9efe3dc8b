/**
 * A contestant from Skein's pool and a way to wait for its results. The pool is made by the first run,
 * as in promise-pool.mjs.
 *
 * @param {(work: { pool: import('skein').ThreadPoolExecutor, fn: Function, feature: string | undefined,
 *   job: import('./lanes.mjs').Job, count: number }) => number | Promise<number>} drive gives seconds
 * @param {(workers: number) => import('skein').PoolExecutor} [open]
 */
import { echo, increment, incrementBehind, numberIn } from '../../tasks/tasks.mjs';
import { payloadOf } from './payloads.mjs';
import { skein } from './skein.mjs';

const tasks = { echo, increment, incrementBehind, numberIn };
const ofThreads = (maxWorkers) => new skein.ThreadPoolExecutor({ maxWorkers });

export function skeinPool(drive, open = ofThreads) {
  let pool;
  let job;
  let workers;
  let feature;
  return {
    setup: (wanted) => {
      ({ workers, feature } = wanted);
      const { width, inFlight, perTurn } = wanted;
      job = { width, inFlight, perTurn, payload: payloadOf(wanted.payload) };
    },
    run: (count) => {
      const fn = tasks[job.payload.task];
      const isFirst = pool === undefined;
      const began = performance.now();
      pool ??= open(workers);
      const driven = drive({ pool, fn, feature, job, count });
      if (!isFirst || job.inFlight !== undefined) return driven;
      const seconds = () => (performance.now() - began) / 1000;
      return typeof driven === 'number' ? seconds() : driven.then(seconds);
    },
    teardown: () => pool.shutdown(),
  };
}
