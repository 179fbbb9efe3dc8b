// What gets lost, and what debug mode says of it.
//
//   SKEINDEBUG=1 npm run -s example -- 07-debug-mode
//
// See "done", and on stderr four reports, each with its place in this file. Without SKEINDEBUG there is
// one, the failure that nobody looks at, with the name of its task and coroutine instead of a place.

import { type Coroutine, getRunningLoop, run, sleep, sleepSync } from 'skein';

function* fails(): Coroutine<void> {
  throw new RangeError('nobody looks at this');
}

function* main(): Coroutine<void> {
  const loop = getRunningLoop();
  loop.slowCallbackDuration = 20;
  loop.createTask(fails(), { name: 'lost' });
  void sleep(10); // yield* is missing: nothing happens
  yield* sleep(0);
  sleepSync(30); // stops everything that the loop does
  yield* sleep(0);
  console.log('done');
}

run(main);
