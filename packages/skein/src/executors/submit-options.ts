/** The options of one task: what `executor.with` takes, and what becomes of it on the way to a worker. */
import { inspect } from 'node:util';
import type { Transferable } from 'node:worker_threads';
import { requireKnown } from '../core/arguments.ts';
import { type CarriedValues, valuesToCarry } from '../core/carried-context.ts';
import { Context, copyContext } from '../core/context.ts';
import { ValueError } from '../core/exceptions.ts';
import { HIGHEST_PRIORITY } from '../shared/pool-queue.ts';
import type { TraceHeaders } from './trace-context.ts';

/** What `executor.with` takes. */
export interface SubmitOptions {
  /**
   * The context whose values the task finds in its own variables of the same names; `true` for the one
   * that is current when the task is submitted. What the task sets stays there.
   */
  readonly context?: Context | boolean | undefined;
  /** What the task is called: in `currentJob().name`, in errors. Default: the name of its function. */
  readonly name?: string | undefined;
  /**
   * How long it may run, in milliseconds > 0, counted from when a worker begins it. Then it is asked to
   * end (`currentJob()`), and fails with `TimeoutError`, whatever it does. Default: as long as it likes.
   */
  readonly timeout?: number | undefined;
  /**
   * How long it may go on after it was asked to end by `timeout` or `signal`, in milliseconds ≥ 0. Then
   * its thread is ended, and the pool replaces it. Default 100; `Infinity`: its thread is never ended.
   */
  readonly grace?: number | undefined;
  /**
   * When it is aborted, a task that has not begun is cancelled and one that runs is asked to end. It
   * fails with the reason of the signal, whatever it does.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Who is done first: a whole number from -3 to 3, larger first. For each `ageing` milliseconds that a task
   * waits it counts one higher. Default 0; among equals it is first come, first served.
   */
  readonly priority?: number | undefined;
  /**
   * How often it is done again after it failed, or its thread died, or its time was over; a whole number
   * ≥ 0. Its future ends as the last attempt does. Once it was cancelled it is not done again. Of `map` a
   * whole chunk is, when one of its elements fails. Default 0.
   */
  readonly retries?: number | undefined;
  /**
   * What of the arguments is moved to the task instead of copied: `ArrayBuffer`s, `MessagePort`s, … They
   * are detached here when the task is submitted. `transfer()` says it of a single argument, or of a result.
   */
  readonly transfer?: readonly Transferable[] | undefined;
  /**
   * For `stream`: how many values may be on their way or wait to be asked for, a whole number ≥ 1.
   * Default 64.
   */
  readonly bufferSize?: number | undefined;
}

/** The options of a task that is submitted now. */
export interface JobOptions {
  readonly context: CarriedValues | null;
  readonly name: string | null;
  /** Milliseconds; 0 = none. */
  readonly timeout: number;
  /** Milliseconds; `Infinity` = for ever. */
  readonly grace: number;
  readonly signal: AbortSignal | null;
  readonly retries: number;
  readonly priority: number;
  readonly transfer: readonly Transferable[];
  readonly trace: TraceHeaders | null;
  /** The arguments are elements of `map`: index of the first one; -1 = they are arguments. */
  readonly chunkFrom: number;
}

const GRACE_MS = 100;
/** Moments are compared modulo 2³² ms (`layout.ts`). */
const LONGEST_MS = 2 ** 30;
/** How far away a deadline may be, which is both limits together. The rest is for those who look late. */
const FARTHEST_MS = 2 ** 31 - 2 ** 20;
/** Stands for `Infinity` in the words of a slot. */
const NO_END = -1;

/** A time as it stands in a slot. */
export const limitToWord = (ms: number): number => (ms === Infinity ? NO_END : ms);
export const limitFromWord = (word: number): number => (word === NO_END ? Infinity : word);

/** @throws {TypeError|ValueError} when an option is not known, or its value makes no sense */
export function checkOptions(options: SubmitOptions): SubmitOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `with() takes an object of options, got ${inspect(options)}. Write pool.with({ timeout: 1000 }).`,
    );
  }
  requireKnown(options, 'with', Object.keys(checks));
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) checks[name as keyof SubmitOptions](value);
  }
  return options;
}

