/**
 * The options of a pool of threads: what they are, and what is wrong with those that were given. Most of
 * them are those of a pool of processes, too (`process-pool-options.ts`).
 */
import { availableParallelism } from 'node:os';
import { inspect } from 'node:util';
import type { ResourceLimits } from 'node:worker_threads';
import { requireKnown } from '../core/arguments.ts';
import { ValueError } from '../core/exceptions.ts';
import { THREADS } from '../shared/layout.ts';
import type { PoolSize } from '../shared/pool-table.ts';

export type ThreadPoolExecutorOptions<A extends unknown[] = unknown[]> = PoolBasics<A> &
  ForThreads &
  InitializerArguments<A>;

/** What any pool takes. Where it says thread, a pool of processes has a process. */
export interface PoolBasics<A extends unknown[]> {
  /**
   * The most threads, from 1 to 1024. Default: `min(32, availableParallelism() + 4)`; of processes, one per
   * core.
   */
  readonly maxWorkers?: number | undefined;
  /** So many threads are started at once and kept, ≥ 0, at most `maxWorkers`. Default 0. */
  readonly minWorkers?: number | undefined;
  /**
   * After so many milliseconds without work a thread beyond `minWorkers` ends, one after the other.
   * Default `Infinity`: threads are kept.
   */
  readonly idleTimeout?: number | undefined;
  /**
   * How many tasks a thread may have under way at once, ≥ 1: an async function that waits lets the next
   * ones begin. (A coroutine runs in a loop that blocks the thread.) Default 1.
   */
  readonly concurrencyPerWorker?: number | undefined;
  /**
   * A thread whose heap holds more than so many MiB ends when its tasks are done, and is replaced when
   * it is needed. Looked at between tasks, every now and then. Default `Infinity`.
   */
  readonly maxHeapPerWorker?: number | undefined;
  /**
   * How many tasks may wait in the queue, ≥ 1, from all threads together; `submit` throws `QueueFull`
   * beyond. Several threads that submit at once may exceed it by one each. Default `Infinity`.
   */
  readonly maxQueue?: number | undefined;
  /**
   * A task that waits counts one level of priority higher for each so many milliseconds, > 0; `Infinity`: what
   * is low may wait for ever. Default 1000.
   */
  readonly ageing?: number | undefined;
  /** An exported function that each thread calls before its first task. */
  readonly initializer?: ((...args: A) => unknown) | undefined;
  /**
   * An exported function that a thread calls after its last task, if it ends of its own accord: the pool is
   * shut down, or the thread is not needed, or recycled. What it throws is printed.
   */
  readonly teardown?: (() => unknown) | undefined;
}

/** What a pool of threads takes beside that. */
interface ForThreads {
  /** A thread ends after so many tasks, ≥ 1, and is replaced when it is needed. Default `Infinity`. */
  readonly maxTasksPerWorker?: number | undefined;
  /** What a thread may use, in MiB, as for Node's Workers: who exceeds it ends, and its task fails. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** Names of the threads are `PREFIX_0`, `PREFIX_1` … Default `ThreadPoolExecutor-N`. */
  readonly threadNamePrefix?: string | undefined;
}

/** Arguments of the initializer; they cross as those of `submit`. */
export type InitializerArguments<A extends unknown[]> = [] extends A
  ? { readonly initargs?: Readonly<NoInfer<A>> | undefined }
  : { readonly initargs: Readonly<NoInfer<A>> };

/** How long a worker lives. Plain data. */
export interface WorkerLife {
  readonly idleTimeout: number;
  readonly maxTasks: number;
  /** MiB. */
  readonly maxHeap: number;
}

/** Any function, as an initializer is. */
type AnyFunction = (...args: never[]) => unknown;

/** What a pool is made with. */
export interface PoolSettings {
  readonly size: PoolSize;
  readonly life: WorkerLife;
  readonly namePrefix: string;
  readonly resourceLimits: ResourceLimits | undefined;
  /** What its workers find beside the rest of `WorkerData`. */
  readonly forWorkers: object;
  readonly initializer: AnyFunction | undefined;
  readonly initargs: readonly unknown[] | undefined;
  readonly teardown: AnyFunction | undefined;
}

