import { version } from './parts/skein.mjs';
import { submitters } from './parts/submitters.mjs';

export const name = 'Skein, five submitting threads';
export { version };
export const { setup, run, teardown } = submitters(5);