/**
 * What of the options is to be known when a task is submitted with them; null = nothing.
 *
 * @param chunkFrom - for `map`: index of the first element of a chunk
 */
export function jobOptions(options: SubmitOptions, chunkFrom: number = -1): JobOptions | null {
  const { context = false, name = null, timeout = Infinity, grace = GRACE_MS } = options;
  const { signal = null, retries = 0, priority = 0, transfer = [] } = options;
  const carried =
    context === false ? null : valuesToCarry(context === true ? copyContext() : context);
  const isLimited = timeout !== Infinity || signal !== null;
  const isOrdinary = retries === 0 && priority === 0 && transfer.length === 0 && chunkFrom < 0;
  if (carried === null && name === null && !isLimited && isOrdinary) return null;
  const timeoutMs = timeout === Infinity ? 0 : Math.ceil(timeout);
  return {
    context: carried,
    name,
    timeout: timeoutMs,
    grace: grace === Infinity ? Infinity : Math.min(Math.ceil(grace), FARTHEST_MS - timeoutMs),
    signal,
    retries,
    priority,
    transfer,
    trace: null,
    chunkFrom,
  };
}

/** The same for a task that belongs to a trace. */
export function traced(options: JobOptions | null, trace: TraceHeaders): JobOptions {
  return options === null ? { ...ordinary, trace } : { ...options, trace };
}

const ordinary: JobOptions = {
  context: null,
  name: null,
  timeout: 0,
  grace: GRACE_MS,
  signal: null,
  retries: 0,
  priority: 0,
  transfer: [],
  trace: null,
  chunkFrom: -1,
};

const checks: { readonly [K in keyof Required<SubmitOptions>]: (value: unknown) => void } = {
  context: (value) => {
    if (typeof value === 'boolean' || value instanceof Context) return;
    throw wrong('context', 'a Context, or true for the current one', value);
  },
  name: (value) => {
    if (typeof value !== 'string') throw wrong('name', 'a string', value);
  },
  timeout: (value) => checkMilliseconds('timeout', value, Number.MIN_VALUE),
  grace: (value) => checkMilliseconds('grace', value, 0),
  signal: (value) => {
    if (!(value instanceof AbortSignal)) throw wrong('signal', 'an AbortSignal', value);
  },
  priority: (value) => {
    if (Number.isInteger(value) && Math.abs(value as number) <= HIGHEST_PRIORITY) return;
    const range = `from -${HIGHEST_PRIORITY} to ${HIGHEST_PRIORITY}`;
    throw new ValueError(
      `the option 'priority' takes a whole number ${range}, got ${inspect(value)}`,
    );
  },
  retries: (value) => {
    if (Number.isInteger(value) && (value as number) >= 0) return;
    throw new ValueError(`the option 'retries' takes a whole number ≥ 0, got ${inspect(value)}`);
  },
  bufferSize: (value) => {
    if (Number.isInteger(value) && (value as number) >= 1) return;
    throw new ValueError(`the option 'bufferSize' takes a whole number ≥ 1, got ${inspect(value)}`);
  },
  transfer: (value) => {
    if (!Array.isArray(value)) throw wrong('transfer', 'an array of what is moved', value);
  },
};

function checkMilliseconds(name: string, value: unknown, least: number): void {
  if (typeof value !== 'number') throw wrong(name, 'a number of milliseconds', value);
  if (value >= least && (value <= LONGEST_MS || value === Infinity)) return;
  const bound = least === 0 ? '≥ 0' : '> 0';
  throw new ValueError(
    `the option '${name}' takes milliseconds ${bound}, at most ${LONGEST_MS} (12 days) or Infinity, got ${value}`,
  );
}

function wrong(name: string, takes: string, value: unknown): TypeError {
  return new TypeError(`the option '${name}' takes ${takes}, got ${inspect(value)}`);
}
