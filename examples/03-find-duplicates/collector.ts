import type { HashedFile, Outcome } from './hash-files.ts';
import type { ProgressBar } from './progress-bar.ts';
import type { Unreadable } from './walk.ts';

/** What a scan has found. */
export interface Scan {
  readonly files: readonly HashedFile[];
  readonly unreadable: readonly Unreadable[];
  readonly bytes: number;
  readonly tookMs: number;
}

/** Takes in what a scan finds, shows how far it has come, and measures the time. */
export class Collector {
  readonly #files: HashedFile[] = [];
  readonly #unreadable: Unreadable[] = [];
  readonly #bar: ProgressBar;
  readonly #began: number = performance.now();
  #bytes = 0;

  constructor(bar: ProgressBar) {
    this.#bar = bar;
  }

  /** So many bytes more are there to be hashed. */
  found(bytes: number): void {
    this.#bar.grow(bytes);
  }

  /** These are done. */
  add(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if ('reason' in outcome) {
        this.#unreadable.push(outcome);
      } else {
        this.#files.push(outcome);
        this.#bytes += outcome.bytes;
      }
    }
    this.#bar.show(this.#files.length, this.#bytes);
  }

  finish(): Scan {
    const tookMs = performance.now() - this.#began;
    this.#bar.end();
    return { files: this.#files, unreadable: this.#unreadable, bytes: this.#bytes, tookMs };
  }
}
