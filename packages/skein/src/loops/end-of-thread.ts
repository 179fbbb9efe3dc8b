import type { EventLoop } from '../core/event-loop.ts';

/*
 * A loop is often never closed: the program, or its thread, just ends. What failed in it and was looked
 * at by nobody is reported then; in debug mode also that the loop is still open.
 *
 * Such loops are known here as long as they have something to tell, and no longer, so that a loop that
 * is forgotten can go.
 */

const loops = new Set<EventLoop>();
let isListening = false;

/** Says whether `loop` has something to tell when this thread, or the process, ends. */
export function atEndOfThread(loop: EventLoop, hasSomethingToTell: boolean): void {
  if (!hasSomethingToTell) {
    loops.delete(loop);
    return;
  }
  loops.add(loop);
  if (isListening) return;
  isListening = true;
  // Before anybody else: whoever joins this thread shall find that it has told all.
  process.prependListener('exit', () => {
    for (const each of loops) each.scheduler.late.reportAtEnd();
  });
}
