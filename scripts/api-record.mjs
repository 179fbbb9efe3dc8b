// Writes down what the package exports, so that a change of the API is seen in a review.
//
//   npm run api             writes api/skein.api.md
//   npm run check           fails when the record is not what the package is

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportsOf } from './parts/declarations.mjs';
import { Failure, script } from './parts/failure.mjs';
import { compiled, root } from './parts/places.mjs';
import { lineDifference } from './parts/line-difference.mjs';
import { setUp } from './setup.mjs';

const RECORD = join(root, 'api', 'skein.api.md');

/** What a program can import, and the declarations behind it. */
const DOORS = [
  ['skein', 'index.d.ts'],
  ['skein/sync', 'syncify.d.ts'],
  ['skein/testing', 'testing.d.ts'],
];

const HEADER = `Written by \`npm run api\` from the built declarations; do not edit. Private members and comments are
left out.
`;

/** The record as the built package would have it. */
export function apiRecord() {
  const [first, ...others] = DOORS.map(([door, file]) => recordOf(door, file));
  return [first[0], HEADER, ...first.slice(1), ...others.flat()].join('\n');
}

function recordOf(door, file) {
  const declarations = exportsOf(join(compiled[0].output, file));
  const entries = [...declarations].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`# What \`${door}\` exports\n`, ...entries.map(([name, text]) => entry(name, text))];
}

function entry(name, text) {
  const open = text
    .replaceAll(/^ *(?:#private|private .*);\n/gm, '')
    .replaceAll(/^(export )?(declare )?/gm, '');
  return `## ${name}\n\n\`\`\`ts\n${open}\n\`\`\`\n`;
}

/** @throws {Failure} with the difference, when the record on disk is another */
export function requireFreshRecord() {
  const found = existsSync(RECORD) ? readFileSync(RECORD, 'utf8') : '';
  const expected = apiRecord();
  if (found === expected) return;
  throw new Failure(
    `${relative(root, RECORD)} is not what the package exports. If the change is meant, run ` +
      `\`npm run api\` and commit the file.\n\n${lineDifference(found, expected)}`,
  );
}

async function writeRecord() {
  await setUp();
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, apiRecord());
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await script(writeRecord);
