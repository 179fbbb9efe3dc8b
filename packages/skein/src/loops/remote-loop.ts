/**
 * A loop as other threads see it: two numbers with which a call can be put into its thread's inbox.
 *
 * The call crosses as a slot with a function reference and arguments; the loop's thread takes it
 * out when its selector or Node's loop wakes, finds the function in its own copy of the module, and
 * schedules it with `callSoon`. A loop keeps a word in process memory that says that it is open, so
 * that a call to a closed loop, or to one whose thread is gone, is an error where it is made.
 */
import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { functionId, referenceById } from '../crossing/function-table.ts';
import { Part, readPayload, writePayload } from '../crossing/payload.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { Kind, LOOP, loopAt, LOOPS, SLOT, slotAt } from '../shared/layout.ts';
import type { ThreadAddress } from '../shared/thread-table.ts';

/** Where a loop is found from another thread. Plain data. */
export interface LoopAddress {
  readonly index: number;
  readonly ident: number;
  readonly thread: ThreadAddress;
}

/** Loops of this thread that others hold a handle on, by index. */
const loops = new Map<number, EventLoop>();
const remotes = new WeakMap<EventLoop, RemoteLoop>();

/**
 * A handle on an event loop that can be given to other threads, as an argument of a thread, a task
 * or a call, at any depth of plain objects and arrays.
 */
export class RemoteLoop {
  readonly #address: LoopAddress;

  /** @internal */
  constructor(address: LoopAddress) {
    this.#address = address;
  }

  /**
   * Schedules `fn(...args)` in the loop's own thread, and wakes that. First come, first served,
   * together with `callSoon`. Any thread.
   *
   * @param fn - an exported function, or one registered with `task()`
   * @throws {RuntimeError} `ERR_LOOP_CLOSED` when the loop is closed or its thread has ended
   * @throws {FunctionReferenceError} when the function cannot be found from another thread
   * @throws {DataCloneError} when an argument cannot cross
   * @see CPython Lib/asyncio/base_events.py, BaseEventLoop.call_soon_threadsafe
   */
  callSoonThreadsafe<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void {
    const thread = thisThread();
    const { mailbox } = thread;
    const id = functionId(thread, fn);
    if (this.isClosed()) throw closedError();
    const slot = mailbox.slots.take();
    if (slot < 0) {
      throw new RuntimeError(
        'Cannot call into the loop: too many calls are on their way to it. Let it run.',
        'ERR_TOO_MANY_MESSAGES',
      );
    }
    const at = slotAt(slot);
    try {
      writePayload(thread, slot, Part.args, args, (index) => `argument ${index + 1}`);
    } catch (error) {
      mailbox.slots.give(slot);
      throw error;
    }
    thread.memory.words[at + SLOT.kind] = Kind.call;
    thread.memory.words[at + SLOT.fn] = id;
    thread.memory.words[at + SLOT.detail2] = this.#address.index;
    thread.memory.words[at + SLOT.outcome] = this.#address.ident;
    if (!mailbox.post(slot, this.#address.thread)) throw closedError();
  }

  /** Whether the loop is closed or its thread has ended. */
  isClosed(): boolean {
    const { words } = thisThread().memory;
    return load(words, loopAt(this.#address.index) + LOOP.ident) !== this.#address.ident;
  }

  /** @internal Where the loop is found. */
  static addressOf(remote: RemoteLoop): LoopAddress {
    return remote.#address;
  }
}

shareClass(RemoteLoop, 'skein.loop', RemoteLoop.addressOf, (address) => new RemoteLoop(address));

/** The handle on a loop of this thread; always the same. */
export function remoteOf(loop: EventLoop): RemoteLoop {
  const known = remotes.get(loop);
  if (known !== undefined) return known;
  const thread = thisThread();
  const { words } = thread.memory;
  const ident = thread.memory.nextIdent();
  for (let index = 0; index < LOOPS; index++) {
    const at = loopAt(index);
    if (compareExchange(words, at + LOOP.ident, 0, ident) !== 0) continue;
    store(words, at + LOOP.thread, thread.address.ident);
    loops.set(index, loop);
    thread.mailbox.handle(Kind.call, (slot) => receiveCall(thread, slot));
    thread.mailbox.listen();
    const remote = new RemoteLoop({ index, ident, thread: thread.address });
    remotes.set(loop, remote);
    return remote;
  }
  throw new RuntimeError(
    `Cannot make a handle on the loop: ${LOOPS} open loops have one already. Close loops that are done.`,
    'ERR_TOO_MANY_LOOPS',
  );
}

/** Tells other threads that a loop of this thread is closed. */
export function forgetRemote(loop: EventLoop): void {
  if (!remotes.has(loop)) return;
  for (const [index, known] of loops) {
    if (known !== loop) continue;
    loops.delete(index);
    store(thisThread().memory.words, loopAt(index) + LOOP.ident, 0);
  }
}

function receiveCall(thread: ThisThread, slot: number): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  const index = words[at + SLOT.detail2] as number;
  const loop = loops.get(index);
  if (loop === undefined || load(words, loopAt(index) + LOOP.ident) !== words[at + SLOT.outcome]) {
    return; // closed while the call was on its way: dropped, as asyncio does
  }
  try {
    const args = readPayload(thread, slot, Part.args);
    const fn = resolveFunction(referenceById(thread, words[at + SLOT.fn] as number));
    if (typeof fn === 'function') {
      loop.callSoon(fn as (...args: unknown[]) => void, ...args);
    } else {
      fn.then(
        (found) => loop.isClosed() || loop.callSoon(found as (...args: unknown[]) => void, ...args),
        (exception: unknown) => report(loop, exception),
      );
    }
  } catch (exception) {
    report(loop, exception);
  }
}

function report(loop: EventLoop, exception: unknown): void {
  if (loop.isClosed()) return;
  const message = 'A call from another thread could not be made';
  loop.callSoon(() => loop.callExceptionHandler({ message, exception }));
}

function closedError(): RuntimeError {
  return new RuntimeError(
    'Event loop is closed. The call into it was not made: the loop was closed, or its thread ended.',
    'ERR_LOOP_CLOSED',
  );
}
