import type { Selector } from '../core/selector.ts';
import { thisThreadIfAny } from '../crossing/this-thread.ts';
import { SLICE_MS } from '../shared/parking.ts';

/**
 * What a blocking loop parks on when it watches no file descriptors: the mailbox of its thread.
 *
 * Outcomes of executors and calls from other threads come there; each has been told to whom it
 * belongs, so that `select` may well bring something for another loop of the thread, and this one
 * looks at its queues and comes back. Where the program has no second thread there is no mailbox,
 * and nothing can come but timers.
 */
export class AtomicsSelector implements Selector {
  readonly #nothing: Int32Array = new Int32Array(new SharedArrayBuffer(4));

  select(timeoutMs: number): void {
    const thread = thisThreadIfAny();
    if (thread !== undefined) thread.mailbox.select(timeoutMs);
    else if (timeoutMs > 0) Atomics.wait(this.#nothing, 0, 0, Math.min(timeoutMs, SLICE_MS));
  }

  wake(): void {
    // Only the loop's own thread registers anything with it, and that is not asleep then.
  }

  rest(): void {
    thisThreadIfAny()?.mailbox.rest();
  }

  close(): void {
    // The mailbox is the thread's.
  }
}
