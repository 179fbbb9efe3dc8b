/** What every child process of a ProcessPoolExecutor begins with. */
import './index.ts'; // all that a task may want to be there
import { preloadsAreOver } from './crossing/import-guard.ts';
import { ChildWorker } from './executors/child-worker.ts';
import { printDirectly } from './threading/thread-output.ts';

preloadsAreOver();
printDirectly();
new ChildWorker().open();
