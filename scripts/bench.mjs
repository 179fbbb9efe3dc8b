// Runs the benchmarks, which have dependencies of their own: the peers.
//
//   npm run bench [-- ARGUMENTS]

import { join } from 'node:path';
import { inPlaceOfThis, quietly, tool } from './parts/command.mjs';
import { script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';
import { root } from './parts/places.mjs';
import { setUp } from './setup.mjs';

const folder = join(root, 'benchmarks');

await script(async () => {
  await setUp();
  install(folder);
  quietly(tool('tsc', ['-b', folder], 'typescript'));
  const program = join(folder, 'build', 'main.js');
  return inPlaceOfThis([process.execPath, program, ...process.argv.slice(2)]);
});
