// Puts the hundred small modules of the package into a few files: packages/skein/lib.
//
// Node takes a third of a millisecond for every module that it loads, and every thread loads them
// anew. As one file they cost a program 45 ms less, and each new thread as much. The doors (what a
// program imports, and what threads begin with) share their code in chunks, so that a thread has one
// copy of everything, whichever door it came through. Nothing is minified: it is there to be read.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './places.mjs';

/** The modules that somebody begins with. */
const DOORS = [
  'index',
  'syncify',
  'testing',
  'keeper-main',
  'pool-worker-main',
  'process-worker-main',
  'child-main',
  'thread-main',
];

/** Bundles what `tsc` has put into dist. */
export async function bundle() {
  const { build } = await import('esbuild'); // not there before the first install
  const output = join(packageFolder, 'lib');
  rmSync(output, { recursive: true, force: true });
  await build({
    entryPoints: DOORS.map((door) => join(packageFolder, 'dist', `${door}.js`)),
    outdir: output,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
}
