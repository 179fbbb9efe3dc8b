/**
 * Errors that end a thread. A thread whose target throws prints the error and ends; the program
 * goes on (CPython's rule 79). The thread that started it may ask to be told instead.
 */
import { inspect } from 'node:util';
import { SystemExit } from '../core/exceptions.ts';
import { decodeError } from '../crossing/decode-error.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { Part, readPayload, writePayload } from '../crossing/payload.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { and, load, or } from '../shared/atomics.ts';
import { Kind, SLOT, slotAt, THREAD, threadAt, ThreadFlag } from '../shared/layout.ts';
import { writeAll } from './thread-output.ts';

/** What the hook is told of an error that ended a thread. */
export interface ThreadError {
  /** What was thrown; an error of a class that this thread knows keeps its class. */
  readonly error: unknown;
  readonly thread: { readonly name: string; readonly ident: number };
}

/** Called in the thread that started the one that failed. */
export type ExceptHook = (event: ThreadError) => void;

let hook: ExceptHook | null = null;

/**
 * Sets what is done with uncaught errors of the threads that this thread starts. The hook is called
 * in this thread, when its loop turns or when it waits in `join()` or `result()`. With null, the
 * default: the failing thread prints the error to stderr itself. `SystemExit` is never reported.
 *
 * Differs from Python, where one hook runs in the failing thread: a function cannot be shared.
 *
 * @see CPython Lib/threading.py, excepthook
 */
export function setExcepthook(newHook: ExceptHook | null): void {
  if (newHook !== null && typeof newHook !== 'function') {
    throw new TypeError(`setExcepthook() takes a function or null, got ${inspect(newHook)}`);
  }
  const thread = thisThread();
  const { words } = thread.memory;
  const flags = threadAt(thread.address.entry) + THREAD.flags;
  hook = newHook;
  if (newHook === null) {
    and(words, flags, ~ThreadFlag.hooked);
  } else {
    or(words, flags, ThreadFlag.hooked);
    thread.mailbox.handle(Kind.threadError, (slot) => tell(thread, slot));
    thread.mailbox.listen();
  }
}

/** Reports the error that ends this thread, to its starter's hook or to stderr. */
export function reportUncaught(thread: ThisThread, error: unknown): void {
  if (error instanceof SystemExit) return;
  if (!sendToStarter(thread, error)) printUncaught(thread.name, error);
}

function sendToStarter(thread: ThisThread, error: unknown): boolean {
  const { words } = thread.memory;
  const own = threadAt(thread.address.entry);
  const starter = {
    entry: load(words, own + THREAD.starterEntry),
    ident: load(words, own + THREAD.starter),
  };
  const at = threadAt(starter.entry);
  if (load(words, at + THREAD.ident) !== starter.ident) return false;
  if ((load(words, at + THREAD.flags) & ThreadFlag.hooked) === 0) return false;
  const slot = thread.mailbox.slots.take();
  if (slot < 0) return false;
  const about = [encodeError(error), thread.name, thread.address.ident];
  writePayload(thread, slot, Part.args, about, () => 'error');
  words[slotAt(slot) + SLOT.kind] = Kind.threadError;
  return thread.mailbox.post(slot, starter);
}

function tell(thread: ThisThread, slot: number): void {
  const [data, name, ident] = readPayload(thread, slot, Part.args) as [unknown, string, number];
  const error = decodeError(data);
  try {
    if (hook === null) printUncaught(name, error);
    else hook({ error, thread: { name, ident } });
  } catch (failure) {
    printUncaught(thread.name, failure);
  }
}

/** Shows on stderr what has ended a thread. */
export function printUncaught(name: string, error: unknown): void {
  writeAll(2, Buffer.from(`Exception in thread ${name}:\n${inspect(error)}\n`));
}
