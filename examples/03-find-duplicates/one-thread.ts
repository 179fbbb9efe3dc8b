import { Collector, type Scan } from './collector.ts';
import { batches, hashFiles } from './hash-files.ts';
import type { ProgressBar } from './progress-bar.ts';
import { walk } from './walk.ts';

/** The same work without any other thread: the fair competitor. Blocks. */
export function scanByOneThread(folder: string, bar: ProgressBar): Scan {
  const collector = new Collector(bar);
  for (const batch of batches(walk({ whole: [folder], flat: [] }))) {
    collector.found(batch.bytes);
    collector.add(batch.unreadable);
    collector.add(hashFiles(batch.paths));
  }
  return collector.finish();
}
