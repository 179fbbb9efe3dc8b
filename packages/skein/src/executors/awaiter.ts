/** A promise that is settled from outside: without a function for each, since there may be many at a time. */
export class Awaiter<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>(takeSettlers as (...settlers: unknown[]) => void);
    this.resolve = resolveLast;
    this.reject = rejectLast;
  }
}

let resolveLast: (value: unknown) => void;
let rejectLast: (reason: unknown) => void;

function takeSettlers(resolve: typeof resolveLast, reject: typeof rejectLast): void {
  resolveLast = resolve;
  rejectLast = reject;
}
