/**
 * Threads that submit to one pool, each from a blocking loop of its own. They are started once; each
 * run tells them how many calls to make and waits until all of them have made theirs, and have found
 * the results right.
 *
 * Int32Array[4]: [0] number of the run; [1] threads that are done with it; [2] 1 = end; [3] calls each
 */
import { increment } from '../../tasks/tasks.mjs';
import { coroutineLanes } from './lanes.mjs';
import { payloadOf } from './payloads.mjs';
import { skein } from './skein.mjs';

const RUN = 0;
const DONE = 1;
const END = 2;
const CALLS = 3;

/** What a submitting thread does. */
export function submitRuns({ pool, control, width }) {
  const job = { width, payload: payloadOf('number') };
  for (let run = 0; ; run++) {
    Atomics.wait(control, RUN, run);
    if (Atomics.load(control, END) === 1) return;
    const loop = skein.newEventLoop();
    const call = (value) => loop.runInExecutor(pool, increment, value);
    loop.runUntilComplete(coroutineLanes(skein, call, job, Atomics.load(control, CALLS)));
    loop.close();
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}

/** A contestant of so many submitting threads. */
export function submitters(threadCount) {
  const control = new Int32Array(new SharedArrayBuffer(16));
  let pool;
  let threads;
  return {
    setup: ({ workers, width }) => {
      pool = new skein.ThreadPoolExecutor({ maxWorkers: workers });
      const args = [{ pool, control, width }];
      threads = Array.from(
        { length: threadCount },
        () => new skein.Thread({ target: submitRuns, args }),
      );
      for (const thread of threads) thread.start();
    },
    run: (count) => {
      const each = Math.ceil(count / threadCount);
      Atomics.store(control, CALLS, each);
      Atomics.store(control, DONE, 0);
      const began = performance.now();
      Atomics.add(control, RUN, 1);
      Atomics.notify(control, RUN);
      for (;;) {
        const done = Atomics.load(control, DONE);
        if (done === threadCount) break;
        const isLost = Atomics.wait(control, DONE, done, 10_000) === 'timed-out';
        if (isLost) throw new Error(`Only ${done} of ${threadCount} threads are done`);
      }
      const seconds = (performance.now() - began) / 1000;
      return (seconds * count) / (each * threadCount);
    },
    teardown: () => {
      Atomics.store(control, END, 1);
      Atomics.add(control, RUN, 1);
      Atomics.notify(control, RUN);
      for (const thread of threads) thread.join();
      pool.shutdown();
    },
  };
}
