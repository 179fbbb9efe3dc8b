// Keeps the names of registries and mirrors out of the lock files: they are for everybody.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { root } from './places.mjs';

const FOLDERS = ['.', 'tools/node-26', 'benchmarks'];

/** @throws {Failure} that lists the entries with an address */
export function requireHostlessLocks() {
  const found = FOLDERS.map((folder) => join(folder, 'package-lock.json'))
    .filter((lock) => existsSync(join(root, lock)))
    .flatMap((lock) => addressesIn(lock).map((address) => `${lock}: ${address}`));
  if (found.length === 0) return;
  throw new Failure(
    'Lock files name hosts. Run npm with omit-lockfile-registry-resolved=true (it stands in .npmrc) ' +
      `and commit the result.\n\n${found.join('\n')}`,
  );
}

function addressesIn(lock) {
  const { packages } = JSON.parse(readFileSync(join(root, lock), 'utf8'));
  return Object.values(packages)
    .map(({ resolved }) => resolved)
    .filter((resolved) => resolved?.includes('://'));
}
