import { Picture, stampPicture } from '../tasks/moving.mjs';
import { moving } from './parts/moving.mjs';
import { version } from './parts/skein.mjs';

export const name = 'a class over shared memory';
export { version };
export const { setup, run, teardown } = moving(
  (size) => new Picture(new SharedArrayBuffer(size)),
  async (pool, picture, number) => {
    await pool.submit(stampPicture, picture, number);
    return picture;
  },
  ({ bytes }) => bytes,
);
