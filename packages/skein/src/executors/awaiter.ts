/** Settles the promise of somebody who awaits a future. */
export class Awaiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;

  constructor(resolve: (value: T) => void, reject: (reason: unknown) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }
}
