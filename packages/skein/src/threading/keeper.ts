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
 *  - the one who decides that a pool needs another worker (`worker-supply.ts`);
 *  - the carrier of what shared memory cannot hold (`parcels.ts`).
 *
 * It is a daemon of the root thread: when that ends, the keeper and all its threads end.
 */
import { performance } from 'node:perf_hooks';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { ThreadSetup } from '../crossing/this-thread.ts';
import { store } from '../shared/atomics.ts';
import { EndReason, HEADER, THREAD, threadAt, ThreadFlag, ThreadStatus } from '../shared/layout.ts';
import { Mailbox } from '../shared/mailbox.ts';
import { ProcessMemory } from '../shared/process-memory.ts';
import { enterThread, type ThreadAddress, wakeThread } from '../shared/thread-table.ts';
import type { KeeperMessage, KeeperSetup, StartMessage } from './keeper-messages.ts';
import { Parcels } from './parcels.ts';
import { sweep } from './sweep.ts';
import { WorkerSupply } from './worker-supply.ts';

/** A thread that the keeper has started and that has not been swept yet. */
interface Child {
  readonly worker: Worker;
  readonly address: ThreadAddress;
  readonly pool: number;
  reason: number;
}

export class Keeper {
  readonly #memory: ProcessMemory;
  readonly #setup: KeeperSetup;
  readonly #children = new Map<number, Child>();
  readonly #parcels = new Parcels();
  readonly #supply: WorkerSupply;
  readonly #mailbox: Mailbox;

  constructor(setup: KeeperSetup) {
    this.#setup = setup;
    this.#memory = new ProcessMemory(setup.buffers);
    this.#mailbox = new Mailbox(this.#memory, setup.address, () => performance.now());
    this.#supply = new WorkerSupply(this.#memory, (pool, name, entry, data) => {
      const flags = ThreadFlag.worker | ThreadFlag.daemon;
      const address = enterThread(this.#memory, { flags, starter: setup.address, pool });
      this.#start({ type: 'start', address, name, daemon: true, entry, data }, pool);
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
    this.#mailbox.lookAround = () => this.#supply.look();
    this.#mailbox.listen();
  }

  #obey(message: KeeperMessage, port: MessagePort | Worker, from: ThreadAddress): void {
    switch (message.type) {
      case 'start':
        return this.#start(message, -1);
      case 'pool':
        return this.#supply.addPool(message);
      case 'carry':
        return this.#parcels.put(message.key, message.value);
      case 'want':
        return this.#parcels.want(message.key, (value) => {
          port.postMessage({ key: message.key, value });
          wakeThread(this.#memory.words, from.entry);
        });
      case 'drop':
        return this.#parcels.drop(message.key);
      case 'terminate':
        for (const address of message.addresses) this.#terminate(address);
    }
  }

  #start({ address, name, daemon, entry, data }: StartMessage, pool: number): void {
    const { root, buffers, loader } = this.#setup;
    const skein: ThreadSetup = { buffers, address, name, daemon, root };
    let worker: Worker;
    try {
      worker = new Worker(new URL(entry), {
        workerData: { skein, loader, data },
        name,
      });
    } catch {
      this.#bury(address, pool, EndReason.failed, 0);
      return;
    }
    const child: Child = { worker, address, pool, reason: EndReason.exited };
    this.#children.set(address.entry, child);
    worker.on('message', (message: KeeperMessage) => this.#obey(message, worker, address));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (child.reason !== EndReason.exited) return;
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      child.reason = isMemory ? EndReason.outOfMemory : EndReason.failed;
    });
    worker.on('exit', (code) => {
      this.#children.delete(address.entry);
      this.#bury(address, pool, child.reason, code);
    });
  }

  #terminate(address: ThreadAddress): void {
    const child = this.#children.get(address.entry);
    if (child === undefined || child.address.ident !== address.ident) return;
    child.reason = EndReason.terminated;
    void child.worker.terminate();
  }

  #bury(address: ThreadAddress, pool: number, reason: number, code: number): void {
    sweep(this.#memory, this.#mailbox.arena, address, reason, code);
    if (pool >= 0) this.#supply.workerEnded(pool);
    this.#supply.look();
  }
}
