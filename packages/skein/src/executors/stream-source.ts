/**
 * The other side of `stream`: a task that draws the values out of a generator and sends each to the thread
 * that asked, as far as that takes them.
 *
 * Invariant: never are more than `bufferSize` values on their way or waiting to be asked for. The task counts
 * what it has sent, and the other thread tells it how many of them were taken. Values are sent before the
 * outcome of the task and through the same inbox, which keeps the order: when the outcome has come, all
 * values have.
 */
import { RuntimeError } from '../core/exceptions.ts';
import { Future } from '../core/future.ts';
import { type ArgumentsApart, unpackArguments } from '../crossing/arguments-apart.ts';
import { referenceById } from '../crossing/function-table.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import { registerTask } from '../crossing/task.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Kind, SLOT, slotAt } from '../shared/layout.ts';
import { runAsyncHere } from './async-jobs.ts';
import { runningJob } from './current-job.ts';
import type { RunningJob } from './running-job.ts';
import { exitOf, gone, type StreamExit, type StreamOrder } from './stream-exit.ts';

/** What gives the values: at once, or later. */
interface Source {
  next(): IteratorResult<unknown> | Promise<unknown>;
  /** Ends it. A generator that has ended by itself takes no notice. */
  close(): unknown;
}

/** Streams whose values are drawn in this thread. */
const outlets = new Map<number, Outlet>();

/** Sends all values that the function gives; its own value is nothing. */
export const streamOut: (order: StreamOrder, args: ArgumentsApart) => Promise<void> = registerTask(
  import.meta.url,
  'skein: stream',
  async (order: StreamOrder, args: ArgumentsApart): Promise<void> => {
    const thread = thisThread();
    const job = runningJob() as RunningJob; // only a worker comes here
    const outlet = new Outlet(thread, job, order);
    outlets.set(order.serial, outlet);
    thread.mailbox.handle(Kind.taken, (slot) => readTaken(thread, slot));
    try {
      const { fn: of } = order;
      const fn = await resolveFunction(typeof of === 'number' ? referenceById(thread, of) : of);
      const source = await sourceOf(fn, unpackArguments(args), job);
      try {
        for (;;) {
          const made = source.next();
          const next = (made instanceof Promise ? await made : made) as IteratorResult<unknown>;
          if (next.done === true) return;
          job.throwIfCancelled();
          if (!outlet.hasRoom()) await outlet.room();
          if (!outlet.send(next.value)) await outlet.sent();
        }
      } catch (error) {
        await source.close();
        throw error;
      }
    } finally {
      outlets.delete(order.serial);
    }
  },
);

/** Whatever of it waits runs as a part of the job, and is cancelled with it. */
async function sourceOf(fn: Function, args: readonly unknown[], job: RunningJob): Promise<Source> {
  const call = fn as (...args: unknown[]) => unknown;
  const made = (await runAsyncHere(job, async () => call(...args))) as
    Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  const later = made?.[Symbol.asyncIterator]?.();
  if (later !== undefined) {
    return {
      next: () => runAsyncHere(job, async () => later.next()),
      close: () => runAsyncHere(null, async () => later.return?.()),
    };
  }
  const values = made?.[Symbol.iterator]?.();
  if (values !== undefined) return { next: () => values.next(), close: () => values.return?.() };
  throw new TypeError(
    `stream() takes a function that gives something to iterate, such as a generator function, but ` +
      `'${fn.name}' gave ${made === null ? 'null' : typeof made}. For a single result use submit().`,
  );
}

/** The values of one stream on their way out. */
class Outlet {
  readonly #thread: ThisThread;
  readonly #job: RunningJob;
  readonly #order: StreamOrder;
  readonly #exit: StreamExit;
  #sent = 0;
  #taken = 0;
  #goOn = (): void => {};
  /** A value for which there is no slot yet. */
  #sending: Promise<void> | null = null;

  constructor(thread: ThisThread, job: RunningJob, order: StreamOrder) {
    this.#thread = thread;
    this.#job = job;
    this.#order = order;
    this.#exit = exitOf(thread);
    // When its time is over nothing comes that tells of it.
    job.signal.addEventListener('abort', () => this.#goOn());
  }

  /** So many more were taken. */
  noteTaken(count: number): void {
    this.#taken += count;
    this.#goOn();
  }

  hasRoom(): boolean {
    if (this.#isFull()) this.#thread.mailbox.drain(); // perhaps it has come already
    return !this.#isFull();
  }

  #isFull(): boolean {
    return this.#sent - this.#taken >= this.#order.bufferSize;
  }

  /**
   * Waits until there is room.
   *
   * @throws {CancelledError} when the job shall end, or whoever asked is gone
   */
  async room(): Promise<void> {
    const isOver = (): boolean =>
      !this.#isFull() || this.#job.cancelled || !this.#exit.isWanted(this.#order);
    await new Promise<void>((resolve) => {
      this.#goOn = () => {
        if (isOver()) resolve();
      };
      this.#exit.watch(() => {
        this.#goOn();
        return isOver();
      });
    });
    this.#job.throwIfCancelled();
    if (this.#isFull()) throw gone();
  }

  /**
   * Sends a value; false when there is no slot for it yet: `sent()` waits for one.
   *
   * @throws {DataCloneError} when it cannot cross
   * @throws {CancelledError} when whoever asked is gone
   */
  send(value: unknown): boolean {
    if (value instanceof Future) throw waitsInStream();
    this.#sent++;
    const { mailbox } = this.#thread;
    if (!mailbox.isHolding && this.#post(value)) return true;
    this.#sending = new Promise((resolve, reject) => {
      mailbox.hold(() => {
        try {
          if (!this.#post(value)) return false;
          resolve();
        } catch (error) {
          reject(error);
        }
        return true;
      });
    });
    return false;
  }

  /** When the last value has been sent. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  #post(value: unknown): boolean {
    return this.#exit.send(this.#order, value, () => `value ${this.#sent} of the stream`);
  }
}

function readTaken(thread: ThisThread, slot: number): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  noteTaken(words[at + SLOT.detail2] as number, words[at + SLOT.outcome] as number);
}

/** So many values of the stream with this number were taken. */
export function noteTaken(serial: number, count: number): void {
  outlets.get(serial)?.noteTaken(count);
}

function waitsInStream(): RuntimeError {
  return new RuntimeError(
    'A generator whose values are streamed cannot wait by yield*: whatever it yields is a value. ' +
      'Make it an async function*, and await.',
    'ERR_STREAM_WAITS',
  );
}
