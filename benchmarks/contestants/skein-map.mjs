// The elements of `map`, one task for each or for many of them.

import { checkSum } from './parts/payloads.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { version } from './parts/skein.mjs';

export const name = 'Skein, map';
export { version };
export const { setup, run, teardown } = skeinPool(async ({ pool, fn, feature, job, count }) => {
  const chunkSize = feature === 'in chunks of 64' ? 64 : 1;
  const options = { chunkSize, bufferSize: job.width * chunkSize };
  let sum = 0;
  const began = performance.now();
  for await (const result of pool.map(fn, numbers(count), options)) sum += result;
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
});

function* numbers(count) {
  for (let i = 0; i < count; i++) yield i;
}
