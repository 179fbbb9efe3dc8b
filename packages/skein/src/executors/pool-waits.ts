/** Waiting for something to be so of a pool: room in its queue, threads that have come up. */
import type { ThisThread } from '../crossing/this-thread.ts';
import { store } from '../shared/atomics.ts';
import { HEADER, Outcome, RING_ENTRIES } from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';
import { ConcurrentFuture } from './concurrent-future.ts';

/**
 * A future that is done as soon as something is so of a pool. Workers tell whoever has asked for it
 * (`HEADER.roomWanted`) when they take a job and when they have come up.
 *
 * @param name - of the method that gives the future
 * @param refusal - an error when it will never be so, else null
 */
export function whenSo(
  thread: ThisThread,
  name: string,
  isSo: () => boolean,
  refusal: () => Error | null,
): ConcurrentFuture<void> {
  const { words } = thread.memory;
  const { mailbox } = thread;
  const named = Object.defineProperty(() => {}, 'name', { value: name });
  const future = new ConcurrentFuture<void>(thread, named);
  const look = (): boolean => {
    if (future.done()) return true; // cancelled
    store(words, HEADER.roomWanted, 1); // before the look: who makes it so afterwards tells
    const error = refusal();
    if (error !== null) future.fail(error);
    else if (isSo()) future.complete(Outcome.value, undefined);
    return future.done();
  };
  if (look()) return future;
  mailbox.watch(look);
  future.addDoneCallback(() => mailbox.listen()); // if it was cancelled, the watch is to go
  thread.awaitMail();
  return future;
}

/** Whether fewer jobs wait in a pool's queue than that, as far as can be seen at this moment. */
export function hasRoom({ queue }: PoolMemory, most: number): boolean {
  return queue.size < most || queue.count < most;
}

/** How many jobs may wait before a pool is not ready for more. */
export function mostQueued(pool: PoolMemory): number {
  return Math.min(pool.maxQueue, RING_ENTRIES / 2);
}
