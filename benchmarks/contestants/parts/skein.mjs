// The Skein under test: this repository's, unless the harness names another build.

import { pathToFileURL } from 'node:url';

const other = process.env.SKEIN_UNDER_TEST;
const entry = other === undefined ? 'skein' : pathToFileURL(`${other}/dist/index.js`).href;

export const skein = await import(entry);
export const version = await versionOf();

async function versionOf() {
  const file = other === undefined ? 'skein/package.json' : pathToFileURL(`${other}/package.json`).href;
  const { createRequire } = await import('node:module');
  const { readFileSync } = await import('node:fs');
  const path = other === undefined ? createRequire(import.meta.url).resolve(file) : new URL(file);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
