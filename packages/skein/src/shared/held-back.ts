/**
 * What a thread holds back in its own memory, since there was no slot or no place in a ring for it, in the
 * order in which it came. There may be a hundred thousand of them, so each is let go as soon as it has gone
 * on, and nothing is moved for it.
 */

/** Something that waits for room. */
export interface Held {
  /** Tries to go on; false when there is still no room for it. */
  goOn(): boolean;
}

/** Stands where something was held that has gone on. */
const letGo: Held = { goOn: () => true };

export class HeldBack {
  #held: Held[] = [];
  /** Those before this one have been let go. */
  #from = 0;

  get count(): number {
    return this.#held.length - this.#from;
  }

  /** Behind the others. */
  push(held: Held): void {
    this.#held.push(held);
  }

  /** Tries one after the other, until one cannot go on; says whether any could. */
  tryAll(): boolean {
    let hasGoneOn = false;
    // Counted as let go before it is tried: it may call a callback that waits, and comes back here.
    while (this.#from < this.#held.length) {
      const all = this.#held;
      const nth = this.#from++;
      const held = all[nth] as Held;
      if (!held.goOn()) {
        if (this.#held === all) this.#from = nth;
        else this.#held.splice(this.#from, 0, held); // all behind it have gone on meanwhile
        break;
      }
      all[nth] = letGo; // there may be thousands behind it
      hasGoneOn = true;
    }
    if (this.count === 0) {
      this.#held = [];
      this.#from = 0;
    }
    return hasGoneOn;
  }
}
