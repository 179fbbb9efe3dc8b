/**
 * The keeper: one thread per program that never blocks and never computes.
 *
 * It exists because of three facts about Node. A Worker dies with the thread that started it, so
 * the thread that starts pool workers must outlive all who use the pool. A Worker that is
 * terminated or runs out of memory runs no hook, and only its parent is told, by an event, so the
 * parent's loop must turn even while every other thread is blocked. And some values
 * (SharedArrayBuffer, Blob, KeyObject) cross only through a MessagePort, which has one sender and
 * one receiver. So the keeper is
 *
 *  - the parent of every other thread (`#start`), and the one who ends threads;
 *  - the one who notices a death and sweeps up after it (`sweep.ts`);
 *  - the one who ends threads whose job runs longer than it may (`shared/deadlines.ts`);
 *  - the one who decides that a pool needs another worker (`worker-supply.ts`);
 *  - the one who ends the pools that a dead thread had for itself (`private-pools.ts`);
 *  - the carrier of what shared memory cannot hold (`parcels.ts`).
 *
 * It is a daemon of the root thread: when that ends, the keeper and all its threads end.
 */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { RuntimeError } from '../core/exceptions.ts';
import { mailboxHost } from '../crossing/mailbox-host.ts';
import { load, store } from '../shared/atomics.ts';
import { judgeOverdue } from '../shared/deadlines.ts';
import { HEADER, THREAD, threadAt, ThreadFlag, ThreadStatus, until } from '../shared/layout.ts';
import { Mailbox } from '../shared/mailbox.ts';
import { ProcessMemory } from '../shared/process-memory.ts';
import { askToEnd, enterThread, type ThreadAddress, wakeThread } from '../shared/thread-table.ts';
import { killChild } from './children.ts';
import type { KeeperMessage, KeeperSetup, StartMessage } from './keeper-messages.ts';
import { Parcels } from './parcels.ts';
import { PrivatePools } from './private-pools.ts';
import { AGAIN_MS, endWorker, spawn } from './spawn.ts';
import { hasRunOutOfMemory, type Leavings, sweep } from './sweep.ts';
import { printUncaught } from './thread-errors.ts';
import { WorkerSupply } from './worker-supply.ts';

export class Keeper {
  readonly #memory: ProcessMemory;
  readonly #setup: KeeperSetup;
  /** Workers that the keeper has started itself, by ident. */
  readonly #workers = new Map<number, { readonly worker: Worker; readonly name: string }>();
  readonly #parcels = new Parcels();
  readonly #leavings: Leavings;
  readonly #supply: WorkerSupply;
  readonly #mailbox: Mailbox;
  readonly #privatePools: PrivatePools;
  #deadlineTimer: NodeJS.Timeout | null = null;

