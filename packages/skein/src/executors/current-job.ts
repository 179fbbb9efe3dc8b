/**
 * What a task knows of itself while a worker runs it, and how it hears that it shall end.
 *
 * A function that computes has to look; one that waits is told: its signal is aborted, and the task of
 * the loop that drives it is cancelled.
 */
import { ContextVar } from '../core/context-var.ts';
import { staysInItsThread } from '../core/carried-context.ts';
import type { RunningJob } from './running-job.ts';
import type { TraceHeaders } from './trace-context.ts';

/** A task that a worker of a pool runs now. */
export interface CurrentJob {
  /** What it was submitted as: its `name`, or that of its function. */
  readonly name: string;
  /**
   * Whether it shall end: its future was cancelled, its time is over, its signal was aborted. It stays
   * true. To look costs some 20 ns, so a loop may look often.
   */
  readonly cancelled: boolean;
  /** @throws {CancelledError} when it shall end */
  throwIfCancelled(): void;
  /** Aborted when it shall end, with a `CancelledError`; for what takes a signal, such as `fetch`. */
  readonly signal: AbortSignal;
  /** Milliseconds until its time is over, ≥ 0; `Infinity` without a `timeout`. */
  readonly timeLeft: number;
  /**
   * The trace of whoever submitted it, as headers: `traceparent`, …; null when it has none. Where OpenTelemetry is
   * set up in the worker as well, the function runs in that trace already.
   */
  readonly trace: TraceHeaders | null;
}

/** The job whose function is on the stack. */
let onStack: RunningJob | null = null;
/** The one that was begun while no other was under way, and has no context of its own. */
let alone: RunningJob | null = null;
/** Jobs that are under way beside others are told apart by their contexts. Null: it is of no job. */
const inContext = staysInItsThread(new ContextVar<RunningJob | null>('skein.job'));

/**
 * The task that a pool's worker runs here. Outside of one: a task that goes on for ever, so that a
 * function can look whoever calls it.
 *
 * ```ts
 * export function search(rows: Row[]): Row | undefined {
 *   const job = currentJob();
 *   return rows.find((row) => (job.throwIfCancelled(), matches(row)));
 * }
 * ```
 *
 * Thread  any. What the task leaves behind when it is done, such as a timer, may not find it any more
 */
export function currentJob(): CurrentJob {
  return runningJob() ?? outside;
}

/** The same for the worker; null outside of a task. */
export function runningJob(): RunningJob | null {
  const found = inContext.get(undefined);
  // Before the stack: while one begins, the loop may turn, and go on with those beside it.
  if (found !== undefined && found !== null && !found.isOver) return found;
  if (onStack !== null) return onStack;
  return found === undefined && alone?.isOver === false ? alone : null;
}

/** The job whose function is on the stack; null when there is none. */
export function jobOnStack(): RunningJob | null {
  return onStack;
}

/** From now on this job's function is on the stack; returns whose was before. */
export function setOnStack(job: RunningJob | null): RunningJob | null {
  const outer = onStack;
  onStack = job;
  return outer;
}

/** Which job goes on alone now, where there are no others beside it. */
export function setAlone(job: RunningJob | null): void {
  alone = job;
}

/**
 * Makes `job` the current one in the context that is entered now, and in all that comes of it; null: what
 * runs there is beside the jobs.
 */
export function setInContext(job: RunningJob | null): void {
  inContext.set(job);
}

const outside: CurrentJob = {
  name: '',
  cancelled: false,
  throwIfCancelled: () => {},
  signal: new AbortController().signal,
  timeLeft: Infinity,
  trace: null,
};
