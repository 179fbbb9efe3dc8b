import { CancelledError, type ConcurrentFutureLike } from 'skein';

/** The future of a job that never ends; one that runs already cannot be cancelled. */
export class Job implements ConcurrentFutureLike<never> {
  state: 'pending' | 'running' | 'cancelled';
  readonly #callbacks: ((future: ConcurrentFutureLike<never>) => void)[] = [];

  constructor(isRunning: boolean) {
    this.state = isRunning ? 'running' : 'pending';
  }

  cancel(): boolean {
    if (this.state === 'running') return false;
    this.state = 'cancelled';
    for (const callback of this.#callbacks.splice(0)) callback(this);
    return true;
  }

  cancelled(): boolean {
    return this.state === 'cancelled';
  }

  done(): boolean {
    return this.cancelled();
  }

  result(): never {
    throw new CancelledError();
  }

  exception(): unknown {
    throw new CancelledError();
  }

  addDoneCallback(callback: (future: ConcurrentFutureLike<never>) => void): void {
    if (this.done()) callback(this);
    else this.#callbacks.push(callback);
  }
}
