import { availableParallelism } from 'node:os';

/** How many workers of a pool are woken while the thread that submits is at work: it has a core, too. */
export const MOST_AWAKE: number = Math.max(1, availableParallelism() - 1);
