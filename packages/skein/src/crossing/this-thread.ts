/**
 * What this thread is to the others: its place in the thread table, its mailbox, its line to the
 * keeper.
 *
 * A thread that Skein started finds all that in its `workerData`. Any other thread (the main
 * thread, or a Worker that the program made itself) founds a memory of its own when it first needs
 * one, and is then the *root* of the threads that it starts. Until then nothing is allocated: a
 * program that only runs event loops has no shared memory at all.
 */
import {
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  threadId,
  type Transferable,
  workerData,
} from 'node:worker_threads';
import { InternalError } from '../core/exceptions.ts';
import { load, store } from '../shared/atomics.ts';
import { HEADER, THREAD, threadAt, ThreadStatus } from '../shared/layout.ts';
import { Mailbox } from '../shared/mailbox.ts';
import { type MemoryBuffers, ProcessMemory } from '../shared/process-memory.ts';
import { begin, enterThread, type ThreadAddress } from '../shared/thread-table.ts';
import { isInChild } from './in-child.ts';
import { mailboxHost } from './mailbox-host.ts';

/** What every thread that Skein starts finds in `workerData.skein`. */
export interface ThreadSetup extends ThreadPlace {
  /** The folder of the copy of this package that started the thread: its door's. */
  readonly place: string;
}

/** What every thread, however it came about, is made of. */
interface ThreadPlace {
  readonly buffers: MemoryBuffers;
  readonly address: ThreadAddress;
  readonly name: string;
  readonly daemon: boolean;
  /** The thread that founded the memory. */
  readonly root: { readonly name: string; readonly address: ThreadAddress };
  /** This thread's end of its lifeline. It must not be closed nor lost: that is how a thread dies. */
  readonly keeperPort: MessagePort | undefined;
}

/** What the keeper answers to `want`; and, to the root only, whom it shall terminate. */
type KeeperAnswer =
  | { readonly type: 'value'; readonly key: number; readonly value: unknown }
  | { readonly type: 'terminate'; readonly addresses: readonly ThreadAddress[] };

/** A job that waits in a queue, as far as its slot tells. */
export interface QueuedJob {
  readonly queuedSlot: number;
}

/** What a worker does for its own tasks that wait for the pool it works for (`nested-work.ts`). */
export interface Nested {
  readonly pool: number;
  /** A job of its tasks waits in the pool's queue. */
  submitted(job: QueuedJob): void;
  /** The task that runs now has submitted something, or waits for the pool. */
  hasParent(): void;
  /** The task that runs now waits for room in the pool's queue, until it calls what this returns. */
  waitsForRoom(): () => void;
  help(mayRun: boolean): boolean;
  goOn(): void;
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
  /** In a worker of a pool: what it does for its own tasks that wait for the same pool. */
  nested: Nested | undefined;
  /** Ends threads on behalf of the keeper. */
  onTerminate: ((addresses: readonly ThreadAddress[]) => void) | undefined;
  readonly #carried = new Map<number, unknown>();
  readonly #alive = setInterval(() => {}, 0x7fff_ffff).unref();
  #isKeptAlive = false;

