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

const HEADER = `# What \`skein\` exports

Written by \`npm run api\` from the built declarations; do not edit. Private members and comments are
left out.
`;

/** The record as the built package would have it. */
export function apiRecord() {
  const declarations = exportsOf(join(compiled[0].output, 'index.d.ts'));
  const entries = [...declarations].sort(([a], [b]) => (a < b ? -1 : 1));
  return [HEADER, ...entries.map(([name, text]) => entry(name, text))].join('\n');
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
