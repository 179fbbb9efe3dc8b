/**
 * Jobs that have failed, and at whose error nobody has looked.
 *
 * A concurrent future belongs to no loop, and Python's says nothing when nobody asks for its error. Here
 * it is reported once, as that of a loop's future is (core/unseen-failures.ts): when it is older than
 * `PATIENCE_MS` and Node turns in the thread that submitted, or else when that thread ends. Whoever calls
 * `result()` or `exception()`, awaits, or handed the future to a loop has looked.
 *
 * Beyond `LIMIT` the oldest one is reported at once.
 */
import { originOf } from '../core/origins.ts';
import { showFrames } from '../core/exception-handler.ts';
import { Overdue, PATIENCE_MS } from '../core/overdue.ts';

const LIMIT = 1000;

/** What is known of a job that has failed. */
export interface FailedJob {
  readonly name: string;
  readonly error: unknown;
  /** Its future, by which it is known where it was submitted. */
  readonly of: object;
}

const failed = new Overdue<FailedJob>();
let timer: NodeJS.Timeout | null = null;
let isListening = false;

/** The job has failed, and nobody has looked yet. */
export function addUnseenJob(job: FailedJob): void {
  failed.add(job, performance.now());
  if (failed.size > LIMIT) {
    for (const oldest of failed) {
      report(oldest, 'was never retrieved');
      break;
    }
  }
  timer ??= setTimeout(look, PATIENCE_MS).unref();
  if (isListening) return;
  isListening = true;
  process.prependListener('exit', () => {
    for (const each of failed) report(each, 'was never retrieved');
  });
}

export function jobWasSeen(job: FailedJob): void {
  failed.delete(job);
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

function report(job: FailedJob, what: string): void {
  failed.delete(job);
  const traces = showFrames('Object', originOf(job.of));
  console.error(`ConcurrentFuture exception ${what}\njob: ${job.name}()${traces}\n`, job.error);
}
