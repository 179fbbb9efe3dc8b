/**
 * What this thread is to the others: its place in the thread table, its mailbox, its line to the
 * keeper.
 *
 * A thread that Skein started finds all that in its `workerData`. Any other thread (the main
 * thread, or a Worker that the program made itself) founds a memory of its own when it first needs
 * one, and is then the *root* of the threads that it starts. Until then nothing is allocated: a
 * program that only runs event loops has no shared memory at all.
 */
import { performance } from 'node:perf_hooks';
import {
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  threadId,
  workerData,
} from 'node:worker_threads';
import { InternalError } from '../core/exceptions.ts';
import { store } from '../shared/atomics.ts';
import { THREAD, threadAt, ThreadStatus } from '../shared/layout.ts';
import { Mailbox } from '../shared/mailbox.ts';
import { type MemoryBuffers, ProcessMemory } from '../shared/process-memory.ts';
import { enterThread, type ThreadAddress } from '../shared/thread-table.ts';

/** What the keeper puts into `workerData.skein` of every thread that it starts. */
export interface ThreadSetup {
  readonly buffers: MemoryBuffers;
  readonly address: ThreadAddress;
  readonly name: string;
  readonly daemon: boolean;
  /** The thread that founded the memory. */
  readonly root: { readonly name: string; readonly address: ThreadAddress };
}

/** What the keeper answers to `want`. */
interface CarriedMessage {
  readonly key: number;
  readonly value: unknown;
}

export class ThisThread {
  readonly memory: ProcessMemory;
  readonly address: ThreadAddress;
  readonly mailbox: Mailbox;
  readonly name: string;
  readonly daemon: boolean;
  /** The thread that founded the memory and is the parent of the keeper. */
  readonly root: ThreadSetup['root'];
  /** The line to the keeper; the root has none before its keeper was started. */
  keeperPort: MessagePort | undefined;
  readonly #carried = new Map<number, unknown>();
  readonly #alive = setInterval(() => {}, 0x7fff_ffff).unref();
  #isKeptAlive = false;

  constructor(setup: ThreadSetup) {
    this.memory = new ProcessMemory(setup.buffers);
    this.address = setup.address;
    this.name = setup.name;
    this.daemon = setup.daemon;
    this.root = setup.root;
    this.mailbox = new Mailbox(this.memory, setup.address, () => performance.now());
    this.mailbox.dropCarried = (key) => this.tellKeeper({ type: 'drop', key });
    this.mailbox.afterDrain.push(() => this.mailWasRead());
    const status = threadAt(setup.address.entry) + THREAD.status;
    store(this.memory.words, status, ThreadStatus.running);
  }

  /** Whether this thread is the root. */
  get isRoot(): boolean {
    return this.root.address.ident === this.address.ident;
  }

  /**
   * Notes that this thread has submitted something: its outcome shall be drained, and Node must not
   * end the thread before.
   */
  awaitMail(): void {
    if (this.#isKeptAlive) return;
    this.#isKeptAlive = true;
    this.#alive.ref();
    this.mailbox.listen();
  }

  /** Tells the keeper something. Never blocks. */
  tellKeeper(message: object): void {
    if (this.keeperPort === undefined) throw new InternalError('There is no keeper to talk to.');
    this.keeperPort.postMessage(message);
  }

  /** Gives the keeper a value that only a MessagePort can carry, to be fetched under this key. */
  carry(key: number, value: unknown): void {
    this.tellKeeper({ type: 'carry', key, value });
  }

  /** Fetches a value that another thread gave the keeper to carry. Blocks, some 100 µs. */
  fetchCarried(key: number): unknown {
    this.tellKeeper({ type: 'want', key });
    const port = this.keeperPort as MessagePort;
    this.mailbox.waitFor(() => {
      for (;;) {
        const received = receiveMessageOnPort(port) as { message: CarriedMessage } | undefined;
        if (received === undefined) return this.#carried.has(key);
        this.#carried.set(received.message.key, received.message.value);
      }
    }, Infinity);
    const value = this.#carried.get(key);
    this.#carried.delete(key);
    return value;
  }

  /** Notes that something was heard of or given up: perhaps Node may end the thread now. */
  mailWasRead(): void {
    if (!this.#isKeptAlive || this.mailbox.outstanding > 0) return;
    this.#isKeptAlive = false;
    this.#alive.unref();
  }
}

let current: ThisThread | undefined = join();

/** This thread; founds the memory of the program when there is none yet. */
export function thisThread(): ThisThread {
  return (current ??= found());
}

/** This thread, unless nothing has needed shared memory so far. */
export function thisThreadIfAny(): ThisThread | undefined {
  return current;
}

/** The name of this thread: 'MainThread', or what it was started with. */
export function threadName(): string {
  if (current !== undefined) return current.name;
  return isMainThread ? 'MainThread' : `Worker-${threadId}`;
}

function join(): ThisThread | undefined {
  const setup = (workerData as { skein?: ThreadSetup } | null)?.skein;
  if (setup === undefined) return undefined;
  const thread = new ThisThread(setup);
  thread.keeperPort = parentPort ?? undefined;
  return thread;
}

function found(): ThisThread {
  const memory = ProcessMemory.create();
  const address = enterThread(memory, { flags: 0, starter: null, pool: -1 });
  const name = threadName();
  const root = { name, address };
  return new ThisThread({ buffers: memory.buffers, address, name, daemon: false, root });
}
