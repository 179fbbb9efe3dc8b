/*
 * How long a turn of a loop may last before Node gets its turn.
 *
 * The entries of a turn take from 30 ns to a second each, and a look at the clock 40 ns. So the clock
 * is not looked at after each of them, but after 1, 2, 4 … up to `MAX_STRIDE`, as long as it says that
 * little time went by; when more did, after each one again.
 */

/** Milliseconds of its own work after which a loop steps back. */
const BUDGET_MS = 4;

/** What a stretch between two looks at the clock should not exceed, in milliseconds. */
const STRETCH_MS = 0.05;

const MAX_STRIDE = 64;

export class TurnBudget {
  readonly #now: () => number;
  #deadline: number = 0;
  #checkedAt: number = 0;
  /** How many entries between two looks at the clock. */
  #stride: number = 1;
  #unchecked: number = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new turn begins. */
  begin(): void {
    this.#checkedAt = this.#now();
    this.#deadline = this.#checkedAt + BUDGET_MS;
  }

  /** To be asked after each entry: whether the time is up. */
  isUsed(): boolean {
    if (--this.#unchecked > 0) return false;
    const now = this.#now();
    const short = now - this.#checkedAt < STRETCH_MS;
    this.#stride = short ? Math.min(this.#stride * 2, MAX_STRIDE) : 1;
    this.#unchecked = this.#stride;
    this.#checkedAt = now;
    return now >= this.#deadline;
  }
}
