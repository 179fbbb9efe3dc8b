/**
 * How a thread comes into being: the starter takes a place in the thread table, so that the new
 * thread can be named, waited for and written to at once. Then the keeper is asked to start the Worker,
 * because a Worker must not die with the thread that wanted it, and cannot end while its parent is
 * blocked and it has something left to print. Only the first worker of a pool is started by the root
 * thread itself, while its keeper is still starting perhaps; the keeper is given the lifeline.
 */
import { MessageChannel, type Worker } from 'node:worker_threads';
import { InternalError } from '../core/exceptions.ts';
import { assertNotImporting } from '../crossing/import-guard.ts';
import { loaderSetup } from '../crossing/loader.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { load, store } from '../shared/atomics.ts';
import { HEADER, ThreadFlag } from '../shared/layout.ts';
import { askToEnd, enterThread, type ThreadAddress } from '../shared/thread-table.ts';
import { waitAtExit } from './exit-guard.ts';
import type { ChildMessage, KeeperSetup, StartMessage } from './keeper-messages.ts';
import { heritableArguments, startBareWorker } from './node-arguments.ts';
import { endWorker, type Heritage, spawn } from './spawn.ts';

/** A thread to be started. */
export interface ThreadRequest extends Omit<StartMessage, 'type' | 'address'> {
  /** Bits of `ThreadFlag`. */
  readonly flags: number;
  /** Pool that it works for, or -1. */
  readonly pool: number;
}

/** Workers that this thread, the root, has started itself, by ident. */
const ownWorkers = new Map<number, Worker>();

/** This thread, with a keeper at its service. */
export function thisThreadWithKeeper(): ThisThread {
  const thread = thisThread();
  if (thread.keeperPort === undefined) startKeeper(thread);
  return thread;
}

/**
 * Starts a thread that begins with the module `entry`.
 *
 * @throws {RuntimeError} `ERR_MAIN_GUARD` while a module is imported by a worker: the program lacks
 *   its guard; `ERR_TOO_MANY_THREADS`
 */
export function startThread({ flags, pool, ...rest }: ThreadRequest): ThreadAddress {
  const thread = thisThreadWithKeeper();
  assertNotImporting(`start the thread '${rest.name}'`);
  const address = enterThread(thread.memory, { flags, starter: thread.address, pool });
  const start: StartMessage = { type: 'start', address, ...rest };
  if (thread.isRoot && pool >= 0) startHere(thread, start);
  else thread.tellKeeper(start);
  return address;
}

/** Ends threads at once, wherever they are. Those that have ended already are passed over. */
export function terminateThreads(addresses: readonly ThreadAddress[]): void {
  const thread = thisThreadWithKeeper();
  const { words } = thread.memory;
  for (const address of addresses) {
    const worker = ownWorkers.get(address.ident);
    if (askToEnd(words, address) && worker !== undefined) endWorker(worker);
  }
  thread.tellKeeper({ type: 'terminate', addresses });
}

function heritageOf({ memory, root }: ThisThread): Heritage {
  const { buffers } = memory;
  return { buffers, root, loader: loaderSetup(), execArgv: heritableArguments() };
}

function startHere(root: ThisThread, start: StartMessage): void {
  const { worker, lifeline } = spawn(heritageOf(root), start);
  const { address } = start;
  ownWorkers.set(address.ident, worker);
  worker.on('exit', () => ownWorkers.delete(address.ident));
  const message: ChildMessage = { type: 'child', address, lifeline };
  root.tellKeeper(message, [lifeline]);
}

function startKeeper(root: ThisThread): void {
  const flags = ThreadFlag.keeper | ThreadFlag.daemon;
  const address = enterThread(root.memory, { flags, starter: root.address, pool: -1 });
  const { port1, port2 } = new MessageChannel();
  const setup: KeeperSetup = {
    ...heritageOf(root),
    address,
    port: port2,
  };
  const worker = startBareWorker(new URL(besideTheDoor('keeper-main.js')), {
    name: 'skein-keeper',
    workerData: setup,
    transferList: [port2],
  });
  worker.unref();
  worker.on('error', (cause) => {
    throw new InternalError('The keeper thread of the program has failed.', { cause });
  });
  root.keeperPort = port1;
  port1.unref();
  obeyKeeper(root);
  waitAtExit(root);
}

/** The keeper cannot end the Workers that the root has started: it asks the root to do it. */
function obeyKeeper(root: ThisThread): void {
  const { words } = root.memory;
  root.onTerminate = (addresses) => {
    for (const { ident } of addresses) void ownWorkers.get(ident)?.terminate();
  };
  root.mailbox.duty = () => {
    if (load(words, HEADER.rootWanted) === 0) return;
    store(words, HEADER.rootWanted, 0);
    root.readPort();
  };
  root.mailbox.listen();
}
