import { requireOptions } from '../core/arguments.ts';
import { repr } from '../core/repr.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import { thisThread, thisThreadIfAny } from '../crossing/this-thread.ts';
import { SelectorEventLoop } from '../loops/selector-event-loop.ts';
import { deadlockOf } from './deadlock.ts';
import { newSeed } from './random.ts';
import { shuffleReady } from './shuffle.ts';
import { VirtualClock } from './virtual-clock.ts';

/*
 * Time that passes only when there is nothing else to do.
 *
 * A loop asks its selector to wait until something happens, at most until the next timer is due. This
 * one does not wait: it makes it that late. So a program that sleeps ten hours takes as long as its
 * steps take, in the same order as ever, and twice the same run gives twice the same trace.
 *
 *     something is ready                     nothing to wait for
 *     a job runs in a pool, a thread is      waits in real time; the clock stands still, so that a job
 *     joined …                               takes no time at all: it always comes before a timeout
 *     a timer is set                         the clock jumps to it
 *     another thread holds `loop.remote()`   waits in real time for its call
 *     none of these                          DeadlockError
 */

export interface VirtualTimeOptions {
  /** What `loop.time()` begins with, in milliseconds. Default 0. */
  readonly startMs?: number | undefined;
  /**
   * Whether to shuffle what asyncio leaves unordered: the steps of tasks that wait for different
   * things, timers that are due together, results that come together. A number is the seed; true
   * takes a new one each time. Default false.
   */
  readonly shuffle?: boolean | number | undefined;
}

/**
 * A loop for tests of coroutines: a SelectorEventLoop whose clock jumps to the next timer when there
 * is nothing else to do. To wait for something that cannot come is a `DeadlockError`.
 *
 * `runUntilComplete`, `close` and all the rest are those of every loop.
 */
export class VirtualTimeLoop extends SelectorEventLoop {
  /** The seed of the shuffle, or null. */
  readonly seed: number | null;
  readonly #clock: VirtualClock;
  #isKnownElsewhere: boolean = false;

  constructor(options: VirtualTimeOptions = {}) {
    requireOptions(options, 'new VirtualTimeLoop', '{ startMs: 0 }');
    const clock = new VirtualClock(options.startMs ?? 0);
    super(
      { select: (timeoutMs) => this.#select(timeoutMs), wake: () => {}, close: () => {} },
      clock,
    );
    this.#clock = clock;
    this.scheduler.late.patienceMs = Infinity; // time that jumps says nothing of patience
    this.seed = seedFor(options.shuffle);
    if (this.seed !== null) shuffleReady(this, this.seed);
  }

  override remote(): RemoteLoop {
    this.#isKnownElsewhere = true;
    return super.remote();
  }

  #select(timeoutMs: number): void {
    const mailbox = thisThreadIfAny()?.mailbox;
    if (mailbox?.drain() === true || timeoutMs <= 0) return;
    if (mailbox !== undefined && mailbox.outstanding > 0) {
      mailbox.select(Infinity);
      return;
    }
    const dueAt = this.scheduler.timers.peek()?.when() ?? Infinity;
    if (dueAt !== Infinity) this.#clock.jumpTo(dueAt);
    else if (this.#isKnownElsewhere) thisThread().mailbox.select(Infinity);
    else throw deadlockOf(this);
  }
}

/** The seed that the option `shuffle` asks for; null when nothing is to be shuffled. */
export function seedFor(shuffle: boolean | number | undefined): number | null {
  if (Number.isFinite(shuffle)) return shuffle as number;
  if (shuffle !== undefined && typeof shuffle !== 'boolean') {
    throw new TypeError(`shuffle takes true, false or a number as seed, got ${repr(shuffle)}`);
  }
  return shuffle === true ? newSeed() : null;
}
