import { fileURLToPath } from 'node:url';
import { createSyncFn } from 'synckit';
import { blockingCalls } from './parts/blocking-calls.mjs';
import { packageVersion } from './parts/package-version.mjs';

const scriptOf = (task, isPlain) =>
  fileURLToPath(
    new URL(`../tasks/synckit-${isPlain ? 'worker' : `${task}-later`}.mjs`, import.meta.url),
  );

export const name = 'synckit';
export const version = packageVersion('synckit');
export const { setup, run } = blockingCalls((task, isPlain) =>
  createSyncFn(scriptOf(task, isPlain)),
);

export function teardown() {
  // its worker does not keep the process alive
}
