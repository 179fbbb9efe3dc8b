/**
 * What a Worker inherits of Node's arguments: all of them, as Node has it, with four exceptions.
 *
 *  - With `--input-type`, which goes with a program on the command line, no Worker could load its
 *    module: those who start one leave it out (`heritableArguments`).
 *  - The keeper runs no module of the program's, and everything waits for it: what the program has
 *    loaded before every thread (`--import`, `--require`) is not loaded there (`startBareWorker`). A
 *    preload that throws, or that starts threads itself, would otherwise keep the keeper from coming
 *    up, and the threads that block would never hear of it.
 *  - With `--preserve-symlinks` a package is another one behind each link to it. But the first file of a
 *    Worker is taken from behind its link, unless `--preserve-symlinks-main` is there too; the thread
 *    would then have one copy of this package, and the functions that it runs another one.
 *  - Arguments that are named to a Worker must not be those that go for the whole process: Node
 *    refuses them, and they are left out (`startWorker`).
 *
 * A child process is given them all, but for what says what the program is (`childArguments`).
 */
import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads';

/** Options that say what the main program is; and those whose value stands apart. */
const PROGRAM = /^(?:-e|--eval|-p|--print|-pe|--input-type)(?:=|$)/;
/** Those, and what there can be one of only, such as the port of a debugger. */
const NOT_FOR_CHILDREN =
  /^(?:-e|--eval|-p|--print|-pe|--input-type|-c|--check|-i|--interactive|--inspect[\w-]*|--test[\w-]*|--watch[\w-]*)(?:=|$)/;
const PRELOAD = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=|$)/;
const PRELOADS_IN_TEXT =
  /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)(?:[=\s])/;

/** What a Worker shall be given as arguments; undefined = it takes its parent's. */
export type Arguments = readonly string[] | undefined;

/** The arguments for the Workers of this program. */
export function heritableArguments(): Arguments {
  const given = [...process.execArgv, ...(preservesLinks() ? ['--preserve-symlinks-main'] : [])];
  const isProgramGiven = given.some((argument) => argument.startsWith('--input-type'));
  if (isProgramGiven) return without(given, PROGRAM);
  return hasPreloads() || preservesLinks() ? given : undefined; // the keeper, from which they would come, has not got all
}

/** The arguments for the child processes of this program: those that say how it runs, not what. */
export function childArguments(): readonly string[] {
  const given = [...process.execArgv, ...(preservesLinks() ? ['--preserve-symlinks-main'] : [])];
  return without(given, NOT_FOR_CHILDREN);
}

/** Starts a Worker without the modules that Node loads before those of a thread. */
export function startBareWorker(url: URL, options: WorkerOptions): Worker {
  const bare: WorkerOptions = { ...options, env: SHARE_ENV };
  const execArgv = heritableArguments();
  if (!hasPreloads()) return startWorker(url, bare, execArgv);
  const { NODE_OPTIONS } = process.env;
  delete process.env['NODE_OPTIONS']; // read when the Worker is made, and never again
  try {
    return startWorker(url, bare, without(execArgv ?? [], PRELOAD));
  } finally {
    if (NODE_OPTIONS !== undefined) process.env['NODE_OPTIONS'] = NODE_OPTIONS;
  }
}

/** Starts a Worker with these arguments, as far as they can be given to one. */
export function startWorker(url: URL, options: WorkerOptions, execArgv: Arguments): Worker {
  if (execArgv === undefined) return new Worker(url, options);
  try {
    return new Worker(url, { ...options, execArgv: [...execArgv] });
  } catch (error) {
    const refused = refusedArguments(error);
    const rest = execArgv.filter((argument, i) => !isPart(execArgv, i, (x) => refused.has(x)));
    if (rest.length === execArgv.length) throw error;
    return startWorker(url, options, rest);
  }
}

function preservesLinks(): boolean {
  const { NODE_OPTIONS = '' } = process.env;
  return /(?:^|\s)--preserve-symlinks(?:\s|$)/.test(
    `${process.execArgv.join(' ')} ${NODE_OPTIONS}`,
  );
}

function hasPreloads(): boolean {
  const { NODE_OPTIONS = '' } = process.env;
  return (
    process.execArgv.some((argument) => PRELOAD.test(argument)) ||
    PRELOADS_IN_TEXT.test(NODE_OPTIONS)
  );
}

function without(given: readonly string[], options: RegExp): string[] {
  return given.filter((argument, i) => !isPart(given, i, (option) => options.test(option)));
}

/** Whether the argument is such an option, or the value of one that stands apart. */
function isPart(given: readonly string[], i: number, isSuch: (option: string) => boolean): boolean {
  const argument = given[i] as string;
  return isSuch(argument) || (!argument.startsWith('-') && isSuch(given[i - 1] ?? ''));
}

/** Node names the arguments that it refuses in the message alone. */
function refusedArguments(error: unknown): ReadonlySet<string> {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') return new Set();
  return new Set(
    String(message)
      .replace(/^[^:]*: /, '')
      .split(', '),
  );
}
