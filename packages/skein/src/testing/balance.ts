import { requireLoop } from '../core/arguments.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import type { Future } from '../core/future.ts';
import { getRunningLoop } from '../core/running-loop.ts';
import type { Task } from '../core/task.ts';
import { thisThreadIfAny } from '../crossing/this-thread.ts';
import { load } from '../shared/atomics.ts';
import {
  POOL,
  poolAt,
  POOLS,
  PoolStatus,
  THREAD,
  threadAt,
  ThreadFlag,
  ThreadStatus,
} from '../shared/layout.ts';
import type { ProcessMemory } from '../shared/process-memory.ts';
import { usedEntries } from '../shared/thread-table.ts';

/** What a test, or a program, has not given back. All empty and zero is balanced. */
export interface BalanceSheet {
  /** Tasks of the loop that are not done, without the one that asks. */
  readonly pendingTasks: readonly Task<unknown>[];
  /** Timers of the loop that will still run. */
  readonly openTimers: number;
  /** Callbacks and steps that are ready to run. */
  readonly readyHandles: number;
  /** Futures and tasks of the loop that have failed, and at whose error nobody has looked. */
  readonly unretrievedFailures: readonly Future<unknown>[];
  /** Jobs and other things that this thread waits for, of any loop or none. */
  readonly jobs: number;
  /** Idents of the pools of the program that are not shut down, or have work or threads yet. */
  readonly pools: readonly number[];
  /** Idents of the threads of the program that run, without workers of pools and this thread. */
  readonly threads: readonly number[];
}

/** Something is left at the end. The message says what. */
export class BalanceError extends RuntimeError {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'BalanceError', configurable: true });
  }

  constructor(message?: string, options?: ErrorOptions) {
    super(message, 'ERR_NOT_BALANCED', options);
  }
}

/**
 * What is open now, in a loop and in the threads of the program.
 *
 * @param loop - by default the one that runs
 * @throws {RuntimeError} when no loop is given and none runs
 */
export function balanceSheet(loop: EventLoop = getRunningLoop()): BalanceSheet {
  requireLoop(loop);
  const { scheduler } = loop;
  const thread = thisThreadIfAny();
  return {
    pendingTasks: [...scheduler.tasks].filter((task) => task !== scheduler.currentTask),
    openTimers: scheduler.timers.live,
    readyHandles: scheduler.readyLength,
    unretrievedFailures: [...scheduler.late.unseenFailures],
    jobs: thread?.mailbox.outstanding ?? 0,
    pools: thread === undefined ? [] : openPools(thread.memory),
    threads: thread === undefined ? [] : runningThreads(thread.memory, thread.address.ident),
  };
}

/**
 * Makes sure that nothing is open any more.
 *
 * @param loop - by default the one that runs
 * @param options.since - what was open before and does not count: pools, threads and jobs
 * @throws {BalanceError} with all that is open
 */
export function assertBalanced(
  loop: EventLoop = getRunningLoop(),
  options?: { readonly since?: BalanceSheet | undefined },
): void {
  const open = tell(balanceSheet(loop), options?.since);
  if (open.length === 0) return;
  throw new BalanceError(
    `Not everything was given back. Open are:${open.map((line) => `\n  ${line}`).join('')}`,
  );
}

function tell(sheet: BalanceSheet, since: BalanceSheet | undefined): string[] {
  const lines: string[] = [];
  const count = (number: number, what: string): void => {
    if (number > 0) lines.push(`${number} ${what}`);
  };
  for (const task of sheet.pendingTasks) lines.push(`pending task: ${task}`);
  for (const future of sheet.unretrievedFailures) lines.push(`failure nobody saw: ${future}`);
  count(sheet.openTimers, 'timers');
  count(sheet.readyHandles, 'callbacks that are ready to run');
  count(sheet.jobs - (since?.jobs ?? 0), 'jobs of this thread in pools, or threads it waits for');
  count(added(sheet.pools, since?.pools), 'thread pools: call shutdown()');
  count(added(sheet.threads, since?.threads), 'threads: call join()');
  return lines;
}

const added = (now: readonly number[], before: readonly number[] = []): number =>
  now.filter((ident) => !before.includes(ident)).length;

function openPools({ words }: ProcessMemory): number[] {
  const idents: number[] = [];
  for (let index = 0; index < POOLS; index++) {
    const at = poolAt(index);
    const isOpen = load(words, at + POOL.status) !== PoolStatus.free;
    if (isOpen) idents.push(load(words, at + POOL.ident));
  }
  return idents;
}

function runningThreads({ words }: ProcessMemory, own: number): number[] {
  const idents: number[] = [];
  for (let entry = 0; entry < usedEntries(words); entry++) {
    const at = threadAt(entry);
    const status = load(words, at + THREAD.status);
    const flags = load(words, at + THREAD.flags);
    const ident = load(words, at + THREAD.ident);
    const runs = status === ThreadStatus.starting || status === ThreadStatus.running;
    const isStaff = (flags & (ThreadFlag.worker | ThreadFlag.keeper)) !== 0;
    const isRoot = load(words, at + THREAD.starter) === 0;
    if (runs && !isStaff && !isRoot && ident !== own) idents.push(ident);
  }
  return idents;
}
