/**
 * How a thread comes into being: the starter takes a place in the thread table, so that the new
 * thread can be named, waited for and written to at once, and asks the keeper for the rest. The
 * first one to need the keeper, always the root thread, starts that first.
 */
import { MessageChannel, SHARE_ENV, Worker } from 'node:worker_threads';
import { InternalError } from '../core/exceptions.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { loaderSetup } from '../crossing/loader.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { ThreadFlag } from '../shared/layout.ts';
import { enterThread, type ThreadAddress } from '../shared/thread-table.ts';
import { waitAtExit } from './exit-guard.ts';
import type { KeeperSetup, StartMessage } from './keeper-messages.ts';

/** This thread, with a keeper at its service. */
export function thisThreadWithKeeper(): ThisThread {
  const thread = thisThread();
  if (thread.keeperPort === undefined) startKeeper(thread);
  return thread;
}

/**
 * Starts a thread that begins with the module `entry`.
 *
 * @throws {RuntimeError} while a module is imported by a worker: the program lacks its guard
 */
export function startThread(
  request: Omit<StartMessage, 'type' | 'address'> & { readonly flags: number },
): ThreadAddress {
  const { flags, ...rest } = request;
  const thread = thisThreadWithKeeper();
  assertNotImporting(`start the thread '${rest.name}'`);
  const starter = thread.address;
  const address = enterThread(thread.memory, { flags, starter, pool: -1 });
  const message: StartMessage = { type: 'start', address, ...rest };
  thread.tellKeeper(message);
  return address;
}

function startKeeper(root: ThisThread): void {
  const flags = ThreadFlag.keeper | ThreadFlag.daemon;
  const address = enterThread(root.memory, { flags, starter: root.address, pool: -1 });
  const { port1, port2 } = new MessageChannel();
  const setup: KeeperSetup = {
    buffers: root.memory.buffers,
    address,
    root: root.root,
    port: port2,
    loader: loaderSetup(),
  };
  const worker = new Worker(new URL(besideTheDoor('keeper-main.js')), {
    name: 'skein-keeper',
    env: SHARE_ENV,
    workerData: setup,
    transferList: [port2],
  });
  worker.unref();
  worker.on('error', (cause) => {
    throw new InternalError(`The keeper thread of the program has failed.`, { cause });
  });
  root.keeperPort = port1;
  port1.unref();
  waitAtExit(root);
}
