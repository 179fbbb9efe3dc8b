// Which of CPython's own tests have a counterpart here.
//
// test/conformance/originals.txt lists CPython's tests, by file and class, and says of those that have
// no counterpart why. A test of ours names its originals at the end of its title, in parentheses, as far
// as it needs to be found: (test_locks.LockTests.test_repr, test_lock), (LockTests.test_repr), or
// (test_timeout_basic, _at_basic), where the beginning of the name before goes on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { filesBelow } from './files.mjs';
import { packageFolder } from './places.mjs';

const TESTS = join(packageFolder, 'test');

/**
 * @typedef {object} Original a test of CPython's
 * @property {string} file as 'test_tasks'
 * @property {string} group the class
 * @property {string} name
 * @property {string | null} reason why there is none here, by the short name of the reason
 * @property {Set<string>} places our files that have a counterpart
 */

/**
 * Reads the list and looks for the counterparts.
 *
 * @returns {{ originals: Original[], reasons: Map<string, string> }}
 * @throws {Failure} when a title names what is not in the list, when a test has neither a counterpart
 *   nor a reason, or has both
 */
export function originalsWithPlaces() {
  const { originals, reasons } = readList();
  const faults = [];
  for (const file of filesBelow(TESTS).filter((each) => each.endsWith('.ts'))) {
    for (const names of namesIn(readFileSync(join(TESTS, file), 'utf8'))) {
      let before = null;
      for (const name of names) {
        const found = find(originals, name, before);
        if (found.length === 0) {
          faults.push(`${file} names ${name}: no such test, or several`);
          continue;
        }
        for (const original of found) original.places.add(file);
        before = found.at(-1);
      }
    }
  }
  for (const { file, group, name, reason, places } of originals) {
    const full = `${file}.${group}.${name}`;
    if (reason === null && places.size === 0) faults.push(`${full} has neither test nor reason`);
    if (reason !== null && places.size > 0) {
      faults.push(`${full} has a reason for none (${reason}), and is in ${[...places].join()}`);
    }
    if (reason !== null && !reasons.has(reason)) faults.push(`${full}: no reason '${reason}'`);
  }
  if (faults.length > 0) {
    throw new Failure(`Tests and conformance/originals.txt disagree:\n\n${faults.join('\n')}`);
  }
  return { originals, reasons };
}

function readList() {
  const originals = [];
  const reasons = new Map();
  let file = '';
  let group = '';
  let groupReason = null;
  const text = readFileSync(join(TESTS, 'conformance', 'originals.txt'), 'utf8');
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, indent, first, rest = null] = /^( *)([^:]+)(?:: (.*))?$/.exec(line);
    if (first.startsWith('reason ')) reasons.set(first.slice('reason '.length), rest);
    else if (indent.length === 0) file = first.replace(/\.py$/, '');
    else if (indent.length === 2) {
      [group, groupReason] = [first, rest];
      if (rest !== null)
        originals.push({ file, group, name: '*', reason: rest, places: new Set() });
    } else
      originals.push({ file, group, name: first, reason: rest ?? groupReason, places: new Set() });
  }
  return { originals, reasons };
}

/** The lists of names at the ends of titles. */
function namesIn(source) {
  const literals = source.match(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1/g) ?? [];
  return literals
    .flatMap((literal) => literal.match(/(?<=\()[^()]*\btest_[^()]*(?=\))/g) ?? [])
    .map((names) => names.split(',').map((each) => each.trim()))
    .map((names) => names.filter((each) => /(^|\.)_?[a-z]\w*_/.test(each) || each.startsWith('_')));
}

function find(originals, name, before) {
  const parts = name.split('.');
  const last = parts.pop();
  const qualified = (each) =>
    parts.every((part) => part === each.file || part === each.group) &&
    (parts.length > 0 ||
      before === null ||
      (each.file === before.file && each.group === before.group));
  const candidates = originals.filter(qualified);
  const matches = (wanted) => candidates.filter((each) => wanted(each.name));
  if (last.endsWith('*')) return matches((each) => each.startsWith(last.slice(0, -1)));
  if (!last.startsWith('_') || before === null) {
    const found = matches((each) => each === last);
    if (found.length === 1) return found;
    if (found.length === 0 && parts.length === 0 && before !== null)
      return find(originals, name, null);
    return [];
  }
  for (let end = before.name.length; end > 0; end = before.name.lastIndexOf('_', end - 1)) {
    const found = matches((each) => each === before.name.slice(0, end) + last);
    if (found.length === 1) return found;
  }
  return [];
}
