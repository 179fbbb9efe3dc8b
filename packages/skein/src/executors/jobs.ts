/**
 * What a worker of a pool needs of whoever runs its jobs: its own thread (`worker-jobs.ts`), or a child
 * process (`child-jobs.ts`).
 */
import type { Initializer } from './worker-hooks.ts';

export interface Jobs {
  /** How many go on asynchronously. */
  readonly underWay: number;
  /** They run in another process: what is active in this thread is Skein's. */
  readonly isElsewhere: boolean;
  /** Before the first job: calls the initializer. Null: there is nothing to wait for. */
  prepare(initializer: Initializer | undefined): Promise<void> | null;
  /** Does a job that this worker has claimed; what it cannot do at once goes on asynchronously. */
  begin(slot: number): void;
  /** The initializer has failed: this job, which the worker has claimed, cannot be done. */
  breakQueued(slot: number, cause: unknown): void;
  /** The worker ends with these jobs in its hands; false when there are none. */
  breakAll(message: string, cause: unknown): boolean;
  /** After the last job: calls the teardown, a number in the function table. Null: as above. */
  close(teardown: number | undefined): Promise<void> | null;
}

/** Whose jobs they are. */
export interface JobsHost {
  /** A job that went on asynchronously is done. */
  goOn(): void;
  /** The worker shall take no job any more. */
  retire(): void;
  isRetired(): boolean;
  /** Node has turned, and a function is about to be called. */
  comeBack(): void;
  /** The function of a job in this slot, which has a limit of time or a signal, is called now. */
  beginsLimited?(slot: number): void;
}