  constructor(setup: ThreadPlace) {
    this.memory = new ProcessMemory(setup.buffers);
    this.address = setup.address;
    this.name = setup.name;
    this.daemon = setup.daemon;
    this.root = setup.root;
    this.keeperPort = setup.keeperPort;
    this.mailbox = new Mailbox(this.memory, setup.address, mailboxHost);
    this.mailbox.dropCarried = (key) => {
      if (!this.#carried.delete(key)) this.tellKeeper({ type: 'drop', key });
    };
    this.mailbox.afterDrain.push(() => this.mailWasRead());
  }

  /**
   * Notes that this thread has come up, and is about to run its target or to look for work. If it
   * ends before that, it could not be started.
   */
  hasStarted(): void {
    store(this.memory.words, threadAt(this.address.entry) + THREAD.status, ThreadStatus.running);
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
    if (this.#isKeptAlive || !this.mailbox.keepsNode) return;
    this.#isKeptAlive = true;
    this.#alive.ref();
    this.mailbox.listen();
  }

  /** Tells the keeper something. Never blocks. */
  tellKeeper(message: object, transfer: readonly object[] = []): void {
    if (this.keeperPort === undefined) throw new InternalError('There is no keeper to talk to.');
    this.keeperPort.postMessage(message, transfer as readonly Transferable[]);
  }

  /**
   * Gives the keeper a value that only a MessagePort can carry, to be fetched under this key. Where
   * there is no keeper there is no other thread: what this one sends to itself stays here.
   *
   * @param moved - what in the value is moved along
   */
  carry(key: number, value: unknown, moved: readonly object[]): void {
    if (this.keeperPort === undefined) this.#carried.set(key, value);
    else this.tellKeeper({ type: 'carry', key, value, moved }, moved);
  }

  /** Fetches a value that another thread gave the keeper to carry. Blocks, some 100 µs. */
  fetchCarried(key: number): unknown {
    if (!this.#carried.has(key)) {
      this.tellKeeper({ type: 'want', key });
      this.mailbox.waitFor(() => {
        this.readPort();
        return this.#carried.has(key);
      }, Infinity);
    }
    const value = this.#carried.get(key);
    this.#carried.delete(key);
    return value;
  }

  /** Reads what the keeper has sent to this thread. */
  readPort(): void {
    for (;;) {
      const received: { readonly message: KeeperAnswer | undefined } | undefined =
        receiveMessageOnPort(this.keeperPort as MessagePort);
      if (received === undefined) return;
      const { message } = received;
      // Node gives a message without its content to a thread that is being terminated. Seen on Node 26
      // in threads that went on running all the same: so such a thread ends itself here.
      if (message === undefined) return endAtOnce();
      if (message.type === 'value') this.#carried.set(message.key, message.value);
      else this.onTerminate?.(message.addresses);
    }
  }

  /** Notes that something was heard of or given up: perhaps Node may end the thread now. */
  mailWasRead(): void {
    if (!this.#isKeptAlive || this.mailbox.keepsNode) return;
    this.#isKeptAlive = false;
    this.#alive.unref();
  }
}

/** Ends this thread as `terminate()` does: no 'exit' event, and what it has in hand is lost. */
export function endAtOnce(): never {
  return (process as unknown as { reallyExit: (code: number) => never }).reallyExit(1);
}

let current: ThisThread | undefined = join();

/** Whether this thread, or its process, is one of those that Skein starts. */
export const wasStartedBySkein: boolean = current !== undefined || isInChild;

/** This thread; founds the memory of the program when there is none yet. */
export function thisThread(): ThisThread {
  return (current ??= found(threadName()));
}

/** This thread, unless nothing has needed shared memory so far. */
export function thisThreadIfAny(): ThisThread | undefined {
  return current;
}

/** Founds the memory of a child process; its one thread is called like the worker that it belongs to. */
export function foundInChild(name: string): ThisThread {
  return (current = found(name));
}

/** The name of this thread: 'MainThread', or what it was started with. */
export function threadName(): string {
  if (current !== undefined) return current.name;
  return isMainThread ? 'MainThread' : `Worker-${threadId}`;
}

function join(): ThisThread | undefined {
  const setup = (workerData as { skein?: ThreadSetup } | null)?.skein;
  // Another copy of this package that the thread loads has no part in it.
  if (setup === undefined || !import.meta.url.startsWith(setup.place)) return undefined;
  const thread = new ThisThread(setup);
  const { words } = thread.memory;
  // Node 26 can lose the interrupt that ends a thread when the program ends, and would then wait for
  // it for ever; so each thread looks for itself whenever it wakes.
  thread.mailbox.duty = () => {
    if (load(words, HEADER.ending) === 1) endAtOnce();
  };
  return begin(words, thread.address) ? thread : endAtOnce();
}

function found(name: string): ThisThread {
  const memory = ProcessMemory.create();
  const address = enterThread(memory, { flags: 0, starter: null, pool: -1 });
  const root = { name, address };
  const { buffers } = memory;
  const setup = { buffers, address, name, daemon: false, root, keeperPort: undefined };
  const thread = new ThisThread(setup);
  thread.hasStarted();
  return thread;
}
