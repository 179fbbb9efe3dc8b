import { checkSum } from './parts/payloads.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { version } from './parts/skein.mjs';

export const name = 'Skein, future.result()';
export { version };
export const { setup, run, teardown } = skeinPool(({ pool, fn, count }) => {
  let sum = 0;
  const began = performance.now();
  for (let i = 0; i < count; i++) sum += pool.submit(fn, i).result();
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
});
