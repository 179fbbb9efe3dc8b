/**
 * A new Worker with a lifeline: a port whose other end the keeper holds.
 *
 * The port carries what the thread has to say to the keeper, and its closing says that the thread is
 * gone. Node closes a Worker's ports when it takes the thread down, for whatever reason: it has
 * ended, it was terminated, it ran out of memory, it never got as far as its first line. So the
 * keeper hears of every death, also of threads whose parent is blocked and would learn of it late.
 */
import {
  MessageChannel,
  type MessagePort,
  type Worker,
  type WorkerOptions,
} from 'node:worker_threads';
import type { LoaderSetup } from '../crossing/loader.ts';
import type { ThreadSetup } from '../crossing/this-thread.ts';
import type { StartMessage } from './keeper-messages.ts';
import { type Arguments, startWorker } from './node-arguments.ts';
import { printUncaught } from './thread-errors.ts';

/** What every thread of a program is given. */
export type Heritage = Pick<ThreadSetup, 'buffers' | 'root'> & {
  readonly loader: LoaderSetup;
  readonly execArgv: Arguments;
};

/**
 * Starts a thread that has its place in the thread table. The Worker does not keep its parent alive.
 *
 * @returns the Worker, and the keeper's end of the lifeline
 */
export function spawn(
  { buffers, root, loader, execArgv }: Heritage,
  { address, name, daemon, entry, data, resourceLimits }: StartMessage,
): { readonly worker: Worker; readonly lifeline: MessagePort } {
  const { port1: lifeline, port2: keeperPort } = new MessageChannel();
  const place = new URL('.', entry).href;
  const skein: ThreadSetup = { buffers, root, address, name, daemon, place, keeperPort };
  const options: WorkerOptions = {
    name,
    workerData: { skein, loader, data },
    transferList: [keeperPort],
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  };
  const worker = startWorker(new URL(entry), options, execArgv);
  worker.unref();
  worker.setMaxListeners(0); // it may be told to end many times (`endWorker`)
  // What a thread throws it tells itself, and the keeper tells of the end of its memory. What else comes
  // here has kept it from beginning.
  worker.on('error', (error: Error & { code?: string }) => {
    if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') printUncaught(name, error);
  });
  return { worker, lifeline };
}

/** How often a Worker that does not end is told again. */
export const AGAIN_MS = 40;

/**
 * Ends a Worker, wherever it is. Node 26 can lose the interrupt that stops a thread, one time in
 * thousands, and the thread goes on; so it is told until it has ended.
 */
export function endWorker(worker: Worker): void {
  void worker.terminate();
  const again = setInterval(() => void worker.terminate(), AGAIN_MS).unref();
  worker.once('exit', () => clearInterval(again));
}
