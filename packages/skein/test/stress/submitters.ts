/**
 * Threads that keep a pool busy: they submit batches of jobs at random, wait for each job in their
 * own way, and hold every outcome against the job. Until the ledger says stop.
 */
import {
  BrokenThreadPool,
  type ConcurrentFuture,
  type Coroutine,
  type Future,
  getRunningLoop,
  type ThreadPoolExecutor,
} from 'skein';
import { type Cancelled, type Job, makeJob, type Outcome, outcomeFault } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import { makeStormJob } from './storm-jobs.ts';

/** A job under way. */
interface Submitted {
  readonly job: Job;
  readonly future: ConcurrentFuture<unknown>;
  readonly cancelled: Cancelled;
}

class Submitter {
  readonly ledger: Ledger;
  readonly random: Random;
  readonly #pool: ThreadPoolExecutor;
  readonly #seed: number;
  /** How many jobs it shall submit, as in a storm; 0 = until the ledger says stop. */
  readonly #most: number;
  #count = 0;

  constructor(pool: ThreadPoolExecutor, counts: SharedArrayBuffer, seed: number, most: number) {
    this.ledger = new Ledger(counts);
    this.random = new Random(seed);
    this.#pool = pool;
    this.#seed = seed;
    this.#most = most;
  }

  get goesOn(): boolean {
    return this.#most === 0 ? this.ledger.get('stop') === 0 : this.#count < this.#most;
  }

  makeJob(): Job {
    return this.#most === 0
      ? makeJob(this.random, this.#seed)
      : makeStormJob(this.random, this.#seed);
  }

  /** The pool, with the options of the job. */
  poolFor({ options }: Job): Pick<ThreadPoolExecutor, 'submit' | 'shutdown'> {
    return options === undefined ? this.#pool : this.#pool.with(options);
  }

  submitBatch(): Submitted[] {
    const batch: Submitted[] = [];
    for (let left = this.random.pick([1, 4, 16, 64]); left > 0; left--) batch.push(this.#submit());
    const settled = batch.map((each) => (this.random.oneIn(10) ? this.#cancel(each) : each));
    for (const { job } of batch) job.abort?.();
    return settled;
  }

  check(job: Job, outcome: Outcome, cancelled: Cancelled): void {
    if (outcome.type === 'error' && outcome.error instanceof BrokenThreadPool) {
      this.ledger.count('broken');
    }
    const fault = outcomeFault(job, outcome, cancelled);
    if (fault !== undefined) this.ledger.fault(fault);
  }

  #submit(): Submitted {
    const job = this.makeJob();
    this.#count++;
    const future = this.poolFor(job).submit<unknown[], unknown>(job.fn, ...job.args);
    this.ledger.count('submitted');
    let settled = 0;
    future.addDoneCallback(() => {
      settled++;
      this.ledger.count(settled === 1 ? 'settled' : 'settledTwice');
    });
    return { job, future, cancelled: 'no' };
  }

  #cancel(submitted: Submitted): Submitted {
    const isCancelled = submitted.future.cancel();
    if (isCancelled) this.ledger.count('cancelled');
    // What runs is asked to end, and a job that is done stays as it is: both say no.
    return { ...submitted, cancelled: isCancelled ? 'yes' : 'asked' };
  }
}

/** Waits by blocking in `result()`. */
export function submitAndBlock(
  pool: ThreadPoolExecutor,
  counts: SharedArrayBuffer,
  seed: number,
  most = 0,
): void {
  const submitter = new Submitter(pool, counts, seed, most);
  while (submitter.goesOn) {
    for (const { job, future, cancelled } of submitter.submitBatch()) {
      submitter.check(job, blockFor(future), cancelled);
    }
  }
}

function blockFor(future: ConcurrentFuture<unknown>): Outcome {
  try {
    return { type: 'value', value: future.result() };
  } catch (error) {
    return { type: 'error', error };
  }
}

/** Waits in a coroutine, in a blocking loop; half of the jobs through `runInExecutor`. */
export function* submitInCoroutine(
  pool: ThreadPoolExecutor,
  counts: SharedArrayBuffer,
  seed: number,
  most = 0,
): Coroutine<void> {
  const submitter = new Submitter(pool, counts, seed, most);
  const loop = getRunningLoop();
  while (submitter.goesOn) {
    for (const { job, future, cancelled } of submitter.submitBatch()) {
      const outcome = yield* outcomeOf(future);
      submitter.check(job, outcome, cancelled);
    }
    const jobs = Array.from({ length: submitter.random.below(16) }, () => submitter.makeJob());
    const futures = jobs.map((job) =>
      loop.runInExecutor(submitter.poolFor(job), job.fn, ...job.args),
    );
    for (const job of jobs) job.abort?.();
    for (const [index, future] of futures.entries()) {
      const outcome = yield* outcomeOf(future);
      submitter.check(jobs[index] as Job, outcome, 'no');
    }
  }
}

function* outcomeOf(future: ConcurrentFuture<unknown> | Future<unknown>): Coroutine<Outcome> {
  try {
    return { type: 'value', value: yield* future };
  } catch (error) {
    return { type: 'error', error };
  }
}

/** Waits in an async function. */
export async function submitAndAwait(
  pool: ThreadPoolExecutor,
  counts: SharedArrayBuffer,
  seed: number,
  most = 0,
): Promise<void> {
  const submitter = new Submitter(pool, counts, seed, most);
  while (submitter.goesOn) {
    for (const { job, future, cancelled } of submitter.submitBatch()) {
      const outcome = await future.then(
        (value): Outcome => ({ type: 'value', value }),
        (error: unknown): Outcome => ({ type: 'error', error }),
      );
      submitter.check(job, outcome, cancelled);
    }
  }
}
