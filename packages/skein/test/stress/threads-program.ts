/**
 * Many short-lived threads submit to one pool and end at once. Every task must be done, whether or
 * not somebody is left who hears of it, and memory must be as before.
 *
 * Arguments: seed, milliseconds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, setExcepthook, Thread, ThreadPoolExecutor } from 'skein';
import { isAtRest, takeCensus } from './memory-census.ts';
import { Random } from './random.ts';
import { submitAndLeave, WAYS } from './short-threads.ts';

const AT_ONCE = 6;

if (isMainThread) await main(Number(process.argv[2]), Number(process.argv[3]));

async function main(seed: number, durationMs: number): Promise<void> {
  const random = new Random(seed);
  const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const done = new SharedArrayBuffer(4);
  const counter = new Int32Array(done);
  let thrown = 0;
  let expectedThrown = 0;
  setExcepthook(() => thrown++);
  let [threads, submitted] = [0, 0];
  for (const end = Date.now() + durationMs; Date.now() < end;) {
    const some = Array.from({ length: AT_ONCE }, () => {
      const [tasks, way] = [random.below(20), random.pick(WAYS)];
      submitted += tasks;
      if (way === 'throw') expectedThrown++;
      return new Thread({ target: submitAndLeave, args: [pool, done, tasks, way] });
    });
    for (const thread of some) thread.start();
    for (const thread of some) await thread.joined();
    threads += some.length;
  }
  for (let look = 0; look < 200 && counter[0] !== submitted; look++) await pause(50);
  console.log(
    `${threads} threads, ${submitted} tasks, ${counter[0]} done, ${thrown} threads failed`,
  );
  if (counter[0] !== submitted) throw new Error('not every task was done once');
  if (thrown !== expectedThrown) throw new Error(`${expectedThrown} threads have thrown`);
  for (let look = 0; look < 100; look++) {
    if (isAtRest(takeCensus())) return console.log('memory is at rest');
    await pause(50);
  }
  throw new Error(`memory does not come to rest: ${JSON.stringify(takeCensus())}`);
}
