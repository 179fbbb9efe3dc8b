import { staysHome } from '../core/stays-home.ts';

/** What can be given back. */
interface Releasable {
  release(): void;
}

/**
 * What `acquire()` gives: releases at the end of the block that it is declared in, once.
 *
 *     using _ = yield* lock.acquire();
 *
 * Whoever uses it does not call `release()` too: it does not hear of that.
 */
export class Holder implements Disposable {
  readonly #released: Releasable;
  #isHeld = true;

  constructor(released: Releasable) {
    this.#released = released;
  }

  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#released.release();
  }

  toString(): string {
    const state = this.#isHeld ? '' : 'released ';
    return `<${this.constructor.name} ${state}of ${this.#released as object as { toString(): string }}>`;
  }
}

/** What an acquisition ends with. */
export function acquired(what: Releasable): IteratorReturnResult<Disposable> {
  return { done: true, value: new Holder(what) };
}

staysHome(Holder, 'what acquire() gives', 'it belongs to the one who has acquired; send the lock');
