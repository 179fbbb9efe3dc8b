// Writes the tables of two pages: docs/conformance.md, which of CPython's tests have a counterpart here,
// where it is, and why there is none for the others; and test/scenarios/scenarios.md, the cells of
// cancellation.
//
//   npm run conformance     writes them
//   npm run check           fails when they are not what the tests say
//
// What stands outside of the two marks in those files is written by hand.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, script } from './parts/failure.mjs';
import { lineDifference } from './parts/line-difference.mjs';
import { originalsWithPlaces } from './parts/originals.mjs';
import { packageFolder, root } from './parts/places.mjs';
import { setUp } from './setup.mjs';

const PAGES = [
  [join(root, 'docs', 'conformance.md'), tables],
  [join(packageFolder, 'test', 'scenarios', 'scenarios.md'), scenarioTable],
];
const BEGIN = '<!-- prettier-ignore-start -->';
const END = '<!-- prettier-ignore-end -->';

/** @throws {Failure} with the difference, when a page does not say what the tests say */
export async function requireFreshConformance() {
  for (const [page, tablesOf] of PAGES) {
    const found = readFileSync(page, 'utf8');
    const expected = withTables(page, found, await tablesOf());
    if (found === expected) continue;
    throw new Failure(
      `${relative(root, page)} is not what the tests say. Run \`npm run conformance\` and commit ` +
        `the file.\n\n${lineDifference(found, expected)}`,
    );
  }
}

function withTables(page, text, written) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined)
    throw new Failure(`${relative(root, page)} has lost ${BEGIN} or ${END}.`);
  return `${before}${BEGIN}\n\n${written}\n${END}${after}`;
}

async function scenarioTable() {
  const compiledTable = join(packageFolder, 'build', 'scenarios', 'table.js');
  const { table } = await import(pathToFileURL(compiledTable).href);
  return table();
}

function tables() {
  const { originals, reasons } = originalsWithPlaces();
  const counted = originals.filter((each) => each.name !== '*');
  const covered = counted.filter((each) => each.places.size > 0);
  const used = [...reasons].filter(([name]) => originals.some((each) => each.reason === name));
  return [
    `${covered.length} of ${counted.length} tests have a counterpart. Why the others have none:\n`,
    ...used.map(([name, text]) => `- **${name}**: ${text}`),
    ...[...groupBy(originals, (each) => each.file)].map(([file, tests]) => ofFile(file, tests)),
    '',
  ].join('\n');
}

function ofFile(file, tests) {
  const rows = [...groupBy(tests, (each) => each.group)].flatMap(([group, ofGroup]) =>
    [...groupBy(ofGroup, placeOf)].map(([place, found], nth) => [
      nth === 0 ? group : '',
      place,
      found.map((each) => (each.name === '*' ? 'all' : each.name.replace(/^test_/, ''))).join(', '),
    ]),
  );
  const lines = [['class', 'here', 'tests'], ['---', '---', '---'], ...rows];
  return `\n### ${file}.py\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function placeOf({ places, reason }) {
  if (places.size === 0) return `none: ${reason}`;
  return [...places].map((place) => `\`${place}\``).join(', ');
}

async function writePages() {
  await setUp();
  for (const [page, tablesOf] of PAGES) {
    writeFileSync(page, withTables(page, readFileSync(page, 'utf8'), await tablesOf()));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await script(writePages);
