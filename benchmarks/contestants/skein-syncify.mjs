import * as tasks from '../tasks/tasks.mjs';
import { blockingCalls } from './parts/blocking-calls.mjs';
import { importDoor, version } from './parts/skein.mjs';

const { syncify } = await importDoor('dist/syncify.js', 'skein/sync');

export const name = 'Skein, syncify';
export { version };
export const { setup, run } = blockingCalls((task, isPlain) =>
  syncify(tasks[isPlain ? task : `${task}Later`]),
);

export function teardown() {
  // its thread does not keep the process alive
}