  constructor(setup: KeeperSetup) {
    this.#setup = setup;
    this.#memory = new ProcessMemory(setup.buffers);
    this.#mailbox = new Mailbox(this.#memory, setup.address, mailboxHost);
    this.#leavings = {
      arena: this.#mailbox.arena,
      dropCarried: (serial) => this.#parcels.drop(serial),
    };
    this.#privatePools = new PrivatePools(this.#memory, this.#leavings);
    this.#supply = new WorkerSupply(this.#memory, (config, name) => {
      const { pool, entry, data, resourceLimits } = config;
      return this.#startWorker(pool, { name, daemon: true, entry, data, resourceLimits });
    });
  }

  /** Begins to listen: to the root thread's port, and to submitters who ask for workers. */
  open(): void {
    const { address, port, root } = this.#setup;
    const { words } = this.#memory;
    port.on('message', (message: KeeperMessage) => this.#obey(message, port, root.address));
    store(words, HEADER.keeper, address.entry + 1);
    store(words, threadAt(address.entry) + THREAD.status, ThreadStatus.running);
    // Submitters ask by a flag in the pool's header and a wake-up.
    this.#mailbox.lookAround = () => {
      this.#supply.look();
      this.#lookAtDeadlines();
    };
    this.#mailbox.listen();
  }

  /** Ends threads whose jobs run longer than they may, and looks again when the next one may have to. */
  #lookAtDeadlines(): void {
    const { words } = this.#memory;
    const now = this.#mailbox.commonNow();
    const next = judgeOverdue(words, now, (entry) => {
      this.#terminate({ entry, ident: load(words, threadAt(entry) + THREAD.ident) });
    });
    if (this.#deadlineTimer !== null) clearTimeout(this.#deadlineTimer);
    this.#deadlineTimer = null;
    if (next === 0) return;
    this.#deadlineTimer = setTimeout(() => this.#lookAtDeadlines(), Math.max(1, until(next, now)));
  }

  #obey(message: KeeperMessage, port: MessagePort, from: ThreadAddress): void {
    switch (message.type) {
      case 'start':
        return this.#start(message);
      case 'child':
        return this.#watch(message.address, message.lifeline);
      case 'pool':
        return this.#supply.addPool(message);
      case 'private':
        return this.#privatePools.add(from, message);
      case 'carry':
        return this.#parcels.put(message.key, message);
      case 'want':
        return this.#parcels.want(message.key, ({ value, moved }) => {
          const transfer = moved as readonly Transferable[];
          port.postMessage({ type: 'value', key: message.key, value }, transfer);
          wakeThread(this.#memory.words, from.entry);
        });
      case 'drop':
        return this.#parcels.drop(message.key);
      case 'terminate':
        for (const address of message.addresses) this.#terminate(address);
    }
  }

  #start(message: StartMessage): void {
    const { address, name } = message;
    try {
      const { worker, lifeline } = spawn(this.#setup, message);
      this.#workers.set(address.ident, { worker, name });
      this.#watch(address, lifeline);
    } catch (error) {
      // The machine has no more threads to give, say. Whoever waits for this one hears that it is over.
      printUncaught(name, error);
      setImmediate(() => this.#bury(address));
    }
  }

  #startWorker(pool: number, worker: Omit<StartMessage, 'type' | 'address'>): boolean {
    const flags = ThreadFlag.worker | ThreadFlag.daemon;
    let address: ThreadAddress;
    try {
      address = enterThread(this.#memory, { flags, starter: this.#setup.address, pool });
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_TOO_MANY_THREADS') return false;
      throw error;
    }
    this.#start({ type: 'start', address, ...worker });
    return true;
  }

  /** Listens to a thread until it is gone. */
  #watch(address: ThreadAddress, lifeline: MessagePort): void {
    lifeline.on('message', (message: KeeperMessage) => this.#obey(message, lifeline, address));
    lifeline.on('close', () => this.#bury(address));
  }

  #terminate(address: ThreadAddress): void {
    if (!askToEnd(this.#memory.words, address)) return;
    const own = this.#workers.get(address.ident);
    if (own === undefined) this.#askRoot(address);
    else endWorker(own.worker);
  }

  /** The root has started this one. It is told even if it is blocked: it blocks in its mailbox. */
  #askRoot(address: ThreadAddress): void {
    const { port, root } = this.#setup;
    const { words } = this.#memory;
    const isThere = load(words, threadAt(address.entry) + THREAD.ident) === address.ident;
    if (!isThere) return;
    port.postMessage({ type: 'terminate', addresses: [address] });
    store(words, HEADER.rootWanted, 1);
    wakeThread(words, root.address.entry);
    setTimeout(() => this.#askRoot(address), AGAIN_MS);
  }

  #bury(address: ThreadAddress): void {
    const own = this.#workers.get(address.ident);
    this.#workers.delete(address.ident);
    // Before anybody hears of the end: the program may end then. A pool tells by the task.
    if (own !== undefined && hasRunOutOfMemory(this.#memory.words, address)) {
      printUncaught(own.name, outOfMemory());
    }
    killChild(this.#memory.words, address.entry, 'SIGKILL'); // if it has left one behind
    const { pool, hasFailed } = sweep(this.#memory, this.#leavings, address);
    if (pool >= 0) this.#supply.workerEnded(pool, address.entry, hasFailed);
    for (const left of this.#privatePools.threadsLeftBy(address)) this.#terminate(left);
    this.#supply.look();
  }
}

function outOfMemory(): Error {
  const error = new RuntimeError(
    'The thread has run out of memory. Give it less at a time, or start Node with a larger ' +
      '--max-old-space-size.',
    'ERR_WORKER_OUT_OF_MEMORY',
  );
  delete error.stack; // it would be the keeper's
  return error;
}
