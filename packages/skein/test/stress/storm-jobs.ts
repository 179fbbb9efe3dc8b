/** Jobs for the storm: everything that can go wrong with a task, and that can be asked of one, at once. */
import { BrokenThreadPool, type SubmitOptions, TimeoutError } from 'skein';
import { equals, fault, isPair, isStressError, type Job, job, makeJob, never } from './jobs.ts';
import type { Random } from './random.ts';
import {
  add,
  addSlowly,
  failUntil,
  fill,
  spin,
  spinUntilAsked,
  StressError,
  throwLater,
  waitUntilAsked,
} from './tasks.ts';

let count = 0;

/** A job at random. What costs a thread is rare: to start one takes as long as ten thousand small tasks. */
export function makeStormJob(random: Random, seed: number): Job {
  const id = (seed % 1000) * 1_000_000 + 500_000 + count++;
  const roll = random.below(10_000);
  const [a, b] = [random.below(1e6), random.below(1e6)];
  const timeout = 1 + random.below(30);
  if (roll < 6) return job(id, 'fill', fill, [id], never, isOutOfMemory);
  if (roll < 16) return job(id, 'throw later', throwLater, [id], never, isUncaught(id));
  if (roll < 36)
    return limited(job(id, 'overrun', spin, [id], never, isLate), { timeout, grace: 5 });
  if (roll < 136) return limited(job(id, 'late', spinUntilAsked, [id], never, isLate), { timeout });
  if (roll < 236) return limited(job(id, 'long', waitUntilAsked, [id], never, isLate), { timeout });
  if (roll < 336) return aborted(job(id, 'aborted', waitUntilAsked, [id], never, never));
  if (roll < 436) return retried(id, 1 + random.below(3));
  if (roll < 1400) {
    const priority = random.below(7) - 3;
    const fn = random.oneIn(10) ? addSlowly : add;
    return limited(job(id, 'urgent', fn, [id, a, b], isPair(id, a + b), never), { priority });
  }
  return makeJob(random, seed);
}

const limited = (of: Job, options: SubmitOptions): Job => ({
  ...of,
  options: { grace: 60_000, ...options },
});

/** Its signal is aborted by whoever submits it, when it waits or runs. */
function aborted(of: Job): Job {
  const controller = new AbortController();
  const reason = new StressError(of.id);
  return {
    ...limited(of, { signal: controller.signal }),
    abort: () => controller.abort(reason),
    errorFault: (error) => (error === reason ? undefined : 'expected the reason of its signal'),
  };
}

/**
 * It fails at first; a thread that is terminated counts as an attempt, too. Where it was asked to end there
 * is no other attempt.
 */
function retried(id: number, attempts: number): Job {
  const args = [id, new SharedArrayBuffer(4), attempts];
  const of: Job = {
    ...job(id, 'retried', failUntil, args, equals(id), never),
    errorFault: (error, cancelled) => (cancelled === 'no' ? never() : isStressError(id)(error)),
  };
  return limited(of, { retries: attempts + 8 });
}

const isLate = (error: unknown): string | undefined =>
  error instanceof TimeoutError ? undefined : 'expected a TimeoutError';

const isOutOfMemory = (error: unknown): string | undefined =>
  error instanceof BrokenThreadPool && /memory/.test(error.message)
    ? undefined
    : fault('lost for want of memory')();

const isUncaught = (id: number) => (error: unknown) =>
  error instanceof BrokenThreadPool && error.cause instanceof StressError && error.cause.id === id
    ? undefined
    : 'expected the error outside of it as the cause';
