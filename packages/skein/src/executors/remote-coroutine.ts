/**
 * A coroutine that a loop runs because another thread asked for it: the side of the loop.
 *
 * The request comes as an ordinary call into the loop. The coroutine runs as a task of it; what comes
 * of the task goes back as a message to the thread that asked. A request to cancel comes the same way
 * as the first one, so it can never overtake it.
 */
import { type AnyAwaitable, isAsyncFunction, isCoroutine, isThenable } from '../core/coroutine.ts';
import { CancelledError } from '../core/exceptions.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { addObserver, type Future } from '../core/future.ts';
import { Observer } from '../core/observer.ts';
import { getRunningLoop } from '../core/running-loop.ts';
import type { Task } from '../core/task.ts';
import { type ArgumentsApart, unpackArguments } from '../crossing/arguments-apart.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { referenceById } from '../crossing/function-table.ts';
import { pack, type PackedValues } from '../crossing/packed-values.ts';
import { Part, writePacked } from '../crossing/payload.ts';
import { resolveFunction, resolveFunctionSync } from '../crossing/resolve-function.ts';
import { registerTask } from '../crossing/task.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Kind, Outcome, SLOT, slotAt } from '../shared/layout.ts';
import type { ThreadAddress } from '../shared/thread-table.ts';

/** Who wants to know what becomes of a coroutine, and under which number. Plain data. */
export interface ReplyTo {
  readonly thread: ThreadAddress;
  readonly key: number;
}

/** Tasks of this thread that others have asked for, and that are not done. */
const tasks = new Map<string, Task<unknown>>();

const nameOf = ({ thread, key }: ReplyTo): string => `${thread.ident}:${key}`;

type AnyFunction = (...args: unknown[]) => unknown;
type Begin = (fn: number, args: ArgumentsApart, replyTo: ReplyTo) => void;
type Cancel = (replyTo: ReplyTo) => void;

/** Runs `fn(...args)` as a task of the loop, and replies. Called in the loop. */
export const beginCoroutine: Begin = registerTask(
  import.meta.url,
  'skein: begin a coroutine',
  (fn: number, args: ArgumentsApart, replyTo: ReplyTo): void => {
    const loop = getRunningLoop();
    const thread = thisThread();
    try {
      const reference = referenceById(thread, fn);
      const canWait = loop.scheduler.runsAsyncFunctions;
      const found = canWait ? resolveFunction(reference) : resolveFunctionSync(reference);
      const task = loop.createTask(call(loop, found as AnyFunction | Promise<AnyFunction>, args));
      tasks.set(nameOf(replyTo), task);
      addObserver(task, new Replier(thread, replyTo));
    } catch (error) {
      reply(thread, replyTo, Outcome.error, encodeError(error));
    }
  },
);

/** Tells the thread that asked what became of its task. */
class Replier extends Observer {
  readonly #thread: ThisThread;
  readonly #replyTo: ReplyTo;

  constructor(thread: ThisThread, replyTo: ReplyTo) {
    super();
    this.#thread = thread;
    this.#replyTo = replyTo;
  }

  futureIsDone(task: Future<unknown>): void {
    tasks.delete(nameOf(this.#replyTo));
    reply(this.#thread, this.#replyTo, ...outcomeOf(task));
  }

  awaiters(): Iterable<string> {
    return [`runCoroutineThreadsafe() in thread ${this.#replyTo.thread.ident}`];
  }
}

/** Cancels the task, if it is not done. Called in the loop. */
export const cancelCoroutine: Cancel = registerTask(
  import.meta.url,
  'skein: cancel a coroutine',
  (replyTo: ReplyTo): void => void tasks.get(nameOf(replyTo))?.cancel(),
);

/** A function that gives what the loop shall wait for, or its value. */
function call(
  loop: EventLoop,
  fn: AnyFunction | Promise<AnyFunction>,
  args: ArgumentsApart,
): () => AnyAwaitable<unknown> {
  const made = (found: AnyFunction): AnyAwaitable<unknown> =>
    asAwaitable(loop, found(...unpackArguments(args)));
  if (typeof fn !== 'function') return async () => made(await fn);
  const isAsync: boolean = isAsyncFunction(fn);
  if (isAsync) return async () => made(fn); // a blocking loop refuses it
  return () => made(fn);
}

function asAwaitable(loop: EventLoop, made: unknown): AnyAwaitable<unknown> {
  return isCoroutine(made) || isThenable(made) ? made : done(loop, made);
}

function done<T>(loop: EventLoop, value: T): Future<T> {
  const future = loop.createFuture<T>();
  future.setResult(value);
  return future;
}

function outcomeOf(task: Future<unknown>): [outcome: number, payload: unknown] {
  try {
    return [Outcome.value, task.result()];
  } catch (error) {
    if (error instanceof CancelledError && task.cancelled()) return [Outcome.cancelled, undefined];
    return [Outcome.error, encodeError(error)];
  }
}

function reply(thread: ThisThread, to: ReplyTo, outcome: number, payload: unknown): void {
  let kind = outcome;
  let packed: PackedValues;
  try {
    packed = pack([payload], () => 'the result');
  } catch (error) {
    kind = Outcome.error;
    packed = pack([encodeError(error)], () => 'the error');
  }
  const { mailbox } = thread;
  const attempt = (): boolean => {
    const slot = mailbox.slots.take();
    if (slot < 0) return false;
    writePacked(thread, slot, Part.args, packed);
    const at = slotAt(slot);
    thread.memory.words[at + SLOT.kind] = Kind.reply;
    thread.memory.words[at + SLOT.outcome] = kind;
    thread.memory.words[at + SLOT.detail2] = to.key;
    mailbox.post(slot, to.thread);
    return true;
  };
  if (mailbox.isHolding || !attempt()) {
    mailbox.hold(attempt);
    thread.awaitMail();
  }
}
