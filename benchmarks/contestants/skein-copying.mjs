import { stamp } from '../tasks/moving.mjs';
import { moving } from './parts/moving.mjs';
import { version } from './parts/skein.mjs';

export const name = 'copied';
export { version };
export const { setup, run, teardown } = moving(
  (size) => new Uint8Array(size),
  (pool, bytes, number) => pool.submit(stamp, bytes, number),
  (bytes) => bytes,
);
