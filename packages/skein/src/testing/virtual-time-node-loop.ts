import { requireNumber, requireOptions } from '../core/arguments.ts';
import { AsyncBody } from '../core/async-body.ts';
import { EndOfBody } from '../core/body.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import type { Task } from '../core/task.ts';
import { thisThreadIfAny } from '../crossing/this-thread.ts';
import { NodeEventLoop } from '../loops/node-event-loop.ts';
import { deadlockOf, nothingCame } from './deadlock.ts';
import { shuffleReady } from './shuffle.ts';
import { VirtualNodeClock } from './virtual-clock.ts';
import { seedFor, type VirtualTimeOptions } from './virtual-time-loop.ts';

/*
 * Virtual time where Node turns the loop, for async functions.
 *
 * When is all idle? When the loop has nothing ready, that is known. But a promise may still be on
 * its way to somebody. Three things are looked at before the clock moves:
 *
 *   1. Two whole turns of Node's loop must pass in which nothing gets ready here. Each of them runs
 *      every promise reaction there is, with all that they set off, and what setImmediate holds.
 *   2. Jobs of this thread in pools: they are waited for in real time.
 *   3. Promises of somebody else: a file, a fetch, a timer of Node's. Those that were made a task or
 *      given to `wrapPromise` are known; and an async function that waits for nothing of ours waits
 *      for one. Nobody knows when it comes. The clock stands still, up to `patienceMs` of real time;
 *      then the run fails and says who waits.
 *
 * An async function that has waited for a foreign promise goes on as a stranger: what it awaits from
 * then on is not known to be its own (core/async-body.ts). So strangers who wait for something of
 * this loop are counted, and as many such functions are taken for them.
 *
 * A signal may be aborted by a task of this loop or by somebody else, nobody knows. One that is waited
 * for keeps no timer from coming; when there is none, it is waited for in real time like a promise.
 *
 * What cannot be seen: a foreign promise beside one of ours, as in
 * `Promise.race([sleep(1000), fetch(url)])`. There the clock jumps. With `wrapPromise(fetch(url))` it
 * is seen.
 */

/** How many turns of Node's loop must bring nothing. */
const QUIET_TURNS = 2;

/** How often to look while something is under way outside, in milliseconds. */
const LOOK_AGAIN_MS = 5;

const PATIENCE_MS = 10_000;

export interface VirtualTimeNodeOptions extends VirtualTimeOptions {
  /**
   * Milliseconds of real time for which a foreign promise, or a signal, may keep the clock from
   * moving. Default 10 000; `Infinity` waits for ever.
   */
  readonly patienceMs?: number | undefined;
}

/**
 * A loop for tests of async functions: a NodeEventLoop whose clock jumps to the next timer when there
 * is nothing else to do. To wait for something that cannot come is a `DeadlockError`.
 */
export class VirtualTimeNodeLoop extends NodeEventLoop {
  /** The seed of the shuffle, or null. */
  readonly seed: number | null;
  readonly #clock: VirtualNodeClock;
  readonly #patienceMs: number;
  #isKnownElsewhere: boolean = false;
  #immediate: NodeJS.Immediate | null = null;
  #timeout: NodeJS.Timeout | null = null;
  #quietTurns: number = 0;
  /** Since when nothing has been ready, in milliseconds of real time. */
  #idleSince: number = 0;

  constructor(options: VirtualTimeNodeOptions = {}) {
    requireOptions(options, 'new VirtualTimeNodeLoop', '{ startMs: 0 }');
    const clock = new VirtualNodeClock(options.startMs ?? 0);
    super(clock);
    this.#clock = clock;
    this.scheduler.late.patienceMs = Infinity; // time that jumps says nothing of patience
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    requireNumber(this.#patienceMs, 'patienceMs takes a number of milliseconds');
    this.seed = seedFor(options.shuffle);
    if (this.seed !== null) shuffleReady(this, this.seed);
  }

  override remote(): RemoteLoop {
    this.#isKnownElsewhere = true;
    return super.remote();
  }

  override close(): void {
    super.close();
    this.#stopLooking();
  }

  protected override sleepFor(waitMs: number): void {
    this.#stopLooking();
    this.#quietTurns = 0;
    this.#idleSince = performance.now();
    if (waitMs !== Infinity || this.isRunning()) this.#immediate = setImmediate(this.#look);
  }

  readonly #look = (): void => {
    this.#stopLooking();
    if (!this.scheduler.asleep) return; // a turn is coming, and we shall be asked anew after it
    if (this.#quietTurns++ < QUIET_TURNS) {
      this.#immediate = setImmediate(this.#look);
    } else if ((thisThreadIfAny()?.mailbox.outstanding ?? 0) > 0) {
      this.#timeout = setTimeout(this.#look, LOOK_AGAIN_MS);
    } else if (this.#waitsOutside()) {
      this.#bePatient();
    } else {
      this.#moveOn();
    }
  };

  /** Looks again in real time, as long as there is patience. */
  #bePatient(): void {
    if (performance.now() - this.#idleSince < this.#patienceMs) {
      this.#timeout = setTimeout(this.#look, LOOK_AGAIN_MS);
    } else {
      this.failRun(nothingCame(this, this.#patienceMs));
    }
  }

  #waitsOutside(): boolean {
    const { promises, strangers, tasks } = this.scheduler;
    return promises > 0 || outsideTasks(tasks) > strangers;
  }

  #moveOn(): void {
    const dueAt = this.scheduler.timers.peek()?.when() ?? Infinity;
    if (dueAt !== Infinity) {
      this.#clock.jumpTo(dueAt);
      this.turn();
    } else if (this.scheduler.signals > 0) {
      this.#bePatient();
    } else if (!this.#isKnownElsewhere) {
      this.failRun(deadlockOf(this));
    }
  }

  #stopLooking(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#immediate = null;
    this.#timeout = null;
  }
}

/** How many tasks wait for something that is not known to be of this library. */
function outsideTasks(tasks: Iterable<Task<unknown>>): number {
  let count = 0;
  for (const task of tasks) {
    const waiter = task.getWaiter();
    if (waiter instanceof AsyncBody && waitsForNothing(waiter)) count++;
  }
  return count;
}

function waitsForNothing(body: AsyncBody<unknown>): boolean {
  // That a part of it has not ended says nothing of what that part waits for.
  for (const future of body.waited) if (!(future instanceof EndOfBody)) return false;
  return true;
}
