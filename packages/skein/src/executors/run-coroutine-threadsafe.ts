/**
 * Asking the loop of another thread for a coroutine: the side of the one who asks. The other side is
 * remote-coroutine.ts.
 *
 * What comes back is told apart by a number. Loops are closed and threads die: therefore all that is
 * pending is looked at whenever this thread looks around, and fails when its loop is gone and no reply
 * is on its way.
 */
import type { Sendable } from '../core/sendable.ts';
import type { ResultOf } from '../core/executor.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { repr } from '../core/repr.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import { packArguments } from '../crossing/arguments-apart.ts';
import { functionId } from '../crossing/function-table.ts';
import { Part, readPayload } from '../crossing/payload.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Kind, SLOT, slotAt } from '../shared/layout.ts';
import { isAlive } from '../shared/thread-table.ts';
import { LoopHandle } from '../loops/remote-loop.ts';
import { ConcurrentFuture } from './concurrent-future.ts';
import { beginCoroutine, cancelCoroutine, type ReplyTo } from './remote-coroutine.ts';

/** What this thread waits for, by number. */
const pending = new Map<number, RemoteResult<unknown>>();
/** Of the last one. Fits into a word. */
let lastKey = 0;
let isWatching = false;

/**
 * Has the loop behind `loop` run `fn(...args)` as a task: a generator function, an async function
 * where Node turns the loop, or a plain function. Any thread; blocks nobody.
 *
 * Cancellation  `cancel()` of the future that this returns cancels the task
 * Differs       from Python: takes a function and its arguments, since a coroutine cannot cross; and
 *               when the loop is closed, or its thread ends, before the task is done, the future fails
 *               instead of waiting for ever
 *
 * @param fn - an exported function, or one registered with `task()`
 * @param args - they cross as those of `ThreadPoolExecutor.submit`
 * @param loop - what `loop.remote()` gives
 * @throws {RuntimeError} `ERR_LOOP_CLOSED` when the loop is closed or its thread has ended; later the
 *   same as the error of the future
 * @throws {FunctionReferenceError} when the function cannot be found from another thread
 * @throws {DataCloneError} when an argument cannot cross
 * @see CPython Lib/asyncio/tasks.py, run_coroutine_threadsafe
 */
export function runCoroutineThreadsafe<A extends unknown[], R>(
  fn: (...args: A) => R,
  args: NoInfer<Sendable<A>>,
  loop: RemoteLoop,
): ConcurrentFuture<ResultOf<R>> {
  if (!(loop instanceof LoopHandle)) {
    throw new TypeError(
      'runCoroutineThreadsafe() takes the handle of a loop: what loop.remote() gives, in whatever ' +
        `thread; got ${repr(loop)}`,
    );
  }
  if (!Array.isArray(args)) {
    throw new TypeError(
      `runCoroutineThreadsafe() takes an array of arguments, got ${repr(args)}; write ` +
        'runCoroutineThreadsafe(fn, [1, 2], loop)',
    );
  }
  const thread = thisThread();
  const replyTo: ReplyTo = { thread: thread.address, key: nextKey() };
  const future = new RemoteResult<ResultOf<R>>(thread, fn, loop, replyTo);
  loop.callSoonThreadsafe(beginCoroutine, functionId(thread, fn), packArguments(args), replyTo);
  pending.set(replyTo.key, future as RemoteResult<unknown>);
  watch(thread);
  return future;
}

class RemoteResult<T> extends ConcurrentFuture<T> {
  readonly loop: LoopHandle;
  readonly #replyTo: ReplyTo;

  constructor(thread: ThisThread, fn: Function, loop: LoopHandle, replyTo: ReplyTo) {
    super(thread, fn);
    this.loop = loop;
    this.#replyTo = replyTo;
  }

  override cancel(): boolean {
    if (this.done()) return this.cancelled();
    pending.delete(this.#replyTo.key);
    if (!this.loop.isClosed()) this.loop.callSoonThreadsafe(cancelCoroutine, this.#replyTo);
    return super.cancel();
  }
}

function nextKey(): number {
  lastKey = (lastKey + 1) & 0x7fff_ffff;
  return lastKey;
}

function watch(thread: ThisThread): void {
  const { mailbox } = thread;
  mailbox.handle(Kind.reply, (slot) => receive(thread, slot));
  if (!isWatching) {
    isWatching = true;
    mailbox.watch(() => {
      if (!mailbox.hasMail) failWhatIsGone(thread); // a reply may be on its way until the mail is read
      isWatching = pending.size > 0;
      return !isWatching;
    });
  }
  thread.awaitMail();
}

function receive(thread: ThisThread, slot: number): void {
  const { words } = thread.memory;
  const at = slotAt(slot);
  const key = words[at + SLOT.detail2] as number;
  const outcome = words[at + SLOT.outcome] as number;
  const future = pending.get(key);
  pending.delete(key);
  let payload: unknown;
  try {
    payload = readPayload(thread, slot, Part.args)[0];
  } catch (error) {
    future?.fail(error); // what came cannot be read here
    return;
  }
  future?.complete(outcome, payload);
}

function failWhatIsGone(thread: ThisThread): void {
  for (const [key, future] of pending) {
    const isThreadAlive = isAlive(thread.memory.words, LoopHandle.addressOf(future.loop).thread);
    if (isThreadAlive && !future.loop.isClosed()) continue;
    pending.delete(key);
    future.fail(
      new RuntimeError(
        isThreadAlive
          ? 'Event loop is closed. It was closed before the coroutine in it was done.'
          : 'Event loop is closed. Its thread ended before the coroutine in it was done.',
        'ERR_LOOP_CLOSED',
      ),
    );
  }
}
