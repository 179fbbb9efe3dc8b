/**
 * The child processes of this one: each belongs to a thread, and its number stands in the thread's entry
 * of the table, from when it was started until that thread has heard of its end. So whoever sweeps up
 * after a thread, and whoever ends the program, finds what is left, without the help of the thread.
 */
import { load, store } from '../shared/atomics.ts';
import { EndReason, THREAD, threadAt } from '../shared/layout.ts';
import { type ThreadAddress, usedEntries } from '../shared/thread-table.ts';

/** Sends a signal to the child process of the thread with this entry, if it has one. */
export function killChild(words: Int32Array, entry: number, signal: NodeJS.Signals): void {
  const child = load(words, threadAt(entry) + THREAD.child);
  if (child === 0) return;
  try {
    process.kill(child, signal);
  } catch {
    // It has ended, and its thread has not heard of it yet.
  }
}

/** Ends the children of these threads by a signal. Who has none is on its way to one, and gets it. */
export function endChildren(
  words: Int32Array,
  threads: readonly ThreadAddress[],
  signal: NodeJS.Signals,
): void {
  for (const { entry } of threads) {
    const at = threadAt(entry);
    if (load(words, at + THREAD.child) === 0) continue;
    store(words, at + THREAD.endReason, EndReason.terminated); // its end is no failure
    killChild(words, entry, signal);
  }
}

/** Ends all child processes of this one at once. */
export function killChildren(words: Int32Array): void {
  for (let entry = 0; entry < usedEntries(words); entry++) killChild(words, entry, 'SIGKILL');
}
