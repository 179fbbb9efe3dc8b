// Makes the project ready: right Node, dependencies installed, everything built. Says nothing unless
// it fails, and costs next to nothing when there is nothing to do; so every other script begins here.
//
//   npm run build

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './parts/build.mjs';
import { Failure, script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';
import { root } from './parts/places.mjs';

/** Checks Node's version, installs, builds. */
export async function setUp() {
  requireNode();
  install();
  await build();
}

/** Refuses a Node that is older than package.json allows. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new Failure(
    `Skein needs Node ${major}.${minor} or newer; this is ${process.version}. ` +
      'Install a newer one from https://nodejs.org and run the command again.',
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await script(setUp);
