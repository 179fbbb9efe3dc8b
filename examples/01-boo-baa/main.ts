// The first program of the question that Skein starts from: why can the loop be shared by a pool?
//
//   npm run -s example -- 01-boo-baa
//
// Two functions count to ten in the two threads of a pool. See ten lines of each, whole and in order;
// how the two mix differs from run to run. The program ends by itself when both are through.

import { ensureFuture, getEventLoop, isMainThread, ThreadPoolExecutor } from 'skein';

// The threads of the pool import this file to find the two functions: what is to happen once stands
// under a guard.
if (isMainThread) console.log('running async test');

export function sayBoo(): void {
  let i = 0;
  while (i < 10) {
    console.log(`...boo ${i}`);
    i += 1;
  }
}

export function sayBaa(): void {
  let i = 0;
  while (i < 10) {
    console.log(`...baa ${i}`);
    i += 1;
  }
}

if (isMainThread) {
  const executor = new ThreadPoolExecutor({ maxWorkers: 2 });
  const loop = getEventLoop();
  // oxlint-disable no-unused-vars -- nor does the original do anything with them
  const boo = ensureFuture(loop.runInExecutor(executor, sayBoo));
  const baa = ensureFuture(loop.runInExecutor(executor, sayBaa));
}
