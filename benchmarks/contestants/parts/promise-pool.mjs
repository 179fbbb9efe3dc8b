/**
 * A contestant from a pool whose calls give promises.
 *
 * @param {object} pool
 * @param {(workers: number, task: string) => unknown} pool.open makes the pool
 * @param {(pool: any, value: unknown, task: string) => PromiseLike<unknown>} pool.call
 * @param {(pool: any) => unknown} pool.close
 */
import { asyncLanes } from './lanes.mjs';
import { payloadOf } from './payloads.mjs';

export function promisePool({ open, call, close }) {
  let pool;
  let job;
  let workers;
  return {
    setup: (wanted) => {
      workers = wanted.workers;
      job = { width: wanted.width, payload: payloadOf(wanted.payload) };
    },
    // the pool is made when it is first needed: for the question of how long that takes
    run: (count) => {
      const began = pool === undefined ? performance.now() : undefined;
      const { task } = job.payload;
      pool ??= open(workers, task);
      const seconds = asyncLanes((value) => call(pool, value, task), job, count);
      return began === undefined ? seconds : seconds.then(() => (performance.now() - began) / 1000);
    },
    teardown: () => close(pool),
  };
}
