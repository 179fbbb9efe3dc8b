// Tests that sleep and take no time: virtual time, waiting until everybody waits, one after the other.
//
//   npm run -s example -- 05-virtual-time
//
// See ten hours pass, then "consumer waits", "first", "second", and that it took less than a second.

import { type Coroutine, getRunningLoop, Queue, sleep, taskGroup } from 'skein';
import { runWithVirtualTime, Sequencer, waitAllTasksBlocked } from 'skein/testing';

const began = performance.now();

runWithVirtualTime(function* () {
  yield* sleep(36_000_000);
  console.log(getRunningLoop().time() / 3_600_000, 'hours');
});

runWithVirtualTime(function* () {
  const queue = new Queue<string>();
  const consumer = getRunningLoop().createTask(queue.get());
  yield* waitAllTasksBlocked(); // now the consumer stands where it waits
  console.log('consumer waits:', !consumer.done());
  yield* queue.put('done');
  console.log(yield* consumer);
});

runWithVirtualTime(function* () {
  const seq = new Sequencer();
  function* say(position: number, text: string): Coroutine<void> {
    using _ = yield* seq.at(position); // begins when the block before is over
    console.log(text);
  }
  yield* taskGroup(function* (group) {
    group.createTask(say(1, 'second'));
    group.createTask(say(0, 'first'));
    yield* sleep(0);
  });
});

console.log('took less than a second:', performance.now() - began < 1000);
