// The second program, from the answer: several threads, a loop in each, one pool for all of them.
//
//   npm run -s example -- 02-five-threads
//
// Five threads start a loop each and throw a task into the same pool. The tasks sleep for a second,
// all at the same time, and each thread gets the result of its own. See five "before" lines at once,
// and a second later five "after" lines, with "Thread 3 got result 3" and so on, in any order.

import { isMainThread, newEventLoop, sleepSync, Thread, ThreadPoolExecutor } from 'skein';

export function worker(index: number): number {
  console.log(index, 'before:', Date.now() / 1000);
  sleepSync(1000); // milliseconds
  console.log(index, 'after:', Date.now() / 1000);
  return index;
}

export function main(e: ThreadPoolExecutor, index: number): void {
  const loop = newEventLoop();
  const rv = loop.runUntilComplete(loop.runInExecutor(e, worker, index));
  console.log('Thread', index, 'got result', rv);
}

// Each thread imports this file, and has globals of its own: so the program stands under a guard,
// and the pool is given to the threads as an argument.
if (isMainThread) {
  const e = new ThreadPoolExecutor();

  const threads: Thread<[ThreadPoolExecutor, number]>[] = [];
  for (let i = 0; i < 5; i++) {
    const t = new Thread({ target: main, args: [e, i] });
    t.start();
    threads.push(t);
  }

  for (const t of threads) {
    t.join();
  }
}
