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
//   one-thread.ts    all of it by one thread
//   compare.ts       which of the two is faster
//   collector.ts     what was found
//   duplicates.ts    which files are the same
//   report.ts        what is printed
//   progress-bar.ts  what is shown meanwhile

import { isMainThread, run, ThreadPoolExecutor } from 'skein';
import { compare } from './compare.ts';
import { findDuplicates } from './duplicates.ts';
import { readOptions } from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { printComparison, printReport } from './report.ts';
import { startWalkers } from './walkers.ts';

async function main(): Promise<void> {
  const options = readOptions();
  const { folder } = options;
  const pool = new ThreadPoolExecutor({ maxWorkers: options.workers, threadNamePrefix: 'hash' });
  const walkers = await startWalkers(pool, options.threads);

  const scan = await walkers.scan(folder, new ProgressBar('Hashing'));
  printReport(folder, scan, findDuplicates(scan.files), options.limit);
  if (options.compare && scan.files.length > 0) {
    printComparison(await compare(walkers, folder, scan.bytes));
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
