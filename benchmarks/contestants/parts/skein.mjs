// The Skein under test: this repository's, unless the harness names the folder of another build.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const other = process.env.SKEIN_UNDER_TEST;
const { resolve } = createRequire(import.meta.url);
const file = (name, known) => (other === undefined ? resolve(known) : join(other, name));

export const skein = await import(pathToFileURL(file('dist/index.js', 'skein')).href);
export const { version } = JSON.parse(
  readFileSync(file('package.json', 'skein/package.json'), 'utf8'),
);
