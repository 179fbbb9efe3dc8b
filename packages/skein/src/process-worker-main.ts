/** What every worker of a ProcessPoolExecutor begins with: the thread that has a child process. */
import { workerData } from 'node:worker_threads';
import './index.ts'; // all that may come as an argument of `runOnAll`
import { preloadsAreOver } from './crossing/import-guard.ts';
import { type LoaderSetup, prepareLoader } from './crossing/loader.ts';
import { thisThread } from './crossing/this-thread.ts';
import { ChildJobs } from './executors/child-jobs.ts';
import type { ChildSetup } from './executors/child-process.ts';
import { PoolWorker, type WorkerData } from './executors/pool-worker.ts';
import { printDirectly } from './threading/thread-output.ts';

/** What such a worker finds in `workerData.data`. */
type ProcessWorkerData = WorkerData & { readonly child: ChildSetup };

const { loader, data } = workerData as { loader: LoaderSetup; data: ProcessWorkerData };
preloadsAreOver();
printDirectly();
const worker = new PoolWorker(thisThread(), data, (...own) => new ChildJobs(...own, data.child));
await prepareLoader(loader);
await worker.start();
