// Finds the files that are there more than once below a folder.
//
//   npm start                      this project's own node_modules
//   npm start -- FOLDER            any folder
//   npm start -- --help            what else it takes
//
// Several threads, each with a loop of its own, walk parts of the folder and have every file hashed in
// one shared pool; each gets back the results of its own files, and tells the main thread's loop. See
// the duplicates, largest waste first, then how many files and bytes, how long it took, and how much
// faster that is than one thread.
//
//   main.ts          the program
//   options.ts       what it was asked to do
//   walkers.ts       the walking threads, as the main thread sees them
//   walker.ts        what each of them does
//   walk.ts          lists the files below a folder; divides a folder among threads
//   hash-files.ts    hashes a batch of files: what the pool does
//   one-thread.ts    all of it by one thread, to compare
//   collector.ts     what was found
//   duplicates.ts    which files are the same
//   report.ts        what is printed
//   progress-bar.ts  what is shown meanwhile

import { isMainThread, run, ThreadPoolExecutor } from 'skein';
import { findDuplicates } from './duplicates.ts';
import { scanByOneThread } from './one-thread.ts';
import { readOptions } from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { printComparison, printReport } from './report.ts';
import { startWalkers } from './walkers.ts';

async function main(): Promise<void> {
  const { folder, threads, workers, compare, limit } = readOptions();
  const pool = new ThreadPoolExecutor({ maxWorkers: workers, threadNamePrefix: 'hash' });
  const walkers = await startWalkers(pool, threads);

  const first = await walkers.scan(folder, new ProgressBar('Hashing'));
  printReport(folder, first, findDuplicates(first.files), limit);

  if (compare && first.files.length > 0) {
    // The first scan has filled the file cache: the two that are compared find it alike.
    const one = scanByOneThread(folder, new ProgressBar('Again, by one thread', first.bytes));
    const bar = new ProgressBar('Again, by all threads', first.bytes);
    printComparison(one, await walkers.scan(folder, bar));
  }
  await walkers.stop();
}

if (isMainThread) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough: `| head`
    throw error;
  });
  await run(main);
}
