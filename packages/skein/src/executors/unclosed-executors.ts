/** In debug mode: pools that this thread has made and nobody has shut down are told when it ends. */
import { showFrames } from '../core/exception-handler.ts';
import { noteOrigin, originOf, recordsOrigins } from '../core/origins.ts';

/** With what tells whether it is still open, and what to call it. */
const made = new Map<object, { readonly name: string; readonly isOpen: () => boolean }>();
const keptByLoops = new WeakSet<object>();
let isListening = false;

/** An executor was made that somebody has to shut down. */
export function noteExecutor(executor: object, name: string, isOpen: () => boolean): void {
  if (!recordsOrigins) return;
  noteOrigin(executor);
  made.set(executor, { name, isOpen });
  if (isListening) return;
  isListening = true;
  process.prependListener('exit', () => {
    for (const [each, { name: called, isOpen: isStillOpen }] of made) {
      if (!isStillOpen() || keptByLoops.has(each)) continue;
      const traces = showFrames('Object', originOf(each));
      console.error(`unclosed executor ${called}; call shutdown(), or write using${traces}`);
    }
  });
}

/** The executor was shut down. */
export function forgetExecutor(executor: object): void {
  made.delete(executor);
}

/** A loop shuts the executor down when it closes; an open loop is told itself. */
export function keptByLoop<E extends object>(executor: E): E {
  keptByLoops.add(executor);
  return executor;
}
