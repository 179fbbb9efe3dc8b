/**
 * `stream`: the values that a generator yields in a worker, as they are asked for.
 *
 * ```
 *   worker (`stream-source.ts`)                       the thread that asked
 *   generator ──▶ value ──▶ value ──▶ value ──▶ inbox ──▶ for await
 *       at most `bufferSize` of them ◀── how many were taken ──┘
 * ```
 *
 * The generator is an ordinary job, so the options of a view hold for it as a whole. It runs ahead of
 * whoever asks until the buffer is full, and then waits.
 *
 * It would wait for ever for somebody who never comes back. So a stream keeps its thread alive only while
 * somebody asks for the next value, and is ended when there is nothing else to keep it alive; or when
 * the thread shuts its pool down, and nobody takes the values that have come.
 */
import { noteBlocking } from '../core/blocking-calls.ts';
import { CancelledError } from '../core/exceptions.ts';
import { staysHome } from '../core/stays-home.ts';
import { type ArgumentsApart, packArguments } from '../crossing/arguments-apart.ts';
import { acrossTheBorder } from '../crossing/border.ts';
import { referenceOf } from '../crossing/function-reference.ts';
import { functionId } from '../crossing/function-table.ts';
import { Part, readPayload } from '../crossing/payload.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Kind, SLOT, slotAt } from '../shared/layout.ts';
import type { ThreadAddress } from '../shared/thread-table.ts';
import { blockUntil } from './block-until.ts';
import type { ConcurrentFuture } from './concurrent-future.ts';
import { endedWhenLeft } from './leaving.ts';
import type { PoolHandle } from './pool-handle.ts';
import type { StreamOrder } from './stream-exit.ts';
import { streamOut } from './stream-source.ts';
import { jobOptions, type SubmitOptions } from './submit-options.ts';

/** What a function gives whose values can be streamed. */
export type Streamable<T> = Iterable<T> | AsyncIterable<T>;

/** How many values are on their way, or wait to be asked for, where nothing is said. */
const STREAM_BUFFER = 64;

/** Streams that this thread has asked for. */
const inlets = new Map<number, StreamValues<unknown>>();

/**
 * The values of `stream`. `for await` waits, `for` blocks the thread. They are handed out once, whoever
 * asks; leaving the loop ends the generator.
 */
export class StreamValues<T> implements Iterable<T>, AsyncIterable<T> {
  readonly #thread: ThisThread;
  readonly #serial: number;
  readonly #bufferSize: number;
  readonly #job: ConcurrentFuture<void>;
  /** That have come and were not asked for. The oldest is at `#next`. */
  #values: T[] = [];
  #next = 0;
  /** That were asked for, and the worker does not know it. */
  #untold = 0;
  #source: ThreadAddress | null = null;
  /** What came instead of a value. */
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;
  /** Whether nobody asks for the next value, and the mailbox knows it. */
  #isUnattended = false;
  #onChange: (() => void)[] = [];

