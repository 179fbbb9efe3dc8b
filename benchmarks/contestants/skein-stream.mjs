// The values of one generator that runs in a worker.

import { count as counting } from '../tasks/generators.mjs';
import { checkSum } from './parts/payloads.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { version } from './parts/skein.mjs';

export const name = 'Skein, stream';
export { version };
export const { setup, run, teardown } = skeinPool(async ({ pool, job, count }) => {
  const streaming = pool.with({ bufferSize: job.width });
  let sum = 0;
  const began = performance.now();
  for await (const value of streaming.stream(counting, count)) sum += value;
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
});
