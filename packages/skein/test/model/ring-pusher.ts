import type { TaskRing } from '../../dist/shared/task-ring.js';
import type { Result } from './explorer.ts';

const NEVER = 0x7fff_ffff;

/**
 * Gives the ring what its thread remembers, and takes it from it again: the head that it saw last.
 * Result: whether `push` said yes, and that head.
 */
export function pushWith(ring: TaskRing, results: readonly Result[], push: () => boolean): Result {
  const before = results.findLast((result) => Array.isArray(result)) as number[] | undefined;
  ring.headSeen = before?.[1] ?? NEVER;
  return [push() ? 1 : 0, ring.headSeen];
}

/** Whether a push said yes. */
export const hasPushed = (result: Result | undefined): boolean =>
  Array.isArray(result) && result[0] === 1;