const AGEING_MS = 1000;
/** Below 0.25 Node ends the process when the thread starts; Skein's own modules need some of it, too. */
const LEAST_STACK_MB = 0.5;
const RESOURCES = [
  'maxYoungGenerationSizeMb',
  'maxOldGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];
const LONGEST_MS = 2 ** 31 - 1;

const wholeMs = (ms: number): number => Math.min(LONGEST_MS, Math.ceil(ms));

/** The names of the options that any pool has. */
const BASICS = [
  'maxWorkers',
  'minWorkers',
  'idleTimeout',
  'concurrencyPerWorker',
  'maxHeapPerWorker',
  'maxQueue',
  'ageing',
  'initializer',
  'initargs',
  'teardown',
];

let count = 0;

/** @throws {TypeError|ValueError} when an option is not known, or its value makes no sense */
export function threadPoolSettings<A extends unknown[]>(
  options: ThreadPoolExecutorOptions<A>,
): PoolSettings {
  const own = ['maxTasksPerWorker', 'resourceLimits', 'threadNamePrefix'];
  requirePoolOptions(options, 'ThreadPoolExecutor', own);
  const { maxTasksPerWorker = Infinity, resourceLimits, threadNamePrefix } = options;
  checkCount('maxTasksPerWorker', maxTasksPerWorker, true);
  if (threadNamePrefix !== undefined && typeof threadNamePrefix !== 'string') {
    throw new TypeError(`threadNamePrefix takes a string, got ${inspect(threadNamePrefix)}`);
  }
  if (resourceLimits !== undefined) checkResourceLimits(resourceLimits);
  return {
    ...basicSettings(options, Math.min(32, availableParallelism() + 4), maxTasksPerWorker),
    namePrefix: threadNamePrefix ?? `ThreadPoolExecutor-${count++}`,
    resourceLimits,
    forWorkers: {},
  };
}

/** @throws {TypeError} when that are no options of a pool, whose own are these beside the usual */
export function requirePoolOptions(options: object, name: string, own: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `new ${name}() takes an object of options, got ${inspect(options)}. ` +
        `Write new ${name}({ maxWorkers: 4 }).`,
    );
  }
  requireKnown(options, `new ${name}`, [...BASICS, ...own]);
}

/**
 * What any pool is made with.
 *
 * @param most - how many workers it may have, if the options do not say
 * @throws {ValueError} when a value makes no sense
 */
export function basicSettings<A extends unknown[]>(
  options: PoolBasics<A> & { readonly initargs?: readonly unknown[] | undefined },
  most: number,
  maxTasks: number,
): Omit<PoolSettings, 'namePrefix' | 'resourceLimits' | 'forWorkers'> {
  const { maxWorkers = most, minWorkers = 0 } = options;
  const { concurrencyPerWorker = 1, maxQueue = Infinity } = options;
  const { idleTimeout = Infinity, ageing = AGEING_MS, maxHeapPerWorker = Infinity } = options;
  const { initializer, initargs, teardown } = options;
  checkSize(minWorkers, maxWorkers);
  checkCount('concurrencyPerWorker', concurrencyPerWorker, false);
  checkCount('maxQueue', maxQueue, true);
  checkPositive('maxHeapPerWorker', 'MiB', maxHeapPerWorker);
  checkPositive('idleTimeout', 'milliseconds', idleTimeout);
  checkPositive('ageing', 'milliseconds', ageing);
  return {
    size: { minWorkers, maxWorkers, concurrencyPerWorker, maxQueue, ageing: wholeMs(ageing) },
    life: { idleTimeout, maxTasks, maxHeap: maxHeapPerWorker },
    initializer,
    initargs,
    teardown,
  };
}

function checkResourceLimits(limits: ResourceLimits): void {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) {
    throw new TypeError(
      `resourceLimits takes an object, got ${inspect(limits)}. Write resourceLimits: { maxOldGenerationSizeMb: 256 }.`,
    );
  }
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!RESOURCES.includes(name)) {
      throw new TypeError(`resourceLimits knows ${RESOURCES.join(', ')}, and was given '${name}'.`);
    }
    if (value === undefined || (typeof value === 'number' && value >= 0)) continue;
    throw new ValueError(`resourceLimits.${name} takes MiB ≥ 0, got ${inspect(value)}`);
  }
  const { stackSizeMb = 0 } = limits;
  if (stackSizeMb === 0 || stackSizeMb >= LEAST_STACK_MB) return; // 0: Node's own default
  throw new ValueError(
    `resourceLimits.stackSizeMb takes MiB ≥ ${LEAST_STACK_MB}, got ${stackSizeMb}: with less of it Node ` +
      'cannot start a thread, and the whole process ends. Its default is 4.',
  );
}

/** @throws {ValueError} when a pool cannot have so many workers */
export function checkSize(minWorkers: number, maxWorkers: number): void {
  if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
    throw new ValueError(
      `max_workers must be greater than 0: maxWorkers takes a whole number ≥ 1, got ${inspect(maxWorkers)}`,
    );
  }
  if (maxWorkers > THREADS) {
    throw new ValueError(
      `maxWorkers takes at most ${THREADS}, for a process has no more threads of Skein's, got ${maxWorkers}`,
    );
  }
  if (!Number.isInteger(minWorkers) || minWorkers < 0 || minWorkers > maxWorkers) {
    throw new ValueError(
      `minWorkers takes a whole number from 0 to maxWorkers, which is ${maxWorkers}, got ${inspect(minWorkers)}`,
    );
  }
}

/** @throws {ValueError} when that is no number of something */
export function checkCount(name: string, value: unknown, mayBeInfinite: boolean): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 31) return;
  if (mayBeInfinite && value === Infinity) return;
  const more = mayBeInfinite ? ', or Infinity' : '';
  throw new ValueError(`${name} takes a whole number ≥ 1${more}, got ${inspect(value)}`);
}

function checkPositive(name: string, unit: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return;
  throw new ValueError(`${name} takes ${unit} > 0, got ${inspect(value)}`);
}
