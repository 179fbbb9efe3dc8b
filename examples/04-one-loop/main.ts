// A loop is an object: it waits for an event, and runs what was registered for it.
//
//   npm run -s example -- 04-one-loop
//
// See "ready", then "10 ms" and "hello", then what the coroutine returns.

import { type Coroutine, newEventLoop, sleep } from 'skein';

function* greet(delayMs: number): Coroutine<string> {
  yield* sleep(delayMs);
  console.log('hello');
  return 'what the coroutine returns';
}

const loop = newEventLoop();
loop.callLater(10, () => console.log('10 ms'));
loop.callSoon(() => console.log('ready'));
console.log(loop.runUntilComplete(greet(20))); // blocks, and runs all three
loop.close();
