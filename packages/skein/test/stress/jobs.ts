/** Jobs for the stress tests: what to call with what, and whether an outcome may be its own. */
import { BrokenThreadPool, CancelledError, DataCloneError, type SubmitOptions } from 'skein';
import type { Random } from './random.ts';
import {
  add,
  addInCoroutine,
  addSlowly,
  countUp,
  exit,
  fail,
  giveFunction,
  invert,
  spin,
  StressError,
  throwNumber,
} from './tasks.ts';

type AnyFunction = (...args: never[]) => unknown;

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly fn: (...args: unknown[]) => unknown;
  readonly args: readonly unknown[];
  /** What it is submitted with, if with anything. */
  readonly options?: SubmitOptions;
  /** Aborts the signal that is among them. */
  readonly abort?: () => void;
  /** What is wrong with this value as a result; undefined when it is right. */
  readonly valueFault: (value: unknown) => string | undefined;
  /** Likewise with this error. That the worker was terminated is always right. */
  readonly errorFault: (error: unknown, cancelled: Cancelled) => string | undefined;
}

/** What came out of a job. */
export type Outcome =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: unknown };

/** Whether somebody has cancelled a job: not at all, while it might have been running, before it began. */
export type Cancelled = 'no' | 'asked' | 'yes';

let count = 0;

/** A job at random. Few are murderous: each costs a worker, and `spin` waits for the executioner. */
export function makeJob(random: Random, seed: number): Job {
  const id = (seed % 1000) * 1_000_000 + count++;
  const roll = random.below(1000);
  if (roll < 1) return job(id, 'exit', exit, [id, 5], never, isExit(5));
  if (roll < 2) return job(id, 'spin', spin, [id], never, fault('terminated'));
  if (roll < 60) return job(id, 'fail', fail, [id], never, isStressError(id));
  if (roll < 100) return job(id, 'throw', throwNumber, [id], never, equals(id));
  if (roll < 140) return job(id, 'uncloneable', giveFunction, [id], never, isCloneError);
  if (roll < 260) return bytesJob(id, random.pick([100, 1024, 1024, 100 * 1024]));
  if (roll < 280) return sharedJob(id);
  const [a, b] = [random.below(1e6), random.below(1e6)];
  const fn = roll < 300 ? addSlowly : roll < 320 ? addInCoroutine : add;
  return job(id, fn.name, fn, [id, a, b], isPair(id, a + b), never);
}

/** What is wrong with an outcome; undefined when the job may end like that. */
export function outcomeFault(of: Job, outcome: Outcome, cancelled: Cancelled): string | undefined {
  const text = (what: string): string => `${of.kind} ${of.id}: ${what}`;
  if (outcome.type === 'error' && outcome.error instanceof CancelledError) {
    return cancelled === 'no' ? text('cancelled by nobody') : undefined;
  }
  if (cancelled === 'yes')
    return text(`cancel() said true, and then it settled with ${shown(outcome)}`);
  if (outcome.type === 'value') {
    const wrong = of.valueFault(outcome.value);
    return wrong === undefined ? undefined : text(`${wrong}: ${shown(outcome)}`);
  }
  const { error } = outcome;
  if (error instanceof BrokenThreadPool && error.message.includes('terminated')) return undefined;
  const wrong = of.errorFault(error, cancelled);
  return wrong === undefined ? undefined : text(`${wrong}: ${shown(outcome)}`);
}

function bytesJob(id: number, length: number): Job {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (id + index) & 0xff;
  const isInverse = (value: unknown): string | undefined => {
    if (!(value instanceof Uint8Array) || value.length !== length) return 'not its bytes';
    const wrong = value.findIndex((byte, index) => byte !== (((id + index) & 0xff) ^ 0xff));
    return wrong < 0 ? undefined : `byte ${wrong} of ${length} is not its own`;
  };
  return job(id, `${length} bytes`, invert, [id, bytes], isInverse, never);
}

function sharedJob(id: number): Job {
  const shared = new SharedArrayBuffer(8);
  const isCounted = (value: unknown): string | undefined => {
    if (!(value instanceof SharedArrayBuffer)) return 'no SharedArrayBuffer';
    const counted = new Int32Array(value)[0] === id && new Int32Array(shared)[0] === id;
    return counted ? undefined : 'another SharedArrayBuffer';
  };
  return job(id, 'shared', countUp, [id, shared], isCounted, never);
}

export const job = (
  id: number,
  kind: string,
  fn: AnyFunction,
  args: readonly unknown[],
  valueFault: Job['valueFault'],
  errorFault: Job['errorFault'],
): Job => ({ id, kind, fn: fn as Job['fn'], args, valueFault, errorFault });

export const never = (): string => 'an outcome that it cannot have';
export const fault = (what: string) => () => `expected it to be ${what}`;

export const equals = (expected: unknown) => (found: unknown) =>
  found === expected ? undefined : `expected ${String(expected)}`;

export const isPair = (id: number, sum: number) => (value: unknown) =>
  Array.isArray(value) && value[0] === id && value[1] === sum
    ? undefined
    : `expected [${id}, ${sum}]`;

export const isStressError = (id: number) => (error: unknown) =>
  error instanceof StressError && error.id === id ? undefined : 'expected its own StressError';

const isCloneError = (error: unknown): string | undefined =>
  error instanceof DataCloneError ? undefined : 'expected a DataCloneError';

export const isExit = (code: number) => (error: unknown) =>
  error instanceof BrokenThreadPool && error.message.includes(`process.exit(${code})`)
    ? undefined
    : 'expected to be told of process.exit';

const shown = (outcome: Outcome): string =>
  outcome.type === 'value'
    ? `value ${String(outcome.value).slice(0, 80)}`
    : `error ${outcome.error instanceof Error ? outcome.error.stack : String(outcome.error)}`;
