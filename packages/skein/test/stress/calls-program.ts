/**
 * Four threads call into a blocking loop of another thread, and four into the main thread's
 * NodeEventLoop, all at once. Every call must come once, and those of one sender in their order.
 *
 * Arguments: seed, calls per sender.
 */
import {
  type Coroutine,
  getEventLoop,
  getRunningLoop,
  isMainThread,
  type SelectorEventLoop,
  Thread,
} from 'skein';
import { setTimeout as pause } from 'node:timers/promises';
import { checkReceived, SENDERS, startSenders } from './calls.ts';
import { isAtRest, takeCensus } from './memory-census.ts';

if (isMainThread) await main(Number(process.argv[2]), Number(process.argv[3]));

/** The receiver with a blocking loop. */
export function* receiveInCoroutine(seed: number, calls: number): Coroutine<void> {
  const loop = getRunningLoop() as SelectorEventLoop;
  const done = loop.createFuture<void>();
  const threads = startSenders(loop.remote(), calls, seed, () => done.setResult(undefined));
  yield* done;
  for (const thread of threads) thread.join();
  checkReceived(calls);
  console.log(`blocking loop: ${SENDERS} × ${calls} calls`);
}

async function main(seed: number, calls: number): Promise<void> {
  const receiver = new Thread({ target: receiveInCoroutine, args: [seed + SENDERS, calls] });
  receiver.start();
  const loop = getEventLoop();
  const done = loop.createFuture<void>();
  const threads = startSenders(loop.remote(), calls, seed, () => done.setResult(undefined));
  await done;
  for (const thread of threads) await thread.joined();
  checkReceived(calls);
  console.log(`NodeEventLoop: ${SENDERS} × ${calls} calls`);
  await receiver.joined();
  for (let look = 0; look < 100; look++) {
    if (isAtRest(takeCensus())) return console.log('memory is at rest');
    await pause(50);
  }
  throw new Error(`memory does not come to rest: ${JSON.stringify(takeCensus())}`);
}
