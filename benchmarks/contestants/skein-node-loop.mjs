import { skeinLoop } from './parts/skein-loop.mjs';
import { skein, version } from './parts/skein.mjs';

export const name = 'Skein, NodeEventLoop';
export { version };
export const { setup, run, teardown } = skeinLoop(() => new skein.NodeEventLoop());
