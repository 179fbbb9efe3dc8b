import { inspect } from 'node:util';
import { noteBlocking } from '../core/blocking-calls.ts';
import { staysHome } from '../core/stays-home.ts';
import { RuntimeError, ValueError } from '../core/exceptions.ts';
import { type Future, setBehind } from '../core/future.ts';
import { repr } from '../core/repr.ts';
import { thisThread, type ThisThread } from '../crossing/this-thread.ts';
import { getEventLoop } from '../loops/default-loop.ts';
import { isAlive, type ThreadAddress } from '../shared/thread-table.ts';

/** A thread as others see it: who it is, whether it lives, and ways to wait for its end. */
export class ThreadHandle {
  readonly name: string;
  /** A daemon does not keep the process alive. */
  readonly daemon: boolean;
  /** @internal */
  protected address: ThreadAddress | undefined;

  /** @internal */
  constructor(name: string, daemon: boolean, address?: ThreadAddress) {
    this.name = name;
    this.daemon = daemon;
    this.address = address;
  }

  /** A number that no other thread of the program has or had; undefined before `start()`. */
  get ident(): number | undefined {
    return this.address?.ident;
  }

  /** Whether the thread has been started and has not ended. */
  isAlive(): boolean {
    return this.address !== undefined && isAlive(thisThread().memory.words, this.address);
  }

  /**
   * Blocks until the thread has ended.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @returns whether the thread has ended
   * @throws {RuntimeError} when the thread was not started, or is the one that calls
   * @throws {ValueError} when the time is negative or no number
   */
  join(timeoutMs: number = Infinity): boolean {
    this.#checkJoin();
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      throw new ValueError(
        `timeout must be non-negative: join takes milliseconds, got ${inspect(timeoutMs)}`,
      );
    }
    const { mailbox } = thisThread();
    if (timeoutMs > 0 && this.isAlive()) noteBlocking('join()', 'use yield* or await on joined()');
    const hasEnded = mailbox.waitFor(() => !this.isAlive(), timeoutMs);
    // What the thread said last came before its end, but perhaps after the look before this one: an
    // error of it, and with that the hook's call, is not left for later.
    if (hasEnded) mailbox.drain();
    return hasEnded;
  }

  /**
   * Waits until the thread has ended, without blocking: a Future of the current loop, with the
   * result true.
   *
   * @throws {RuntimeError} as `join`; also when this thread has no loop
   */
  joined(): Future<boolean> {
    this.#checkJoin();
    const future = getEventLoop().createFuture<boolean>();
    const thread = thisThread();
    const look = (): boolean => {
      // A loop that was closed meanwhile has no use for it.
      if (future.done() || future.getLoop().isClosed()) return true;
      if (this.isAlive()) return false;
      future.setResult(true);
      return true;
    };
    if (!look()) {
      setBehind(future, this);
      thread.mailbox.watch(look);
      thread.awaitMail();
    }
    return future;
  }

  toString(): string {
    const state = this.address === undefined ? 'not started' : this.isAlive() ? 'alive' : 'ended';
    return `<${this.constructor.name} ${state} name=${repr(this.name)}>`;
  }

  #checkJoin(): void {
    if (this.address === undefined) {
      throw new RuntimeError(
        `cannot join the thread '${this.name}' before it is started: call start() first`,
        'ERR_THREAD_NOT_STARTED',
      );
    }
    if (this.address.ident === thisThread().address.ident) {
      throw new RuntimeError(
        `cannot join current thread: '${this.name}' would wait for its own end`,
        'ERR_THREAD_JOINS_ITSELF',
      );
    }
  }
}

let current: ThreadHandle | undefined;

/** The thread that calls. */
export function currentThread(): ThreadHandle {
  return (current ??= handleOf(thisThread()));
}

/** The thread from which all others were started: the program's main thread, as a rule. */
export function mainThread(): ThreadHandle {
  const thread = thisThread();
  return thread.isRoot
    ? currentThread()
    : new ThreadHandle(thread.root.name, false, thread.root.address);
}

const handleOf = ({ name, daemon, address }: ThisThread): ThreadHandle =>
  new ThreadHandle(name, daemon, address);

staysHome(ThreadHandle, 'a thread', 'it belongs to the thread that made it; send its ident');
