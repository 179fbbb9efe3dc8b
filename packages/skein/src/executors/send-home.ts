import type { ThisThread } from '../crossing/this-thread.ts';
import { add, compareExchange, store } from '../shared/atomics.ts';
import { Outcome, Phase, POOL, SLOT, slotAt, slotState } from '../shared/layout.ts';
import type { PoolMemory } from '../shared/pool-table.ts';

/** Sends a slot that this thread has claimed, and marked as done, to whoever submitted the job. */
export function sendHome({ mailbox, memory, address }: ThisThread, slot: number): void {
  if (mailbox.deliver(slot)) return;
  // The thread that asked is gone: the outcome is nobody's.
  const state = slotAt(slot) + SLOT.state;
  const done = slotState(Phase.done, address.entry);
  const running = slotState(Phase.running, address.entry);
  if (compareExchange(memory.words, state, done, running) === done) mailbox.discard(slot);
}

/** Claims what is in the queue of a pool, as a worker would, and sends it home as cancelled. */
export function cancelQueued(thread: ThisThread, pool: PoolMemory): void {
  const { words } = thread.memory;
  const { entry } = thread.address;
  for (;;) {
    const slot = pool.queue.claimAny(slotState(Phase.running, entry));
    if (slot < 0) return;
    words[slotAt(slot) + SLOT.outcome] = Outcome.cancelled;
    add(words, pool.at + POOL.cancelled, 1);
    store(words, slotAt(slot) + SLOT.state, slotState(Phase.done, entry));
    sendHome(thread, slot);
  }
}
