import type { Coroutine } from '../core/coroutine.ts';
import { BrokenBarrierError, ValueError } from '../core/exceptions.ts';
import { Operation } from '../core/operation.ts';
import { repr } from '../core/repr.ts';
import { staysHome } from '../core/stays-home.ts';
import { Condition } from './condition.ts';

/*
 * A place where tasks wait for each other.
 *
 *                    the last one comes                      the last one has left
 *     FILLING  --------------------------->  DRAINING  -------------------------->  FILLING
 *        |  `--reset(), somebody waits--->  RESETTING  --the last one has left--->     ^
 *        `--abort()--> BROKEN --reset(), nobody inside----------------------------------'
 *
 * Who comes while the barrier drains or is reset waits until it fills again. #inside counts those
 * who were let in and have not left. Whoever changes the state or leaves last notifies everybody,
 * and each looks for itself what the change means to it. Who is cancelled leaves, and the others go
 * on waiting.
 *
 * @see CPython 3.14 Lib/asyncio/locks.py, Barrier
 */

type State = 'filling' | 'draining' | 'resetting' | 'broken';

/** What can be seen of a barrier from outside. */
export interface BarrierStatistics {
  /** Whether it takes tasks in, lets them out, sends them away, or is broken. */
  readonly state: State;
  /** How many tasks must come before all go on. */
  readonly parties: number;
  /** How many tasks have been let in and have not left. */
  readonly tasksInside: number;
  /** How many tasks wait, inside or to be let in. */
  readonly tasksWaiting: number;
}

/**
 * Holds tasks back until a number of them has come; then all go on, and it begins anew.
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 */
export class Barrier {
  readonly #parties: number;
  readonly #changed: Condition = new ConditionOf(this);
  #state: State = 'filling';
  #inside: number = 0;

  /**
   * @param parties - how many tasks it waits for, ≥ 1
   * @throws {ValueError} when it is less, or no number
   */
  constructor(parties: number) {
    if (!(parties >= 1)) throw new ValueError(`parties must be >= 1, got ${repr(parties)}`);
    this.#parties = parties;
  }

  /** How many tasks must come before all go on. */
  get parties(): number {
    return this.#parties;
  }

  /** How many have come; 0 while they leave. */
  get nWaiting(): number {
    return this.#state === 'filling' ? this.#inside : 0;
  }

  /** Whether `abort()` was called, and no `reset()` since. */
  get broken(): boolean {
    return this.#state === 'broken';
  }

  /**
   * Waits until as many tasks wait as the barrier has parties.
   *
   * Suspends      unless this task is the last one
   * Cancellation  leaves the barrier; the others go on waiting
   * Thread        loop thread only
   *
   * @returns in which place the task came: 0 to parties − 1, different for each
   * @throws {BrokenBarrierError} when the barrier is broken, or was reset or aborted meanwhile
   */
  wait(): Operation<number> {
    return new Operation(() => this.#wait());
  }

  /**
   * Makes the barrier empty: who waits inside gets a `BrokenBarrierError`. Mends a broken one.
   *
   * Suspends      only when another task holds the lock of the barrier
   * Cancellation  the barrier stays as it is
   * Thread        loop thread only
   */
  reset(): Operation<void> {
    return new Operation(() => this.#setState(() => (this.#inside > 0 ? 'resetting' : 'filling')));
  }

  /**
   * Breaks the barrier: who waits, and whoever comes until `reset()`, gets a `BrokenBarrierError`.
   *
   * Suspends      only when another task holds the lock of the barrier
   * Cancellation  the barrier stays as it is
   * Thread        loop thread only
   */
  abort(): Operation<void> {
    return new Operation(() => this.#setState(() => 'broken'));
  }

  statistics(): BarrierStatistics {
    return {
      state: this.#state,
      parties: this.#parties,
      tasksInside: this.#inside,
      tasksWaiting: this.#changed.statistics().tasksWaiting,
    };
  }

  toString(): string {
    return `<${this.constructor.name} ${this.#state} inside=${this.#inside}/${this.#parties}>`;
  }

  *#wait(): Coroutine<number> {
    const holder = yield* this.#changed.acquire();
    try {
      yield* this.#changed.waitFor(() => this.#state !== 'draining' && this.#state !== 'resetting');
      if (this.#state === 'broken') {
        throw new BrokenBarrierError(`Barrier aborted: ${this}; reset() makes it usable again`);
      }
      return yield* this.#waitInside();
    } finally {
      holder[Symbol.dispose]();
    }
  }

  *#waitInside(): Coroutine<number> {
    const place = this.#inside++;
    try {
      if (this.#inside === this.#parties) {
        this.#state = 'draining';
        this.#changed.notifyAll();
        return place;
      }
      const state = yield* this.#changed.waitFor(() =>
        this.#state === 'filling' ? null : this.#state,
      );
      if (state !== 'draining') {
        throw new BrokenBarrierError(`Abort or reset of barrier: ${this}, while a task waited`);
      }
      return place;
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#inside--;
    if (this.#inside > 0) return;
    if (this.#state === 'draining' || this.#state === 'resetting') this.#state = 'filling';
    this.#changed.notifyAll();
  }

  *#setState(next: () => State): Coroutine<void> {
    const holder = yield* this.#changed.acquire();
    try {
      this.#state = next();
      this.#changed.notifyAll();
    } finally {
      holder[Symbol.dispose]();
    }
  }
}

/** Who waits for the condition waits for the barrier: that is what messages show. */
class ConditionOf extends Condition {
  readonly #barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.#barrier = barrier;
  }

  override toString(): string {
    return String(this.#barrier);
  }
}

staysHome(
  Barrier,
  'a barrier',
  'it belongs to the tasks of one loop; send a message to that loop instead',
);
