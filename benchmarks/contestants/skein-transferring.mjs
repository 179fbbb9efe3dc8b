import { stampAndMove } from '../tasks/moving.mjs';
import { moving } from './parts/moving.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'transferred';
export { version };
export const { setup, run, teardown } = moving(
  (size) => new Uint8Array(size),
  (pool, bytes, number) => pool.submit(stampAndMove, skein.transfer(bytes, [bytes.buffer]), number),
  (bytes) => bytes,
);
