import { RuntimeError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Holder } from '../sync/holder.ts';
import { LOCK_WORDS, LockWord, Taken } from '../shared/lock-word.ts';
import { type Awaited, type Done, ThreadOperation, waitHere } from './thread-line.ts';

/** A thread that waits longer than so many milliseconds says that it is the next. */
const PATIENCE_MS = 1;

/** Words of the memory: the key, then the lock. */
const WORDS = 1 + LOCK_WORDS;

/** What can be seen of a lock from outside. */
export interface ThreadLockStatistics {
  /** Whether somebody holds it. */
  readonly locked: boolean;
  /** Ident of the thread that took it; null when nobody holds it. */
  readonly holder: number | null;
}

/** That a lock is held: releases it at the end of the `using` block, once. */
export class LockHold extends Holder {
  /**
   * Whether the thread that held the lock before has died with it: was terminated, or ran out of memory.
   * What the lock guards may be half-done then.
   */
  readonly abandoned: boolean;

  /** @internal */
  constructor(lock: ThreadLock, abandoned: boolean) {
    super(lock);
    this.abandoned = abandoned;
  }
}

/**
 * A lock between threads: lets one task, or one thread, at a time into a part of the program. It can be
 * given to any thread, as an argument or a result.
 *
 *     using _ = lock.acquireSync();         // blocks the thread
 *     using _ = await lock.acquire();       // in an async function, on any loop or on none
 *     using _ = yield* lock.acquire();      // in a coroutine
 *
 * Not reentrant, and whoever likes may release it. Nobody waits for ever: a thread that has waited for a
 * millisecond is the next. A lock whose thread dies is free for the next one, who is told so
 * (`LockHold.abandoned`).
 *
 * Costs         0.2 µs where nobody waits; a thread that was waiting takes some 10 µs to wake up
 * Thread        any
 *
 * @see CPython Lib/threading.py, Lock; Go's sync.Mutex for who is the next
 */
export class ThreadLock {
  readonly #memory: SharedArrayBuffer;
  readonly #thread: ThisThread = thisThread();
  readonly #word: LockWord;
  readonly #awaited: Awaited;

  constructor();
  /** @internal */
  constructor(memory: SharedArrayBuffer);
  constructor(memory?: SharedArrayBuffer) {
    const process = this.#thread.memory;
    this.#memory = memory ?? new SharedArrayBuffer(WORDS * 4);
    const words = new Int32Array(this.#memory);
    if (memory === undefined) words[0] = process.nextIdent();
    const word = new LockWord(process.words, words, 1);
    this.#word = word;
    this.#awaited = {
      key: words[0] as number,
      waiting: word.waiting,
      isForAll: false,
      passOn: () => word.passOn(this.#thread.address.ident),
    };
  }

  /**
   * Waits until the lock is free, then takes it.
   *
   * Suspends      only when the lock is taken, or other tasks of this thread wait for it
   * Cancellation  ends the wait; the lock is not held
   *
   * @returns what releases the lock at the end of a `using` block
   */
  acquire(): Operation<LockHold> {
    return new ThreadOperation(this.#awaited, () => this.#attempt());
  }

  /**
   * The same, and blocks the thread.
   *
   * @param timeoutMs - milliseconds, ≥ 0; `Infinity`, the default, waits for ever
   * @throws {TimeoutError} when the time ran out
   * @throws {RuntimeError} `ERR_WAITS_FOR_ITSELF` when this very thread holds the lock, and could not release
   *   it while it stands still
   */
  acquireSync(timeoutMs: number = Infinity): LockHold {
    if (timeoutMs > 0 && this.#word.holder === this.#thread.address.ident) throw this.#isMine();
    return waitHere(this.#awaited, this.#attempt(), timeoutMs, 'acquireSync() of a lock');
  }

  /** Takes the lock if it is free, else returns null. Does not wait. */
  tryAcquire(): LockHold | null {
    return this.#take();
  }

  /**
   * Frees the lock, and wakes somebody who waits for it.
   *
   * @throws {RuntimeError} when the lock is free
   */
  release(): void {
    if (this.#word.release()) return;
    throw new RuntimeError(
      'Lock is not acquired: release() is called once for each acquire(), and not at all after ' +
        '`using _ = lock.acquireSync()`',
    );
  }

  /** Whether somebody holds the lock. */
  locked(): boolean {
    return this.#word.holder !== 0;
  }

  statistics(): ThreadLockStatistics {
    const { holder } = this.#word;
    return { locked: holder !== 0, holder: holder === 0 ? null : holder };
  }

  toString(): string {
    const { locked, holder } = this.statistics();
    return `<ThreadLock ${locked ? `locked by thread ${holder}` : 'unlocked'}>`;
  }

  /** @internal */
  static memoryOf(lock: ThreadLock): SharedArrayBuffer {
    return lock.#memory;
  }

  #take(): LockHold | null {
    const taken = this.#word.take(this.#thread.address.ident);
    return taken === Taken.no ? null : new LockHold(this, taken === Taken.abandoned);
  }

  /** For one who waits. */
  #attempt(): () => Done<LockHold> {
    const { ident } = this.#thread.address;
    let isLateAt = 0;
    return () => {
      let hold = this.#take();
      if (hold === null) {
        const now = performance.now();
        if (isLateAt === 0) isLateAt = now + PATIENCE_MS;
        if (now < isLateAt) return null;
        this.#word.claimNext(ident);
        hold = this.#take();
      }
      return hold === null ? null : { value: hold };
    };
  }

  #isMine(): RuntimeError {
    return new RuntimeError(
      `${this} is held by this very thread, which could not release it while it blocks. In a coroutine ` +
        'or an async function wait with acquire(), and do not block while another task of the thread holds ' +
        'the lock.',
      'ERR_WAITS_FOR_ITSELF',
    );
  }
}

shareClass(
  ThreadLock,
  'skein.thread-lock',
  (lock) => ThreadLock.memoryOf(lock),
  (memory: SharedArrayBuffer) => new ThreadLock(memory),
);
