import { isMainThread, type ResultOf, type Sendable, ThreadPoolExecutor } from 'skein';

const pool = new ThreadPoolExecutor();

export const add = (a: number, b: number): number => a + b;

/** Callers are checked as those of `submit` are: `later(each, [1], (x) => x)` does not compile. */
function later<A extends unknown[], R>(fn: (...args: A) => R, ...args: Sendable<A>): ResultOf<R> {
  return pool.submit(fn, ...args).result();
}

if (isMainThread) {
  console.log(later(add, 2, 3));
  pool.shutdown();
}
