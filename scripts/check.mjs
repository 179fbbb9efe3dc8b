// Checks everything that needs no test to run: types, lint, format, the API record, the packed package,
// the arrows between the rooms. All of them run, also after one failed.
//
//   npm run check

import { requireFreshRecord } from './api-record.mjs';
import { requireFreshConformance } from './conformance.mjs';
import { quietly, tool } from './parts/command.mjs';
import { build } from './parts/build.mjs';
import { Failure, script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';
import { requireHostlessLocks } from './parts/locks.mjs';
import { checkTarball } from './parts/tarball.mjs';
import { requireNode } from './setup.mjs';

const ARCHITECTURE_TEST = 'packages/skein/build/architecture.test.js';

const CHECKS = [
  ['types', build],
  ['lint', () => quietly(tool('oxlint', ['--type-aware', '--deny-warnings']))],
  ['format', () => quietly(tool('prettier', ['--check', '.']))],
  ['architecture', () => quietly([process.execPath, '--test-reporter=spec', ARCHITECTURE_TEST])],
  ['API record', requireFreshRecord],
  ['conformance table', requireFreshConformance],
  ['packed package', checkTarball],
  ['lock files', requireHostlessLocks],
];

await script(async () => {
  requireNode();
  install();
  const failed = [];
  for (const [name, check] of CHECKS) if (!(await passes(name, check))) failed.push(name);
  if (failed.length > 0) throw new Failure(`\nFailed: ${failed.join(', ')}.`);
});

async function passes(name, check) {
  try {
    await check();
    console.log(`✔ ${name}`);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = error instanceof Failure ? error.message : error.stack;
    console.log(`✖ ${name}\n\n${text.replaceAll(/^(?=.)/gm, '    ')}\n`);
    return false;
  }
}
