/** What every worker of a ThreadPoolExecutor begins with. */
import { workerData } from 'node:worker_threads';
import './index.ts'; // all that may come as an argument: pools, loops
import { preloadsAreOver } from './crossing/import-guard.ts';
import { type LoaderSetup, prepareLoader } from './crossing/loader.ts';
import { thisThread } from './crossing/this-thread.ts';
import { PoolWorker, type WorkerData } from './executors/pool-worker.ts';
import { WorkerJobs } from './executors/worker-jobs.ts';
import { printDirectly } from './threading/thread-output.ts';

const { loader, data } = workerData as { loader: LoaderSetup; data: WorkerData };
preloadsAreOver();
printDirectly();
const worker = new PoolWorker(thisThread(), data, (...own) => new WorkerJobs(...own));
await prepareLoader(loader);
await worker.start();
