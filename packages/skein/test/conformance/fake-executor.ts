import {
  CancelledError,
  type ConcurrentFutureLike,
  type Executor,
  type ResultOf,
  RuntimeError,
} from './library.ts';

/** A concurrent future that the test completes by hand. */
export class FakeConcurrentFuture<T> implements ConcurrentFutureLike<T> {
  state: 'pending' | 'running' | 'cancelled' | 'finished' | 'failed' = 'pending';
  #outcome: unknown;
  readonly #callbacks: ((future: ConcurrentFutureLike<T>) => void)[] = [];

  cancel(): boolean {
    if (this.state === 'cancelled') return true;
    if (this.state !== 'pending') return false;
    this.complete('cancelled', undefined);
    return true;
  }
  cancelled(): boolean {
    return this.state === 'cancelled';
  }
  done(): boolean {
    return this.state !== 'pending' && this.state !== 'running';
  }
  result(): T {
    if (this.state === 'cancelled') throw new CancelledError();
    if (this.state === 'failed') throw this.#outcome;
    return this.#outcome as T;
  }
  exception(): unknown {
    return this.state === 'failed' ? this.#outcome : null;
  }
  addDoneCallback(callback: (future: ConcurrentFutureLike<T>) => void): void {
    if (this.done()) callback(this);
    else this.#callbacks.push(callback);
  }
  /** Means something else than the method of this name that futures of this library have. */
  addFollower(): never {
    throw new Error('nobody asked for this');
  }
  complete(state: 'cancelled' | 'finished' | 'failed', outcome: unknown): void {
    this.state = state;
    this.#outcome = outcome;
    for (const callback of this.#callbacks) callback(this);
  }
}

/** An executor whose jobs run when the test says so. */
export class FakeExecutor implements Executor {
  readonly jobs: { future: FakeConcurrentFuture<unknown>; call: () => unknown }[] = [];
  readonly shutdowns: unknown[] = [];
  #isShutDown: boolean = false;

  submit<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): ConcurrentFutureLike<ResultOf<R>> {
    if (this.#isShutDown) throw new RuntimeError('cannot schedule new futures after shutdown');
    const future = new FakeConcurrentFuture<unknown>();
    this.jobs.push({ future, call: () => fn(...args) });
    return future as FakeConcurrentFuture<ResultOf<R>>;
  }

  /** Runs the oldest job, unless it was cancelled. */
  work(): void {
    const job = this.jobs.shift();
    if (job === undefined || job.future.done()) return;
    job.future.state = 'running';
    let value: unknown;
    try {
      value = job.call();
    } catch (error) {
      job.future.complete('failed', error);
      return;
    }
    job.future.complete('finished', value);
  }

  shutdown(options?: { readonly wait?: boolean }): void {
    this.#isShutDown = true;
    this.shutdowns.push(options);
    if (options?.wait !== false) while (this.jobs.length > 0) this.work();
  }
}
