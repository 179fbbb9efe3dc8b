/** The door of `skein/sync`: asynchronous functions for callers who cannot wait. */
import './index.ts'; // puts the parts of the library together

export { syncify, type SyncifyOptions } from './executors/syncify.ts';
