import { isMainThread, ThreadPoolExecutor } from 'skein';

interface Two {
  readonly a: number;
  readonly b: number;
}

export const add = ({ a, b }: Two): number => a + b;
export const multiply = (a: number, b: number): number => a * b;

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  const sum = pool.submit(add, { a: 4, b: 6 });
  const product = pool.submit(multiply, 4, 6);
  console.log(await Promise.all([sum, product]));
}
