import { ensureFuture } from '../core/ensure-future.ts';
import { setRunningLoop } from '../core/running-loop.ts';
import { NodeEventLoop } from '../loops/node-event-loop.ts';
import { type LoopHandle, remoteOf } from '../loops/remote-loop.ts';
import type { RunningJob } from './running-job.ts';

/**
 * The loop in which the async functions of a worker run, as tasks, so that Skein's waits work in them
 * and they can be cancelled. It runs as long as one of them is under way: so they find it
 * (`getRunningLoop()`) also after they have waited for something of Node's.
 */
export class AsyncJobs {
  readonly #loop = new NodeEventLoop();
  #count = 0;

  constructor() {
    this.#loop.scheduler.late.mayStayOpen = true; // it ends with the thread
  }

  /** The handle by which other threads reach the loop. */
  get remote(): LoopHandle {
    return remoteOf(this.#loop);
  }

  /**
   * Runs an async function as a task.
   *
   * @param job - null when it is no task of the pool
   */
  run(job: RunningJob | null, fn: () => Promise<unknown>): Promise<unknown> {
    const loop = this.#loop;
    const wasRunning = loop.isRunning(); // it was taken down for the call of the function
    if (wasRunning) setRunningLoop(loop);
    const task = ensureFuture(fn, { loop });
    job?.follow(task);
    // While no loop runs here, and before the first step: else this would be a wait of the task whose
    // turn it is, be it this one or one beside it, and whoever cancels that would cancel this one.
    setRunningLoop(null);
    const ended = task.then().finally(() => this.#end(loop));
    if (wasRunning) setRunningLoop(loop);
    this.#count++;
    if (!loop.isRunning()) this.#turn(loop);
    loop.turn(); // not only when Node comes to it
    return ended;
  }

  /** What ends a run early, such as a SystemExit, is the failure of a task, and told there. */
  #turn(loop: NodeEventLoop): void {
    const goOn = (): void => {
      if (this.#count > 0) this.#turn(loop);
    };
    loop.runForever().then(goOn, goOn);
  }

  #end(loop: NodeEventLoop): void {
    this.#count--;
    if (this.#count === 0 && loop.isRunning()) loop.callSoon(() => loop.stop());
  }
}

let asyncJobsHere: AsyncJobs | null = null;

/** This thread is a worker, and runs async functions so. */
export function setAsyncJobsOfThread(asyncJobs: AsyncJobs): void {
  asyncJobsHere = asyncJobs;
}

/**
 * Runs an async function as a task of this worker's loop.
 *
 * @param job - of which it is a part: who asks that to end asks this to end
 */
export function runAsyncHere(job: RunningJob | null, fn: () => Promise<unknown>): Promise<unknown> {
  return (asyncJobsHere as AsyncJobs).run(job, fn);
}
