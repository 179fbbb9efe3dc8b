// Finds an example by its name and runs it, compiled, as a user's program would run.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inPlaceOfThis } from './command.mjs';
import { Failure } from './failure.mjs';
import { callersFolder, examplesFolder } from './places.mjs';

/**
 * Runs an example in the folder the user stands in.
 *
 * @param {string | undefined} name the folder's name below examples/, or its beginning
 * @param {string[]} args the program's own arguments
 * @throws {Failure} when the name means no example, or several
 */
export function runExample(name, args) {
  const program = join(examplesFolder, 'build', find(name), 'main.js');
  return inPlaceOfThis([process.execPath, program, ...args], { cwd: callersFolder });
}

function find(name) {
  const names = readdirSync(examplesFolder)
    .filter((folder) => existsSync(join(examplesFolder, folder, 'main.ts')))
    .sort();
  if (names.includes(name)) return name;
  const meant = name === undefined ? [] : names.filter((each) => each.startsWith(name));
  if (meant.length === 1) return meant[0];
  const found = meant.length === 0 ? 'is no example' : 'are several examples';
  const asked = name === undefined ? 'Which example?' : `There ${found} '${name}'. There are:`;
  throw new Failure(
    [asked, '', ...names.map((each) => `  npm run -s example -- ${each}`)].join('\n'),
  );
}
