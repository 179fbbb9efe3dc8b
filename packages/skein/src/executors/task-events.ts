/**
 * What happens to tasks, told through `node:diagnostics_channel`. Each thread has channels of its own: the first
 * two are of the thread that submits, the others of the worker, where the `initializer` of the pool can subscribe.
 *
 * | channel             | when                                     | message            |
 * | ------------------- | ---------------------------------------- | ------------------ |
 * | `skein:task:submit` | a task was submitted                     | `TaskSubmitted`    |
 * | `skein:task:settle` | this thread has heard what came of it    | `TaskSettled`      |
 * | `skein:task:start`  | a worker calls its function              | `TaskStarted`      |
 * | `skein:task:end`    | its function has come to its end         | `TaskEnded`        |
 */
import { channel } from 'node:diagnostics_channel';
import type { ConcurrentFutureLike } from '../core/executor.ts';

/** The message of `skein:task:submit`. */
export interface TaskSubmitted {
  /** What `submit` returns. */
  readonly future: ConcurrentFutureLike<unknown>;
  /** What the task is called. */
  readonly name: string;
}

/** The message of `skein:task:settle`. */
export interface TaskSettled extends TaskSubmitted {
  readonly outcome: 'value' | 'error' | 'cancelled';
  /** What it has failed with. */
  readonly error?: unknown;
}

/** The message of `skein:task:start`; the same object comes with `skein:task:end`. */
export interface TaskStarted {
  readonly name: string;
}

/** The message of `skein:task:end`. */
export interface TaskEnded extends TaskStarted {
  /** What it has thrown. */
  error?: unknown;
}

const submit = channel('skein:task:submit');
const settle = channel('skein:task:settle');
const start = channel('skein:task:start');
const end = channel('skein:task:end');

/** The names of tasks that were submitted while somebody listened. */
const names = new WeakMap<object, string>();
const started = new WeakMap<object, TaskEnded>();

/** A task was submitted in this thread. */
export function noteSubmitted(
  future: ConcurrentFutureLike<unknown> & { readonly name: string },
): void {
  if (!submit.hasSubscribers && !settle.hasSubscribers) return;
  const { name } = future;
  names.set(future, name);
  submit.publish({ future, name } satisfies TaskSubmitted);
}

/**
 * A future of this thread is done.
 *
 * @param outcome - and, if it is an error, with what
 */
export function noteSettled(
  future: ConcurrentFutureLike<unknown>,
  outcome: TaskSettled['outcome'],
  value: unknown,
): void {
  if (!settle.hasSubscribers) return;
  const name = names.get(future);
  if (name === undefined) return; // no task, or from before
  const message: TaskSettled = { future, name, outcome };
  settle.publish(outcome === 'error' ? { ...message, error: value } : message);
}

/** The function of a job is about to be called in this thread. */
export function noteStarted(job: { readonly name: string }): void {
  if (!start.hasSubscribers && !end.hasSubscribers) return;
  const message: TaskEnded = { name: job.name };
  started.set(job, message);
  start.publish(message);
}

/** It has come to its end. */
export function noteEnded(job: object, hasThrown: boolean, value: unknown): void {
  if (!end.hasSubscribers) return;
  const message = started.get(job);
  if (message === undefined) return;
  if (hasThrown) message.error = value;
  end.publish(message);
}
