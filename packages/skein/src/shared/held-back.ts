/**
 * What a thread holds back in its own memory, since there was no slot or no place in a ring for it: attempts, in
 * their order. There may be a hundred thousand of them, so each is let go as soon as it has gone on, and nothing is
 * moved for it.
 */

/** Stands where something was held that has gone on. */
const letGo = (): boolean => true;

export class HeldBack {
  #held: (() => boolean)[] = [];
  /** Those before this one have been let go. */
  #from = 0;

  get count(): number {
    return this.#held.length - this.#from;
  }

  /** Behind the others. */
  push(attempt: () => boolean): void {
    this.#held.push(attempt);
  }

  /** Tries one after the other, until one cannot go on; says whether any could. */
  tryAll(): boolean {
    let hasGoneOn = false;
    // Counted as let go before it is tried: it may call a callback that waits, and comes back here.
    while (this.#from < this.#held.length) {
      const held = this.#held;
      const nth = this.#from++;
      const attempt = held[nth] as () => boolean;
      if (!attempt()) {
        if (this.#held === held) this.#from = nth;
        else this.#held.splice(this.#from, 0, attempt); // all behind it have gone on meanwhile
        break;
      }
      held[nth] = letGo; // there may be thousands behind it
      hasGoneOn = true;
    }
    if (this.count === 0) {
      this.#held = [];
      this.#from = 0;
    }
    return hasGoneOn;
  }
}
