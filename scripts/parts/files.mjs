// Lists the files below a folder, as paths relative to it, in a fixed order.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'lib']);

/**
 * Lists the files below `folder`; `[]` when there is no such folder.
 *
 * @param {string} folder
 * @param {{ intoOutput?: boolean }} [options] intoOutput: also enter folders that are built
 * @returns {string[]} relative paths with `/`, sorted
 */
export function filesBelow(folder, { intoOutput = false } = {}) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) found.push(entry.name);
    else if (entry.isDirectory() && (intoOutput || !SKIPPED.has(entry.name))) {
      const below = filesBelow(join(folder, entry.name), { intoOutput });
      found.push(...below.map((file) => `${entry.name}/${file}`));
    }
  }
  return found.sort();
}
