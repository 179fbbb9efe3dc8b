import { fileURLToPath } from 'node:url';
import { createSyncFn } from 'synckit';
import { packageVersion } from './parts/package-version.mjs';
import { checkSum } from './parts/payloads.mjs';

const script = fileURLToPath(new URL('../tasks/synckit-worker.mjs', import.meta.url));
let increment;

export const name = 'synckit';
export const version = packageVersion('synckit');

export function setup() {
  increment = createSyncFn(script);
}

export function run(count) {
  let sum = 0;
  const began = performance.now();
  for (let i = 0; i < count; i++) sum += increment(i);
  const ended = performance.now();
  checkSum(sum, count);
  return (ended - began) / 1000;
}

export function teardown() {
  // its worker does not keep the process alive
}
