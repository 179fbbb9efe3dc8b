import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The folder the user stood in: npm itself moves elsewhere before it runs a script. */
const callersFolder = process.env.INIT_CWD ?? process.cwd();

const FULL = { rounds: 7, warmUpMs: 1500, sliceMs: 60, slices: 5 };
const QUICK = { rounds: 3, warmUpMs: 1200, sliceMs: 40, slices: 5 };

/**
 * What the user asked for.
 *
 * @returns {{ words: string[], rounds: number, effort: import('./measure.mjs').Effort,
 *   json: string | undefined, against: string | undefined }}
 */
export function parseArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      json: { type: 'string' },
      against: { type: 'string' },
    },
  });
  const { rounds, ...effort } = values.quick ? QUICK : FULL;
  return {
    words: positionals,
    rounds: values.rounds === undefined ? rounds : roundsIn(values.rounds),
    effort,
    json: inCallersFolder(values.json),
    against: inCallersFolder(values.against),
  };
}

function roundsIn(text) {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1) return rounds;
  throw new RangeError(`--rounds takes a whole number ≥ 1, got '${text}'`);
}

function inCallersFolder(path) {
  return path === undefined ? undefined : resolve(callersFolder, path);
}
