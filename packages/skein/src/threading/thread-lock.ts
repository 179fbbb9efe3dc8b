import { RuntimeError } from '../core/exceptions.ts';
import type { Operation } from '../core/operation.ts';
import { shareClass } from '../crossing/shared-class.ts';
import { type ThisThread, thisThread } from '../crossing/this-thread.ts';
import { Holder } from '../sync/holder.ts';
import { LOCK_WORDS, LockWord, Taken } from '../shared/lock-word.ts';
import { memoryOf, over } from './handed-memory.ts';
import { type Awaited, keyOf } from './thread-line.ts';
import {
  type Attempt,
  requireTimeout,
  SOON,
  ThreadOperation,
  waitHere,
} from './thread-operation.ts';

/** A thread that waits longer than so many milliseconds says that it is the next. */
const PATIENCE_MS = 1;

/** Words of the memory: its ident, then the lock. */
const WORDS = 1 + LOCK_WORDS;

/** What can be seen of a lock from outside. */
export interface ThreadLockStatistics {
  /** Whether somebody holds it. */
  readonly locked: boolean;
  /** Ident of the thread that took it; null when nobody holds it. */
  readonly holder: number | null;
  /** How many threads wait for it, however many of their tasks do. */
  readonly threadsWaiting: number;
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
 * Not reentrant, and whoever likes may release it. A thread that looks for the second time when it has waited for a
 * millisecond is the next, so nobody waits for ever. A lock whose thread dies is free for the next one, who is
 * told so (`LockHold.abandoned`).
 *
 * Costs         0.1 µs where nobody waits; a thread that was waiting takes some 10 µs to wake up
 * Thread        any
 *
 * @see CPython Lib/threading.py, Lock; Go's sync.Mutex for who is the next
 */
export class ThreadLock {
  readonly #memory: SharedArrayBuffer;
  readonly #thread: ThisThread = thisThread();
  readonly #word: LockWord;
  readonly #awaited: Awaited;

  constructor() {
    const { memory, words } = memoryOf(WORDS);
    const { address, mailbox } = this.#thread;
    const word = new LockWord(mailbox.words, words, 1, () => mailbox.commonNow());
    this.#memory = memory;
    this.#word = word;
    this.#awaited = {
      key: keyOf(words[0] as number),
      waiting: word.waiting,
      isForAll: false,
      passOn: () => word.passOn(address.ident),
      toString: () => this.toString(),
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
   * @throws {RuntimeError} `ERR_WAITS_FOR_ITSELF` when this very thread holds the lock, and would wait for ever:
   *   it could not release it while it stands still
   */
  acquireSync(timeoutMs: number = Infinity): LockHold {
    requireTimeout(timeoutMs, 'acquireSync()');
    const hold = this.tryAcquire();
    if (hold !== null) return hold;
    const isMine = this.#word.holder === this.#thread.address.ident;
    if (isMine && timeoutMs === Infinity) throw this.#waitsForItself();
    return waitHere(this.#awaited, this.#attempt(), timeoutMs, 'acquireSync()');
  }

  /** Takes the lock if it is free, and not left to another thread just now; else returns null. Does not wait. */
  tryAcquire(): LockHold | null {
    return this.#holdIf(this.#word.take(this.#thread.address.ident));
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
    const { holder, waiting } = this.#word;
    return {
      locked: holder !== 0,
      holder: holder === 0 ? null : holder,
      threadsWaiting: waiting.count,
    };
  }

  toString(): string {
    const { locked, holder, threadsWaiting } = this.statistics();
    const waiting = threadsWaiting === 0 ? '' : ` waiting=${threadsWaiting}`;
    return `<ThreadLock ${locked ? `locked by thread ${holder}` : 'unlocked'}${waiting}>`;
  }

  /** @internal */
  static memoryOf(lock: ThreadLock): SharedArrayBuffer {
    return lock.#memory;
  }

  /** For one who waits. */
  #attempt(): Attempt<LockHold> {
    const { ident } = this.#thread.address;
    let isLateAt = 0;
    return {
      try: () => {
        let taken = this.#word.take(ident);
        if (taken === Taken.no) {
          const now = performance.now();
          if (isLateAt === 0) isLateAt = now + PATIENCE_MS;
          if (now < isLateAt) return null;
          this.#word.claimNext(ident);
          taken = this.#word.take(ident);
        }
        if (taken === Taken.soon) return SOON;
        const hold = this.#holdIf(taken);
        return hold === null ? null : { value: hold };
      },
    };
  }

  #holdIf(taken: number): LockHold | null {
    const isHeld = taken === Taken.yes || taken === Taken.abandoned;
    return isHeld ? new LockHold(this, taken === Taken.abandoned) : null;
  }

  #waitsForItself(): RuntimeError {
    return new RuntimeError(
      `${this} is held by this very thread, which does not release it while it blocks. Wait with acquire(), in a ` +
        'coroutine or an async function, where another task of the thread holds the lock.',
      'ERR_WAITS_FOR_ITSELF',
    );
  }
}

shareClass(
  ThreadLock,
  'skein.thread-lock',
  (lock) => ThreadLock.memoryOf(lock),
  (memory: SharedArrayBuffer) => over(memory, () => new ThreadLock()),
);