  /** @internal */
  constructor(pool: PoolHandle, own: SubmitOptions, fn: Function, args: readonly unknown[]) {
    const { bufferSize = STREAM_BUFFER, transfer = [] } = own;
    const inProcesses = pool.inProcesses;
    const thread = thisThread();
    this.#thread = thread;
    this.#serial = thread.memory.nextSerial();
    this.#bufferSize = bufferSize;
    const order: StreamOrder = {
      fn: inProcesses ? referenceOf(fn) : functionId(thread, fn),
      to: thread.address,
      serial: this.#serial,
      bufferSize,
    };
    thread.mailbox.handle(Kind.streamed, (slot) => receive(thread, slot));
    pool.checkOpen(); // what is moved is gone when it is packed, also if the stream is refused then
    const isAborted = own.signal?.aborted === true; // then it stays, as it does in submit()
    // What the option names is looked for among the arguments.
    const pack = (): ArgumentsApart =>
      transfer.length > 0 || isAborted ? { values: args } : packArguments(args);
    const apart = inProcesses ? acrossTheBorder(pack) : pack();
    const options = jobOptions({ ...own, name: own.name ?? fn.name });
    inlets.set(this.#serial, this);
    try {
      this.#job = pool.submit(streamOut, [order, apart], options);
    } catch (error) {
      inlets.delete(this.#serial);
      throw error;
    }
    this.#leaveAlone(true);
    this.#job.addDoneCallback(() => {
      inlets.delete(this.#serial);
      this.#leaveAlone(false);
      this.#tellChange();
    });
    endAtExit();
  }

  /** Blocks the thread for each value that is not there yet. */
  [Symbol.iterator](): Iterator<T, undefined> {
    return endedWhenLeft(this.#blocking(), () => this.#close());
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    return endedWhenLeft(this.#awaiting(), () => this.#close());
  }

  *#blocking(): Generator<T, undefined> {
    try {
      while (this.#hasMore()) {
        if (this.#next < this.#values.length) yield this.#take();
        else this.#block();
      }
    } finally {
      this.#close();
    }
  }

  async *#awaiting(): AsyncGenerator<T, undefined> {
    try {
      while (this.#hasMore()) {
        if (this.#next < this.#values.length) yield this.#take();
        else await this.#changed();
      }
    } finally {
      this.#close();
    }
  }

  /**
   * @internal Ends the generator, for nobody will take its values; the loop throws when it has had those that
   * have come.
   *
   * @param pool - only if it is a job of this one, and waits for room
   */
  abandon(pool: number | null): void {
    const waiting = this.#values.length - this.#next + this.#untold;
    if (!this.#isUnattended) return;
    if (pool !== null && (this.#job.pool !== pool || waiting < this.#bufferSize)) return;
    this.#fail(new CancelledError(nobodyTook));
  }

  /** @internal A value has come. If it cannot be read, it is the last. */
  add(source: ThreadAddress, read: () => T): void {
    this.#source = source;
    try {
      this.#values.push(read());
    } catch (error) {
      return this.#fail(error);
    }
    this.#tellChange();
  }

  /** @throws what ended the generator, when all values before were handed out */
  #hasMore(): boolean {
    if (this.#isClosed) return false;
    if (this.#next < this.#values.length) return true;
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#job.done()) {
      this.#job.result();
      return false;
    }
    return true;
  }

  #take(): T {
    const value = this.#values[this.#next] as T;
    this.#values[this.#next++] = undefined as T;
    if (this.#next === this.#values.length) {
      this.#values = [];
      this.#next = 0;
    }
    if (++this.#untold >= this.#bufferSize / 2) this.#tellSource();
    return value;
  }

  /** Makes room for as many values as were taken. */
  #tellSource(): void {
    const { mailbox, memory } = this.#thread;
    const source = this.#source as ThreadAddress;
    const count = this.#untold;
    this.#untold = 0;
    const post = (): boolean => {
      if (this.#job.done()) return true;
      const slot = mailbox.slots.take();
      if (slot < 0) return false;
      const at = slotAt(slot);
      memory.words[at + SLOT.kind] = Kind.taken;
      memory.words[at + SLOT.payload] = 0;
      memory.words[at + SLOT.detail2] = this.#serial;
      memory.words[at + SLOT.outcome] = count;
      mailbox.post(slot, source); // if it is gone, the job is lost, and says so
      return true;
    };
    if (mailbox.isHolding || !post()) mailbox.hold(post);
  }

  #block(): void {
    noteBlocking('the next value of a stream', 'write for await');
    blockUntil(
      this.#thread,
      this.#job,
      () => this.#next < this.#values.length || this.#failure !== null || this.#job.done(),
      Infinity,
    );
  }

  #tellChange(): void {
    const listeners = this.#onChange;
    if (listeners.length === 0) return;
    this.#onChange = [];
    for (const listener of listeners) listener();
    if (!this.#isClosed && !this.#job.done()) this.#leaveAlone(true);
  }

  /** Ends the generator; the loop throws when it has had the values that have come. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#end();
  }

  /** Nobody asks any more: ends the generator, if it has not ended. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#values = [];
    this.#next = 0;
    this.#end();
  }

  #end(): void {
    inlets.delete(this.#serial);
    this.#leaveAlone(false);
    const job = this.#job;
    job.addDoneCallback(() => void (job.cancelled() || job.exception())); // nobody will look
    job.cancel();
    this.#tellChange();
  }

  async #changed(): Promise<void> {
    this.#leaveAlone(false);
    await new Promise<void>((resolve) => this.#onChange.push(resolve));
  }

  /** Whether nobody asks for the next value, from now on. */
  #leaveAlone(isUnattended: boolean): void {
    if (this.#isUnattended === isUnattended) return;
    this.#isUnattended = isUnattended;
    this.#thread.mailbox.unattended += isUnattended ? 1 : -1;
    if (isUnattended) this.#thread.mailWasRead();
    else this.#thread.awaitMail();
  }
}

staysHome(
  StreamValues,
  'what stream() gives',
  'its values come to the thread that asked; send the executor, and ask over there',
);

const nobodyTook =
  'The stream was ended, for nobody took its values: take them before the pool is shut down, or leave the loop.';

/**
 * Ends the streams of a pool whose generators wait for this thread to take their values.
 *
 * @param pool - its index; null = all streams of this thread that nobody asks for
 */
export function abandonStreams(pool: number | null): void {
  for (const stream of inlets.values()) stream.abandon(pool);
}

let endsAtExit = false;

/** Node has nothing to do any more in this thread; one that Skein started ends then by itself. */
function endAtExit(): void {
  if (endsAtExit) return;
  endsAtExit = true;
  process.on('beforeExit', () => abandonStreams(null));
}

function receive(thread: ThisThread, slot: number): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  const source = {
    entry: words[at + SLOT.fn] as number,
    ident: words[at + SLOT.outcome] as number,
  };
  const stream = inlets.get(words[at + SLOT.detail2] as number);
  stream?.add(source, () => readPayload(thread, slot, Part.args)[0]);
}
