// Packs the package as it would be published, and asks two tools what a user would meet.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm, quietly, tool } from './command.mjs';
import { packageFolder } from './places.mjs';

/**
 * Checks the packed package: publint for its package.json, attw for its types as every kind of
 * importer sees them.
 *
 * @throws {Failure} with the tool's findings
 */
export function checkTarball() {
  const folder = mkdtempSync(join(tmpdir(), 'skein-pack-'));
  try {
    quietly(npm(['pack', '--loglevel=error', '--pack-destination', folder]), {
      cwd: packageFolder,
    });
    const tarball = join(folder, readdirSync(folder)[0]);
    quietly(tool('publint', ['run', tarball, '--strict']));
    quietly(tool('attw', [tarball, '--profile', 'esm-only'], '@arethetypeswrong/cli'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
