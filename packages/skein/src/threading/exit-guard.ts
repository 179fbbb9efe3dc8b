/**
 * What the process waits for before it ends by itself: threads that are no daemons, and work that
 * has been submitted, by whichever thread (CPython's rules 76 and 81). Idle pools and parked
 * daemons are not waited for. `process.exit()` and an uncaught error wait for nothing.
 *
 * When Node has nothing more to do in the root thread it says so once (`beforeExit`); if something
 * is still needed then, the root thread stays until a thread ends or a worker runs out of work.
 *
 * Threads end with the process. Child processes do not: they are killed, wherever they are.
 */
import type { ThisThread } from '../crossing/this-thread.ts';
import { load, store } from '../shared/atomics.ts';
import { HEADER, Phase, phaseOf, SLOT, slotAt } from '../shared/layout.ts';
import { slotsInChunks } from '../shared/slots.ts';
import { someThreadIsNeeded, wakeAll } from '../shared/thread-table.ts';
import { killChildren } from './children.ts';

/** Makes the process wait for what is needed. Root thread only, once. */
export function waitAtExit(root: ThisThread): void {
  const { address, mailbox } = root;
  const { words } = root.memory;
  const lookAgain = (): void => {
    if (load(words, HEADER.leaving) === 1) look();
  };
  const stay = setInterval(lookAgain, LOOK_MS).unref();
  const look = (): void => {
    const isNeeded = someThreadIsNeeded(words, address.entry) || workIsUnderWay(words);
    store(words, HEADER.leaving, isNeeded ? 1 : 0);
    if (isNeeded) stay.ref();
    else stay.unref();
  };
  process.on('beforeExit', () => {
    look();
    mailbox.listen();
  });
  process.on('exit', () => {
    store(words, HEADER.ending, 1);
    wakeAll(words);
    killChildren(words);
  });
  mailbox.lookAround = lookAgain;
}

/** A safety net under the wake-ups: a thread that dies at a bad moment tells nobody. */
const LOOK_MS = 50;

function workIsUnderWay(words: Int32Array): boolean {
  for (const slot of slotsInChunks(words)) {
    const phase = phaseOf(load(words, slotAt(slot) + SLOT.state));
    if (phase === Phase.queued || phase === Phase.running || phase === Phase.judged) return true;
  }
  return false;
}
