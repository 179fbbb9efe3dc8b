// Builds everything that is compiled, unless nothing changed.
//
// `tsc -b` finds out by itself, in a tenth of a second; but `npm start` should not pay even that. So
// the paths, sizes and times of all inputs are kept from the last build that went well, and compared.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { quietly, tool } from './command.mjs';
import { Failure } from './failure.mjs';
import { filesBelow } from './files.mjs';
import { compiled, packageFolder, root } from './places.mjs';
import { saying } from './progress.mjs';

const STAMP = join(root, 'node_modules', '.cache', 'skein-build');
const INPUT = /\.[cm]?[jt]s$|tsconfig[^/]*\.json$|package(-lock)?\.json$/;
const OUTPUT = /\.(d\.[cm]?ts|[cm]?js)(\.map)?$/;

/**
 * Builds the package, its tests and the examples, and removes what no source stands for any more.
 *
 * @throws {Failure} with the compiler's output
 */
export async function build() {
  const inputs = fingerprint();
  if (isBuilt(inputs)) return;
  try {
    saying('Building …', () => quietly(tool('tsc', ['-b'], 'typescript')));
  } catch (error) {
    throw new Failure(`The build failed:\n\n${error.message}`);
  }
  for (const place of compiled) removeOrphans(place);
  await bundle();
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, inputs);
}

function isBuilt(inputs) {
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== inputs) return false;
  if (!existsSync(join(packageFolder, 'lib'))) return false;
  return compiled.every(({ sources, output }) => existsSync(output) || !existsSync(sources));
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const folder of ['packages', 'examples']) {
    for (const file of filesBelow(join(root, folder))) describe(hash, `${folder}/${file}`);
  }
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) {
    describe(hash, file);
  }
  return hash.digest('hex');
}

function describe(hash, file) {
  if (!INPUT.test(file)) return;
  const { size, mtimeMs } = statSync(join(root, file));
  hash.update(`${file} ${size} ${mtimeMs}\n`);
}

// A deleted or renamed source leaves its output behind: a test that still runs, a file that is still
// published. `tsc -b` does not look after that.
function removeOrphans({ sources, output }) {
  for (const file of filesBelow(output, { intoOutput: true })) {
    const [suffix, kind] = OUTPUT.exec(file) ?? [];
    if (suffix === undefined) continue;
    const stem = file.slice(0, -suffix.length);
    const letter = /[cm](?=[jt]s$)/.exec(kind)?.[0] ?? '';
    const candidates = [`${stem}.${letter}ts`, `${stem}.${letter}js`];
    if (!candidates.some((source) => existsSync(join(sources, source)))) {
      rmSync(join(output, file));
    }
  }
}
