import { stampShared } from '../tasks/moving.mjs';
import { moving } from './parts/moving.mjs';
import { version } from './parts/skein.mjs';

export const name = 'a SharedArrayBuffer';
export { version };
export const { setup, run, teardown } = moving(
  (size) => new SharedArrayBuffer(size),
  async (pool, memory, number) => {
    await pool.submit(stampShared, memory, number);
    return memory;
  },
  (memory) => new Uint8Array(memory),
);
