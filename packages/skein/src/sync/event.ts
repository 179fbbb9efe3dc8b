import type { Operation } from '../core/operation.ts';
import { staysHome } from '../core/stays-home.ts';
import { LoopBinding } from './loop-binding.ts';
import { Passage } from './passage.ts';
import { WaitQueue } from './wait-queue.ts';

/** What can be seen of an event from outside. */
export interface EventStatistics {
  /** Whether `wait()` would go on at once. */
  readonly isSet: boolean;
  /** How many tasks wait and have not been woken. */
  readonly tasksWaiting: number;
}

/**
 * A flag that tasks can wait for.
 *
 * Thread        of one loop; belongs to the loop in which a task first had to wait
 *
 * @see CPython 3.14 Lib/asyncio/locks.py, Event
 */
export class Event {
  #isSet: boolean = false;
  readonly #queue: WaitQueue = new WaitQueue(new LoopBinding(this));
  readonly #askWhetherSet: () => boolean = () => this.#isSet;

  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag, and wakes everybody who waits now, even if `clear()` follows at once. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#queue.wakeAll();
  }

  /** Takes the flag back: whoever comes now waits. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is set.
   *
   * Suspends      only when it is not set
   * Cancellation  ends the wait
   * Thread        loop thread only
   *
   * @throws {RuntimeError} when tasks of another loop have waited for the event
   */
  wait(): Operation<true> {
    return new Passage(this.#queue, this.#askWhetherSet, true);
  }

  statistics(): EventStatistics {
    return { isSet: this.#isSet, tasksWaiting: this.#queue.pending };
  }

  toString(): string {
    const { tasksWaiting } = this.statistics();
    const waiting = tasksWaiting === 0 ? '' : ` waiting=${tasksWaiting}`;
    return `<${this.constructor.name} ${this.#isSet ? 'set' : 'unset'}${waiting}>`;
  }
}

staysHome(Event, 'an event', 'it belongs to the tasks of one loop; threads share a `ThreadEvent`');
