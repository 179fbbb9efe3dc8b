// Runs the benchmarks, which have dependencies of their own: the peers.
//
//   npm run bench [-- ARGUMENTS]
//
// What they are is said in benchmarks/main.mjs.

import { join } from 'node:path';
import { inPlaceOfThis } from './parts/command.mjs';
import { script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';
import { root } from './parts/places.mjs';
import { setUp } from './setup.mjs';

const folder = join(root, 'benchmarks');

await script(async () => {
  await setUp();
  install(folder);
  return inPlaceOfThis([process.execPath, join(folder, 'main.mjs'), ...process.argv.slice(2)]);
});
