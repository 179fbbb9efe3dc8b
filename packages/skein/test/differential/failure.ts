/** What a `raise` statement throws. */
export class Failure extends Error {
  readonly n: number;
  constructor(n: number) {
    super(`${n}`);
    this.n = n;
  }
}
