/** The options of a pool of processes, as far as they are not those of any pool. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { inspect } from 'node:util';
import { ValueError } from '../core/exceptions.ts';
import { childArguments } from '../threading/node-arguments.ts';
import type { ChildSetup } from './child-process.ts';
import {
  basicSettings,
  checkCount,
  type InitializerArguments,
  type PoolBasics,
  type PoolSettings,
  requirePoolOptions,
} from './pool-options.ts';

export type ProcessPoolExecutorOptions<A extends unknown[] = unknown[]> = PoolBasics<A> &
  ForProcesses &
  InitializerArguments<A>;

/** What a pool of processes takes beside what any pool does. */
interface ForProcesses {
  /** A process ends after so many tasks, ≥ 1, and is replaced when it is needed. Default `Infinity`. */
  readonly maxTasksPerChild?: number | undefined;
  /** The environment of the processes. Default: that of this one. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The folder in which the processes work. Default: that of this one. */
  readonly cwd?: string | undefined;
  /**
   * Arguments of Node's for the processes, behind those that this one was started with:
   * `['--max-old-space-size=512']`.
   */
  readonly execArgv?: readonly string[] | undefined;
}

let count = 0;

/** @throws {TypeError|ValueError} when an option is not known, or its value makes no sense */
export function processPoolSettings<A extends unknown[]>(
  options: ProcessPoolExecutorOptions<A>,
): PoolSettings {
  refuseThoseOfThreads(options);
  requirePoolOptions(options, 'ProcessPoolExecutor', [
    'maxTasksPerChild',
    'env',
    'cwd',
    'execArgv',
  ]);
  const { maxTasksPerChild = Infinity, env, cwd, execArgv = [] } = options;
  checkCount('maxTasksPerChild', maxTasksPerChild, true);
  if (env !== undefined && (typeof env !== 'object' || env === null)) {
    throw new TypeError(
      `env takes an object, got ${inspect(env)}. Write env: { ...process.env, NAME: 'value' }.`,
    );
  }
  if (!Array.isArray(execArgv) || execArgv.some((each) => typeof each !== 'string')) {
    throw new TypeError(
      `execArgv takes an array of strings, got ${inspect(execArgv)}. ` +
        "Write execArgv: ['--max-old-space-size=512'].",
    );
  }
  if (cwd !== undefined && !isFolder(cwd)) {
    throw new ValueError(`cwd takes the path of a folder that is there, got ${inspect(cwd)}`);
  }
  const child: ChildSetup = {
    execArgv: [...childArguments(), ...(execArgv as readonly string[])],
    env: env === undefined ? undefined : textsOf(env),
    cwd,
  };
  return {
    ...basicSettings(options, availableParallelism(), maxTasksPerChild),
    namePrefix: `ProcessPoolExecutor-${count++}`,
    resourceLimits: undefined,
    forWorkers: { child },
  };
}

/** What each of them is in a pool of processes. */
const insteadOf: Readonly<Record<string, string>> = {
  maxTasksPerWorker: 'It is maxTasksPerChild here.',
  resourceLimits: "Write execArgv: ['--max-old-space-size=512'], in MiB, for the heap.",
  threadNamePrefix: 'The processes have no names to choose.',
};

function refuseThoseOfThreads(options: object): void {
  for (const [name, instead] of Object.entries(insteadOf)) {
    if (typeof options !== 'object' || options === null || !Object.hasOwn(options, name)) continue;
    throw new TypeError(
      `new ProcessPoolExecutor() does not know the option ${name}, which is for threads. ${instead}`,
    );
  }
}

function isFolder(path: unknown): boolean {
  if (typeof path !== 'string') return false;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** As Node takes an environment: what is undefined is not there. */
function textsOf(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
