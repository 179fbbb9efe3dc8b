// The Skein under test: this repository's, unless the harness names the folder of another build.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const other = process.env.SKEIN_UNDER_TEST;
const { resolve } = createRequire(import.meta.url);
const file = (name, known) => (other === undefined ? resolve(known) : join(other, name));

/** Imports a door: its file in the folder of another build, and its name in this one. */
export const importDoor = (name, known) => import(pathToFileURL(file(name, known)).href);

export const skein = await importDoor('dist/index.js', 'skein');
export const { version } = JSON.parse(
  readFileSync(file('package.json', 'skein/package.json'), 'utf8'),
);
