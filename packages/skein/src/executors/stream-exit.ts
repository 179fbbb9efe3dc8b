/**
 * How the values of a stream leave the worker that draws them: as messages to the thread that asked; or, where
 * the worker is a child process, to the thread that it belongs to, which hands them on as they are.
 */
import { CancelledError } from '../core/exceptions.ts';
import type { FunctionReference } from '../crossing/function-reference.ts';
import { Part, writePayload } from '../crossing/payload.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { Kind, SLOT, slotAt } from '../shared/layout.ts';
import { isAlive, type ThreadAddress } from '../shared/thread-table.ts';

/** What a stream is asked for by. Plain data. */
export interface StreamOrder {
  /** Index in the function table; for another process, which does not know that, the reference. */
  readonly fn: number | FunctionReference;
  /** Who asked. */
  readonly to: ThreadAddress;
  /** The number by which both sides know the stream. */
  readonly serial: number;
  readonly bufferSize: number;
}

export interface StreamExit {
  /**
   * Sends a value.
   *
   * @param place - how errors call it
   * @returns false when there is no slot for it yet
   * @throws {DataCloneError} when it cannot cross
   * @throws {CancelledError} when whoever asked is gone
   */
  send(order: StreamOrder, value: unknown, place: () => string): boolean;
  /** Whether whoever asked may be there still. */
  isWanted(order: StreamOrder): boolean;
  /** Calls `look` whenever that may have changed, until it returns true. */
  watch(look: () => boolean): void;
}

let exit: StreamExit | null = null;

/** The streams of this process leave it another way. */
export function setStreamExit(other: StreamExit): void {
  exit = other;
}

export function exitOf(thread: ThisThread): StreamExit {
  return (exit ??= {
    send: ({ to, serial }, value, place) =>
      postValue(thread, to, serial, (slot) =>
        writePayload(thread, slot, Part.args, [value], place),
      ),
    isWanted: ({ to }) => isAlive(thread.memory.words, to),
    watch: (look) => thread.mailbox.watch(look),
  });
}

/**
 * Sends a value to the thread that asked for a stream.
 *
 * @param write - writes it into the slot
 * @returns false when there is no slot for it yet
 * @throws {CancelledError} when whoever asked is gone
 * @throws what `write` throws
 */
export function postValue(
  { mailbox, memory, address }: ThisThread,
  to: ThreadAddress,
  serial: number,
  write: (slot: number) => void,
): boolean {
  const slot = mailbox.slots.take();
  if (slot < 0) return false;
  const { words } = memory;
  const at = slotAt(slot);
  try {
    write(slot);
  } catch (error) {
    mailbox.release(slot);
    throw error;
  }
  words[at + SLOT.kind] = Kind.streamed;
  words[at + SLOT.fn] = address.entry;
  words[at + SLOT.outcome] = address.ident;
  words[at + SLOT.detail2] = serial;
  if (mailbox.post(slot, to)) return true;
  throw gone();
}

export const gone = (): CancelledError =>
  new CancelledError('the thread that asked for the stream is gone');
