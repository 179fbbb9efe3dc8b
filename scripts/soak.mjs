// Storms of tasks, one after the other, for ten minutes, or as many as are asked for. Each prints its seed.
//
//   npm run test:soak
//   npm run test:soak -- 1
//   SKEIN_SEED=n npm run test:soak      the choices of an earlier run
//
// See packages/skein/test/stress/storm-program.ts.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Failure, script } from './parts/failure.mjs';
import { packageFolder } from './parts/places.mjs';
import { setUp } from './setup.mjs';

await script(async () => {
  const minutes = Number(process.argv[2] ?? 10);
  if (!(minutes > 0)) throw new Failure(`Minutes, > 0, were expected, not '${process.argv[2]}'.`);
  await setUp();
  const seed = process.env.SKEIN_SEED ?? Date.now() % 1_000_000;
  const program = join(packageFolder, 'build/stress/storm-program.js');
  const args = [program, String(seed), String(minutes * 60_000)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Failure(`The storm with seed ${seed} has failed (${code}).`);
});
