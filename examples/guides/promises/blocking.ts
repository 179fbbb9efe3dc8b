import { gather, getRunningLoop, isMainThread, run, sleep } from 'skein';

export function square(x: number): number {
  return x * x;
}

/** An ordinary function, to be called from anywhere: it returns when all is done. */
function squaresOf(numbers: readonly number[]): number[] {
  return run(function* () {
    const loop = getRunningLoop();
    yield* sleep(1);
    return yield* gather(...numbers.map((x) => loop.runInExecutor(null, square, x)));
  });
}

if (isMainThread) console.log(squaresOf([1, 2, 3]));
