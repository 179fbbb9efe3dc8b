import { RuntimeError, tunnels } from '../core/exceptions.ts';
import type { Future } from '../core/future.ts';

/** Stops the loop of a future that is done; the done callback of `runUntilComplete`. */
export function stopLoopOf(future: Future<unknown>): void {
  // Such an error has ended the run already; a stop would end the next one.
  if (!future.cancelled() && tunnels(future.exception())) return;
  future.getLoop().stop();
}

/** What `runUntilComplete` throws when the run was over before its future. */
export function incomplete(future: Future<unknown>): RuntimeError {
  future.getLoop().scheduler.late.noteKnown(future);
  return new RuntimeError(
    `Event loop stopped before Future completed. ${future} is still there and can be run again`,
  );
}
