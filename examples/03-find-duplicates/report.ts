import { relative } from 'node:path';
import type { Duplicates } from './duplicates.ts';
import type { Scan } from './collector.ts';
import type { Comparison } from './compare.ts';
import type { Unreadable } from './walk.ts';

/** How many paths of one group are shown, and how many of those that could not be read. */
const MOST_PATHS = 5;

/** Prints the duplicates, and what was looked at. */
export function printReport(
  folder: string,
  { files, unreadable, bytes, tookMs }: Scan,
  duplicates: readonly Duplicates[],
  limit: number,
): void {
  for (const { paths, copies, bytes: each, waste } of duplicates.slice(0, limit)) {
    console.log(`${copies} copies of ${size(each)}, ${size(waste)} wasted`);
    printSome(paths, (path) => printable(relative(folder, path)));
    console.log('');
  }
  const more = duplicates.length - limit;
  if (more > 0) console.log(`and ${plural(more, 'more group')} of duplicates\n`);
  if (unreadable.length > 0) printUnreadable(folder, unreadable);

  const waste = duplicates.reduce((sum, group) => sum + group.waste, 0);
  console.log(`${plural(files.length, 'file')}, ${size(bytes)}, in ${seconds(tookMs)}.`);
  if (files.length === 0) return;
  if (duplicates.length === 0) console.log('No two of them are the same.');
  else console.log(`${plural(duplicates.length, 'group')} of duplicates waste ${size(waste)}.`);
}

/** Prints how much faster many threads were than one. */
export function printComparison({ one, many, rounds }: Comparison): void {
  const factor = one / many;
  const slower = factor < 1 ? ' More threads cost more here than they saved.' : '';
  console.log(`
${factor.toFixed(2)} times as fast as one thread: ${seconds(many)} against ${seconds(one)}.${slower}
  Measured by scanning it all again, walk, read and hash, ${times(rounds)} each, by turns; the best
  counts. The files were in memory, as far as they fit, and the threads up.`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const times = (number: number): string => (number === 1 ? 'once' : `${count(number)} times`);

function printUnreadable(folder: string, unreadable: readonly Unreadable[]): void {
  console.log(`Could not be read: ${plural(unreadable.length, 'path')}`);
  printSome(unreadable, ({ path, reason }) => `${printable(relative(folder, path))} (${reason})`);
  console.log('');
}

function printSome<T>(things: readonly T[], text: (thing: T) => string): void {
  for (const thing of things.slice(0, MOST_PATHS)) console.log(`  ${text(thing)}`);
  const more = things.length - MOST_PATHS;
  if (more > 0) console.log(`  and ${count(more)} more`);
}

/** A path on one line, whatever is in it: control characters as JSON writes them. */
function printable(path: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return path.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const short = JSON.stringify(character).slice(1, -1);
    return short.startsWith('\\') ? short : `\\u${hex(character)}`;
  });
}

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');

/** A whole number, its digits in threes: 12 345. */
export function count(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

const plural = (number: number, thing: string): string =>
  `${count(number)} ${thing}${number === 1 ? '' : 's'}`;

/** An amount of bytes, as people say it: 1.2 MB. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : 1;
  return `${amount.toFixed(digits)} ${units[unit]}`;
}
