// Finds the files that are there more than once below a folder.
//
//   npm start                      this project's own node_modules
//   npm start -- FOLDER            any folder
//   npm start -- FOLDER --help     what else it takes
//
// Several threads, each with a loop of its own, walk parts of the folder and have every file hashed in
// one shared pool; each gets back the results of its own files, and tells the main thread's loop. See
// the duplicates, largest waste first, then how many files and bytes, how long it took, and how much
// faster that is than one thread.
//
//   main.ts          the program
//   options.ts       what it was asked to do
//   walk.ts          lists the files below a folder; divides a folder among threads
//   hash-files.ts    hashes a batch of files: what the pool does
//   walker.ts        what each thread does
//   scan.ts          the whole job, by many threads and by one
//   duplicates.ts    which files are the same
//   report.ts        what is printed
//   progress-bar.ts  what is shown meanwhile

import { isMainThread, run, ThreadPoolExecutor } from 'skein';
import { findDuplicates } from './duplicates.ts';
import { exitWith, folderError, readOptions } from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { printComparison, printReport } from './report.ts';
import { scanByOneThread, scanByThreads } from './scan.ts';

async function main(): Promise<void> {
  const { folder, threads, workers, compare, limit } = readOptions();
  const problem = folderError(folder);
  if (problem !== undefined) exitWith(2, problem);

  await using pool = new ThreadPoolExecutor({ maxWorkers: workers, threadNamePrefix: 'hash' });
  const first = await scanByThreads(pool, threads, folder, new ProgressBar('Hashing'));
  printReport(folder, first, findDuplicates(first.files), limit);
  if (!compare || first.files.length === 0) return;

  // The first scan has filled the file cache: the two that are compared find it alike.
  const one = scanByOneThread(folder, new ProgressBar('Again, by one thread', first.bytes));
  const bar = new ProgressBar('Again, by all threads', first.bytes);
  const many = await scanByThreads(pool, threads, folder, bar);
  printComparison(one, many);
}

if (isMainThread) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough: `| head`
    throw error;
  });
  await run(main);
}
