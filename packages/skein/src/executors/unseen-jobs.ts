/**
 * Jobs that have failed, and at whose error nobody has looked.
 *
 * A concurrent future belongs to no loop, and Python's says nothing when nobody asks for its error. Here
 * it is reported once, as that of a loop's future is (core/unseen-failures.ts): when it is older than
 * `PATIENCE_MS` and Node turns in the thread that submitted, or else when that thread ends. Whoever calls
 * `result()` or `exception()`, awaits, or handed the future to a loop has looked.
 *
 * When a pool breaks, all of its jobs fail alike. So jobs of the same name with the same error are one
 * report, which says how many there are. Beyond `LIMIT` different ones the oldest is reported at once.
 */
import { showFrames } from '../core/exception-handler.ts';
import { originOf } from '../core/origins.ts';
import { Overdue, PATIENCE_MS } from '../core/overdue.ts';
import { repr } from '../core/repr.ts';

const LIMIT = 1000;

/** Jobs that have failed alike. */
export interface FailedJobs {
  readonly key: string;
  readonly name: string;
  readonly error: unknown;
  /** The future of the first one, by which it is known where that was submitted. */
  readonly first: object;
  unseen: number;
}

const failed = new Overdue<FailedJobs>();
const byKey = new Map<string, FailedJobs>();
let timer: NodeJS.Timeout | null = null;
let isListening = false;

/** A job has failed, and nobody has looked yet. */
export function addUnseenJob(future: object, name: string, error: unknown): FailedJobs {
  const key = `${name} ${repr(error)}`;
  const alike = byKey.get(key);
  if (alike !== undefined) {
    alike.unseen++;
    return alike;
  }
  const jobs: FailedJobs = { key, name, error, first: future, unseen: 1 };
  byKey.set(key, jobs);
  failed.add(jobs, performance.now());
  if (failed.size > LIMIT) {
    for (const oldest of failed) {
      report(oldest, 'was never retrieved');
      break;
    }
  }
  timer ??= setTimeout(look, PATIENCE_MS).unref();
  if (!isListening) {
    isListening = true;
    process.prependListener('exit', () => {
      for (const each of failed) report(each, 'was never retrieved');
    });
  }
  return jobs;
}

/** Somebody has looked at the error of one of them. */
export function jobWasSeen(jobs: FailedJobs): void {
  jobs.unseen--;
  if (jobs.unseen === 0) forget(jobs);
}

function forget(jobs: FailedJobs): void {
  failed.delete(jobs);
  if (byKey.get(jobs.key) === jobs) byKey.delete(jobs.key);
}

function look(): void {
  timer = null;
  for (const oldest of failed) {
    const dueIn = failed.dueIn(performance.now(), PATIENCE_MS);
    if (dueIn > 0) {
      timer = setTimeout(look, Math.ceil(dueIn)).unref();
      return;
    }
    report(oldest, `was not retrieved within ${PATIENCE_MS} ms`);
  }
}

function report(jobs: FailedJobs, what: string): void {
  forget(jobs);
  const more = jobs.unseen > 1 ? `, and of ${jobs.unseen - 1} more like it` : '';
  const traces = showFrames('Object', originOf(jobs.first));
  const text = `ConcurrentFuture exception ${what}\njob: ${jobs.name}()${more}${traces}\n`;
  console.error(text, jobs.error);
}
