// Where things are. Every script works from here, so that the caller's folder does not matter.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder the user stood in: npm itself moves to the project's folder before it runs a script. */
export const callersFolder = process.env.INIT_CWD ?? process.cwd();

export const packageFolder = join(root, 'packages', 'skein');
export const examplesFolder = join(root, 'examples');

/** What is compiled: each folder of sources and the folder that `tsc -b` fills from it. */
export const compiled = [
  { sources: join(packageFolder, 'src'), output: join(packageFolder, 'dist') },
  { sources: join(packageFolder, 'test'), output: join(packageFolder, 'build') },
  { sources: examplesFolder, output: join(examplesFolder, 'build') },
];
