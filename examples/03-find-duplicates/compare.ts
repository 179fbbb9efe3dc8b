import { scanByOneThread } from './one-thread.ts';
import { ProgressBar } from './progress-bar.ts';
import type { Walkers } from './walkers.ts';

/** The best times of one thread and of many, in milliseconds, and how often each of them tried. */
export interface Comparison {
  readonly one: number;
  readonly many: number;
  readonly rounds: number;
}

/** A small folder is scanned again for so long: what a thread runs for the first time is slow. */
const LEAST_MS = 1500;

/**
 * Has a folder that was scanned before scanned again, by one thread and by many in turns. The files
 * are in memory then, as far as they fit, and the threads are up, so that neither side has to wait
 * for what the other has got.
 *
 * @param bytes - what is there, for the progress bar
 */
export async function compare(
  walkers: Walkers,
  folder: string,
  bytes: number,
): Promise<Comparison> {
  const one: number[] = [];
  const many: number[] = [];
  const began = performance.now();
  do {
    one.push(scanByOneThread(folder, new ProgressBar('Again, by one thread', bytes)).tookMs);
    const scan = await walkers.scan(folder, new ProgressBar('Again, by all threads', bytes));
    many.push(scan.tookMs);
  } while (performance.now() - began < LEAST_MS);
  return { one: Math.min(...one), many: Math.min(...many), rounds: one.length };
}
