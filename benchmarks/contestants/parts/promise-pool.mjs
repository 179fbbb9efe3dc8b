/**
 * A contestant from a pool whose calls give promises.
 *
 * @param {object} pool
 * @param {(workers: number, task: string, feature?: string) => unknown} pool.open makes the pool
 * @param {(pool: any, value: unknown, task: string, feature?: string) => PromiseLike<unknown>} pool.call
 * @param {(pool: any) => unknown} pool.close
 */
import { asyncLanes } from './lanes.mjs';
import { delayOfMainThread } from './main-delay.mjs';
import { payloadOf } from './payloads.mjs';

export function promisePool({ open, call, close }) {
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
    // the pool is made when it is first needed: for the question of how long that takes
    run: (count) => {
      const began = pool === undefined ? performance.now() : undefined;
      const { task } = job.payload;
      pool ??= open(workers, task, feature);
      const send = (value) => call(pool, value, task, feature);
      if (job.inFlight !== undefined) return delayOfMainThread(send, job);
      const seconds = asyncLanes(send, job, count);
      return began === undefined ? seconds : seconds.then(() => (performance.now() - began) / 1000);
    },
    teardown: () => close(pool),
  };
}
