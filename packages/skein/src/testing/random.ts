/**
 * Numbers that look random and are the same for the same seed.
 *
 * @see George Marsaglia, Xorshift RNGs, 2003: the 32-bit generator with the shifts 13, 17, 5
 */
export class Random {
  #state: number;

  /** @param seed - a whole number; its lowest 32 bits count */
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e37_79b1) | 1; // 0 would stay 0
    for (let i = 0; i < 8; i++) this.below(2); // small seeds begin alike
  }

  /** A whole number from 0 to `end` − 1. */
  below(end: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return Math.floor(((state >>> 0) / 0x1_0000_0000) * end);
  }

  /** Puts the items into any order, each equally likely. */
  shuffle(items: unknown[]): void {
    for (let left = items.length; left > 1; left--) {
      const chosen = this.below(left);
      const last = left - 1;
      [items[chosen], items[last]] = [items[last], items[chosen]];
    }
  }
}

/** A seed that nobody has chosen: 0 to 2³¹ − 1. */
export function newSeed(): number {
  return Math.floor(Math.random() * 0x8000_0000);
}
