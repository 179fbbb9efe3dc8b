/** Calls from several threads into one loop: who sends, and what the receiver notes. */
import { type RemoteLoop, RuntimeError, sleepSync, Thread } from 'skein';
import { Random } from './random.ts';

export const SENDERS = 4;

/** By sender: the number that must come next. */
const next = new Array<number>(SENDERS).fill(0);
let left = 0;
let complete: () => void = () => {};
const wrong: string[] = [];

/** Makes the calls. Runs in a thread of its own. */
export function send(remote: RemoteLoop, sender: number, calls: number, seed: number): void {
  const random = new Random(seed);
  for (let number = 0; number < calls; number++) {
    const text = `${sender}:${number}:`.padEnd(random.pick([0, 100, 600, 6000]), '.');
    while (!sendOne(remote, sender, number, text)) sleepSync(1);
  }
}

/** False when too many calls are on their way: then the receiver needs time. */
function sendOne(remote: RemoteLoop, sender: number, number: number, text: string): boolean {
  try {
    remote.callSoonThreadsafe(receive, sender, number, text);
    return true;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'ERR_TOO_MANY_MESSAGES') return false;
    throw error;
  }
}

/** Runs in the loop's thread. */
export function receive(sender: number, number: number, text: string): void {
  if (number !== next[sender])
    wrong.push(`${sender}: ${number} came, ${next[sender]} was expected`);
  if (!text.startsWith(`${sender}:${number}:`)) wrong.push(`${sender}: ${number} brought ${text}`);
  next[sender] = number + 1;
  if (--left === 0) complete();
}

/** Starts the senders. `whenComplete` is called in this thread, after the last call. */
export function startSenders(
  remote: RemoteLoop,
  calls: number,
  seed: number,
  whenComplete: () => void,
): Thread[] {
  left = SENDERS * calls;
  complete = whenComplete;
  const threads: Thread[] = [];
  for (let sender = 0; sender < SENDERS; sender++) {
    const thread = new Thread({ target: send, args: [remote, sender, calls, seed + sender] });
    thread.start();
    threads.push(thread as unknown as Thread);
  }
  return threads;
}

/** Throws when calls were lost, doubled, changed or out of order. */
export function checkReceived(calls: number): void {
  if (wrong.length > 0)
    throw new Error(`${wrong.length} calls were wrong: ${wrong.slice(0, 5).join('; ')}`);
  if (next.some((number) => number !== calls))
    throw new Error(`received ${next.join()}, not ${calls} each`);
}
