import { readdirSync } from 'node:fs';

/**
 * @typedef {object} Contestant who competes: a module, or a program for Python
 * @property {string} file in contestants/
 * @property {string} [python] the module that the interpreter must have
 * @property {string} [feature] what it is told instead of the case's
 *
 * @typedef {object} Target what the project has promised itself
 * @property {string} case
 * @property {string} who
 * @property {string} [than] not for a peak
 * @property {'rate' | 'time' | 'memory' | 'peak'} of what the ratio is made of: who's divided by than's;
 *   a peak is the memory of the process and no ratio
 * @property {number} [atLeast]
 * @property {number} [atMost] a ratio; bytes for a peak
 *
 * @typedef {object} Question
 * @property {string} name the file's
 * @property {string} title
 * @property {Record<string, { only?: string[], count?: number, feature?: string }>} cases what a
 *   contestant is told, by the name of the case; `only` says who competes, where not all do; `count`: so
 *   much in every slice, however long that takes
 * @property {Contestant[]} contestants the first one is what the others are compared with
 * @property {'rate' | 'time' | 'memory'} shown thousands a second, time for one, or bytes for each of
 *   the `count` of the case that are pending at the same time
 * @property {boolean} [once] measured once per process, from nothing: no warm-up
 * @property {Partial<import('./measure.mjs').Effort>} [effort] where the usual one is not enough
 * @property {boolean} [showsCpu]
 * @property {string[]} unequal what is not the same for all
 * @property {Target[]} targets
 */

/** A contestant that is a module for Node, and which of its features it uses. */
export const node = (name, feature) => ({ file: `${name}.mjs`, feature });

/** A contestant that is a program for Python; left out where no interpreter has `module`. */
export const python = (name, module = 'asyncio') => ({ file: `${name}.py`, python: module });

/**
 * The questions whose names hold one of the words; all of them when there is none.
 *
 * @param {string[]} words
 * @returns {Promise<Question[]>}
 */
export async function loadQuestions(words) {
  const folder = new URL('../questions/', import.meta.url);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort();
  const wanted = names.filter(
    (name) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (wanted.length === 0) {
    throw new RangeError(`No question is called '${words.join("' or '")}': ${names.join(', ')}`);
  }
  const load = async (name) => ({
    name,
    ...(await import(new URL(`${name}.mjs`, folder))).default,
  });
  return Promise.all(wanted.map(load));
}
