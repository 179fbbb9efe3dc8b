// Installs what a lock file names, unless it is there already.
//
// npm leaves a copy of what it installed in node_modules/.package-lock.json, written last. So the two
// are compared: equal means there is nothing to do, whoever installed it; different or missing means
// `npm ci`. Times of files say nothing here: a checkout changes them, a copy of the folder too.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, quietly } from './command.mjs';
import { Failure } from './failure.mjs';
import { root } from './places.mjs';
import { saying } from './progress.mjs';

/**
 * Installs the dependencies of a folder with a package-lock.json, when they are missing or stale.
 *
 * @param {string} [folder]
 * @throws {Failure} with npm's own output
 */
export function install(folder = root) {
  if (isInstalled(folder)) return;
  // The caller's npm settings arrive as environment variables (`npm run -s` silences, NODE_ENV omits
  // dev dependencies); the flags say what is meant whatever they hold. No package needs its scripts.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const kinds = ['--include=dev', '--include=optional'];
  try {
    saying('Installing dependencies …', () =>
      quietly(npm(['ci', ...flags, ...kinds]), { cwd: folder }),
    );
  } catch (error) {
    throw new Failure(`Installing dependencies in ${folder} failed:\n\n${error.message}`);
  }
}

function isInstalled(folder) {
  const copy = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(copy)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const found = JSON.parse(readFileSync(copy, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const there = found[path];
    if (there === undefined) return optional === true; // for another kind of machine
    return there.version === version && there.integrity === integrity;
  });
}
