import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  readonly folder: string;
  /** Threads that walk. */
  readonly threads: number;
  /** Threads of the pool, which hash. */
  readonly workers: number;
  /** Whether to do it again with one thread. */
  readonly compare: boolean;
  /** How many groups of duplicates are shown. */
  readonly limit: number;
}

const THREADS = 3;
const LIMIT = 20;

const HELP = `Finds the files that are there more than once below a folder.

  npm start -- [OPTIONS] [FOLDER]      FOLDER: this project's node_modules, if not given

  --threads N     threads that walk the folder, each with a loop of its own: ${THREADS}
  --workers N     threads of the pool that hashes the files: one per core (${availableParallelism()})
  --limit N       groups of duplicates to show, those that waste most: ${LIMIT}
  --no-compare    do not do it again with one thread to see how much faster it is
  --help          this text

Links are not followed. Exit code: 0 done · 1 failed on the way · 2 asked in a wrong way.`;

/** What the command line asks for. Ends the program when it asks for help, or for something else. */
export function readOptions(): Options {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    return exitWith(2, `find-duplicates: ${(error as Error).message}\n\n--help tells how to ask.`);
  }
}

function parse(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      threads: { type: 'string' },
      workers: { type: 'string' },
      limit: { type: 'string' },
      'no-compare': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) exitWith(0, HELP);
  if (positionals.length > 1) {
    throw new TypeError(`one FOLDER is expected, got ${positionals.length}`);
  }
  return {
    folder: folderOf(positionals[0] ?? nodeModules()),
    threads: wholeNumber('--threads', values.threads, THREADS, 1),
    workers: wholeNumber('--workers', values.workers, availableParallelism(), 1),
    compare: !values['no-compare'],
    limit: wholeNumber('--limit', values.limit, LIMIT, 0),
  };
}

/** The nearest above this file. */
function nodeModules(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'node_modules'))) folder = dirname(folder);
  return join(folder, 'node_modules');
}

function folderOf(given: string): string {
  const folder = resolve(given);
  try {
    readdirSync(folder);
    return folder;
  } catch (cause) {
    throw new TypeError(whyNot(folder, cause as NodeJS.ErrnoException), { cause });
  }
}

function whyNot(folder: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `there is no folder ${folder}`;
  if (code === 'ENOTDIR') return `${folder} is not a folder`;
  return `the folder ${folder} cannot be read (${code})`;
}

/** Ends the program with a last word: to stdout when all is well, otherwise to stderr. */
function exitWith(code: number, text: string): never {
  if (code === 0) console.log(text);
  else console.error(text);
  process.exit(code);
}

const MOST = 500;

function wholeNumber(
  name: string,
  given: string | undefined,
  usual: number,
  least: number,
): number {
  if (given === undefined) return usual;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && number <= MOST) return number;
  throw new TypeError(`${name} takes a whole number from ${least} to ${MOST}, got '${given}'`);
}
