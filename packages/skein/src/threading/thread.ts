import { inspect } from 'node:util';
import { RuntimeError } from '../core/exceptions.ts';
import type { Sendable } from '../core/sendable.ts';
import { functionId } from '../crossing/function-table.ts';
import { besideTheDoor } from '../crossing/package-place.ts';
import { Part, writePayload } from '../crossing/payload.ts';
import { thisThread } from '../crossing/this-thread.ts';
import { Kind, SLOT, slotAt, ThreadFlag } from '../shared/layout.ts';
import { startThread, thisThreadWithKeeper } from './start-thread.ts';
import { ThreadHandle } from './thread-handle.ts';

export type ThreadOptions<A extends unknown[]> = ThreadBasics<A> & ThreadArguments<A>;

interface ThreadBasics<A extends unknown[]> {
  /**
   * What the thread runs: an exported function, plain, async or a generator function. A generator
   * function runs as a coroutine in a blocking loop of its own, an async function in a loop that
   * Node turns. What it returns is dropped.
   */
  readonly target: (...args: A) => unknown;
  /** Default `Thread-N (target)`. */
  readonly name?: string | undefined;
  /** A daemon does not keep the process alive. Default: as the thread that makes it. */
  readonly daemon?: boolean | undefined;
}

/** Arguments of the target; they cross as `ThreadPoolExecutor.submit`'s do. */
type ThreadArguments<A extends unknown[]> = [] extends A
  ? { readonly args?: NoInfer<Sendable<A>> | undefined }
  : { readonly args: NoInfer<Sendable<A>> };

let count = 0;

/**
 * A thread: a `worker_threads` Worker that runs one function and may run a loop of its own.
 *
 * It ends when the target is done and Node has nothing more to do in it. An error that the target
 * does not catch ends the thread and not the program; see `setExcepthook`.
 *
 * @see CPython Lib/threading.py, Thread
 */
export class Thread<A extends unknown[] = unknown[]> extends ThreadHandle {
  readonly #target: (...args: A) => unknown;
  readonly #args: A;

  constructor(options: ThreadOptions<A>) {
    const { target, args, name, daemon } = options ?? ({} as ThreadOptions<A>);
    if (typeof target !== 'function') {
      throw new TypeError(
        `new Thread() takes a function as target, got ${target === null ? 'null' : typeof target}. ` +
          'Write new Thread({ target: work, args: [1, 2] }) with an exported function.',
      );
    }
    if (args !== undefined && !Array.isArray(args)) {
      throw new TypeError(
        `new Thread() takes an array as args, got ${inspect(args)}. Write args: [value].`,
      );
    }
    if (name !== undefined && typeof name !== 'string') {
      throw new TypeError(`new Thread() takes a string as name, got ${inspect(name)}`);
    }
    if (daemon !== undefined && typeof daemon !== 'boolean') {
      throw new TypeError(`new Thread() takes true or false as daemon, got ${inspect(daemon)}`);
    }
    count += 1;
    const standard = `Thread-${count}${target.name === '' ? '' : ` (${target.name})`}`;
    super(name ?? standard, daemon ?? thisThread().daemon);
    this.#target = target;
    this.#args = (args ?? []) as unknown as A;
  }

  /**
   * Starts the thread. Does not wait for it.
   *
   * @throws {RuntimeError} `ERR_THREAD_STARTED` when it was started before; `ERR_MAIN_GUARD` while
   *   a worker imports the module that makes the call
   * @throws {FunctionReferenceError} when the target cannot be found from another thread
   * @throws {DataCloneError} when an argument cannot cross
   */
  start(): void {
    if (this.address !== undefined) {
      throw new RuntimeError(
        `threads can only be started once; the thread '${this.name}' was started before`,
        'ERR_THREAD_STARTED',
      );
    }
    const thread = thisThreadWithKeeper();
    const { mailbox } = thread;
    const id = functionId(thread, this.#target);
    const slot = mailbox.slots.take();
    if (slot < 0) {
      throw new RuntimeError(
        `Cannot start '${this.name}': thousands of jobs and messages of this thread are on their way ` +
          'already. Wait for some of them first.',
        'ERR_TOO_MANY_MESSAGES',
      );
    }
    try {
      writePayload(thread, slot, Part.args, this.#args, (index) => `argument ${index + 1}`);
      thread.memory.words[slotAt(slot) + SLOT.kind] = Kind.target;
      thread.memory.words[slotAt(slot) + SLOT.fn] = id;
      this.address = startThread({
        name: this.name,
        daemon: this.daemon,
        flags: this.daemon ? ThreadFlag.daemon : 0,
        pool: -1,
        entry: besideTheDoor('thread-main.js'),
        data: null,
      });
    } catch (error) {
      mailbox.release(slot);
      throw error;
    }
    mailbox.post(slot, this.address);
  }
}
