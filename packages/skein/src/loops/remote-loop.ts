/**
 * A loop as other threads see it: two numbers with which a call can be put into its thread's inbox.
 *
 * The call crosses as a slot with a function reference and arguments; the loop's thread takes it
 * out when its selector or Node's loop wakes, finds the function in its own copy of the module, and
 * schedules it with `callSoon`. A loop keeps a word in process memory that says that it is open, so
 * that a call to a closed loop, or to one whose thread is gone, is an error where it is made.
 */
import type { EventLoop } from '../core/event-loop.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import type { Sendable } from '../core/sendable.ts';
import { functionId, referenceById } from '../crossing/function-table.ts';
import { pack } from '../crossing/packed-values.ts';
import { Part, readPayload, writePacked, writePayload } from '../crossing/payload.ts';
import { resolveFunction, resolveFunctionSync } from '../crossing/resolve-function.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import { Kind, LOOP, loopAt, LOOPS, SLOT, slotAt } from '../shared/layout.ts';
import { type ThreadAddress, wakeAll } from '../shared/thread-table.ts';

/** Where a loop is found from another thread. Plain data. */
export interface LoopAddress {
  readonly index: number;
  readonly ident: number;
  readonly thread: ThreadAddress;
}

/** Loops of this thread that others hold a handle on, by index. */
const loops = new Map<number, EventLoop>();
const remotes = new WeakMap<EventLoop, LoopHandle>();

/** What `loop.remote()` gives. */
export class LoopHandle implements RemoteLoop {
  readonly #address: LoopAddress;

  /** @internal */
  constructor(address: LoopAddress) {
    this.#address = address;
  }

  callSoonThreadsafe<A extends unknown[]>(fn: (...args: A) => unknown, ...args: Sendable<A>): void {
    const thread = thisThread();
    const { mailbox } = thread;
    const id = functionId(thread, fn);
    if (this.isClosed()) throw closedError();
    if (!mailbox.isHolding) {
      const slot = mailbox.slots.take();
      if (slot >= 0) {
        try {
          writePayload(thread, slot, Part.args, args, argumentName);
        } catch (error) {
          mailbox.release(slot);
          throw error;
        }
        if (!this.#post(thread, slot, id)) throw closedError();
        return;
      }
    }
    // Thousands of calls wait to be read: this one waits here, behind those that do already.
    const packed = pack(args, argumentName);
    mailbox.hold(() => {
      const slot = mailbox.slots.take();
      if (slot < 0) return false;
      writePacked(thread, slot, Part.args, packed);
      this.#post(thread, slot, id);
      return true;
    });
    thread.awaitMail();
  }

  #post(thread: ThisThread, slot: number, id: number): boolean {
    const { words } = thread.memory;
    const at = slotAt(slot);
    words[at + SLOT.kind] = Kind.call;
    words[at + SLOT.fn] = id;
    words[at + SLOT.detail2] = this.#address.index;
    words[at + SLOT.outcome] = this.#address.ident;
    return thread.mailbox.post(slot, this.#address.thread);
  }

  isClosed(): boolean {
    const { words } = thisThread().memory;
    return load(words, loopAt(this.#address.index) + LOOP.ident) !== this.#address.ident;
  }

  /** @internal Where the loop is found. */
  static addressOf(remote: LoopHandle): LoopAddress {
    return remote.#address;
  }
}

shareClass(
  LoopHandle,
  'skein.loop',
  (handle) => LoopHandle.addressOf(handle),
  (address) => new LoopHandle(address),
);

/** The handle on a loop of this thread; always the same. */
export function remoteOf(loop: EventLoop): LoopHandle {
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
    const remote = new LoopHandle({ index, ident, thread: thread.address });
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
    const { words } = thisThread().memory;
    store(words, loopAt(index) + LOOP.ident, 0);
    wakeAll(words); // somebody may wait for what the loop was doing
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
    const reference = referenceById(thread, words[at + SLOT.fn] as number);
    // A blocking loop lets no promise settle: what is not loaded is loaded without waiting.
    const canWait = loop.scheduler.runsAsyncFunctions;
    const fn = canWait ? resolveFunction(reference) : resolveFunctionSync(reference);
    if (typeof fn === 'function' && !lastCalls.has(loop)) {
      loop.callSoonThreadsafe(fn as (...args: unknown[]) => void, ...args);
      return;
    }
    const call = callInTurn(loop, fn, args, lastCalls.get(loop));
    lastCalls.set(loop, call);
    void call.then(() => lastCalls.get(loop) === call && lastCalls.delete(loop));
  } catch (exception) {
    report(loop, exception);
  }
}

/**
 * Loops with calls whose functions are being imported, and the last of those calls. What comes
 * meanwhile waits behind it: calls are made in the order in which they came.
 */
const lastCalls = new Map<EventLoop, Promise<void>>();

/** Makes a call when its function has come and the call before it was made. Does not reject. */
async function callInTurn(
  loop: EventLoop,
  fn: Function | Promise<Function>,
  args: unknown[],
  before: Promise<void> | undefined,
): Promise<void> {
  let call: () => void;
  try {
    const found = (await fn) as (...args: unknown[]) => void;
    call = () => void loop.callSoonThreadsafe(found, ...args);
  } catch (exception) {
    call = () => report(loop, exception);
  }
  await before;
  if (!loop.isClosed()) call();
}

function report(loop: EventLoop, exception: unknown): void {
  if (loop.isClosed()) return;
  const message = 'A call from another thread could not be made';
  loop.callSoonThreadsafe(() => loop.callExceptionHandler({ message, exception }));
}

function closedError(): RuntimeError {
  return new RuntimeError(
    'Event loop is closed. The call into it was not made: the loop was closed, or its thread ended.',
    'ERR_LOOP_CLOSED',
  );
}

const argumentName = (index: number): string => `argument ${index + 1}`;
