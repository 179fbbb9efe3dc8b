/** What all threads of a stress test count together, in memory that they share. */

const COUNTS = [
  'submitted',
  'settled',
  'settledTwice',
  'cancelled',
  'broken',
  'faults',
  'stop',
] as const;
export type Count = (typeof COUNTS)[number];

export class Ledger {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(COUNTS.length * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  count(what: Count, by = 1): void {
    Atomics.add(this.#words, COUNTS.indexOf(what), by);
  }

  get(what: Count): number {
    return Atomics.load(this.#words, COUNTS.indexOf(what));
  }

  /** Notes and prints what must not be. */
  fault(text: string): void {
    this.count('faults');
    if (this.get('faults') <= 10) console.error(`FAULT ${text}`);
  }

  toString(): string {
    return COUNTS.map((name) => `${name} ${this.get(name)}`).join(', ');
  }
}
