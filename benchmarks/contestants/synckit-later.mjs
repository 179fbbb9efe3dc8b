import { fileURLToPath } from 'node:url';
import { createSyncFn } from 'synckit';
import { blockingCalls } from './parts/blocking-calls.mjs';
import { packageVersion } from './parts/package-version.mjs';

const scriptOf = (task) =>
  fileURLToPath(new URL(`../tasks/synckit-${task}-later.mjs`, import.meta.url));

export const name = 'synckit';
export const version = packageVersion('synckit');
export const { setup, run } = blockingCalls((task) => createSyncFn(scriptOf(task)));

export function teardown() {
  // its worker does not keep the process alive
}
