import { thisThread } from '../../dist/crossing/this-thread.js';
import {
  CHUNKS,
  chunkAt,
  PAGE_BYTES,
  pageAt,
  Phase,
  phaseOf,
  SLOT,
  slotAt,
  SLOTS_PER_CHUNK,
  THREAD,
  threadAt,
  THREADS,
  ThreadStatus,
} from '../../dist/shared/layout.js';

/** What of process memory is in use: slots by phase, pages of the arena, threads. */
export interface Census {
  readonly slots: Readonly<Record<string, number>>;
  readonly pages: number;
  readonly threads: number;
}

/** Looks at the memory of this program as it is at this moment. */
export function takeCensus(): Census {
  const { words, buffers } = thisThread().memory;
  const slots: Record<string, number> = {};
  for (let slot = 0; slot < CHUNKS * SLOTS_PER_CHUNK; slot++) {
    if (words[chunkAt(Math.floor(slot / SLOTS_PER_CHUNK))] === 0) continue;
    const phase = phaseOf(words[slotAt(slot) + SLOT.state] as number);
    if (phase === Phase.free) continue;
    const name = Object.entries(Phase).find(([, value]) => value === phase)?.[0] ?? `${phase}`;
    slots[name] = (slots[name] ?? 0) + 1;
  }
  let pages = 0;
  // Pages of function names stay; they have no ident but a negative number as their owner.
  for (let page = 0; page < buffers.arena.byteLength / PAGE_BYTES; page++) {
    if ((words[pageAt(page)] as number) > 0) pages++;
  }
  let threads = 0;
  for (let entry = 0; entry < THREADS; entry++) {
    if (words[threadAt(entry) + THREAD.status] !== ThreadStatus.free) threads++;
  }
  return { slots, pages, threads };
}

/** Whether nothing is on its way any more. */
export const isAtRest = ({ slots, pages }: Census): boolean =>
  Object.keys(slots).length === 0 && pages === 0;
