import { inspect } from 'node:util';
import { noteBlocking } from '../core/blocking-calls.ts';
import { ValueError } from '../core/exceptions.ts';
import { thisThreadIfAny } from '../crossing/this-thread.ts';

const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Does nothing for a while. Blocks the thread: loops, timers and sockets of this thread stand still.
 *
 * @param ms - milliseconds, ≥ 0
 * @throws {ValueError} when it is negative or no number
 * @see CPython's time.sleep
 */
export function sleepSync(ms: number): void {
  if (typeof ms !== 'number' || !(ms >= 0)) {
    throw new ValueError(
      `sleep length must be non-negative: sleepSync takes milliseconds, got ${inspect(ms)}`,
    );
  }
  if (ms > 0) noteBlocking(`sleepSync(${ms})`, 'use yield* sleep() or await sleep()');
  thisThreadIfAny()?.mailbox.rest();
  Atomics.wait(nothing, 0, 0, ms);
}
