/**
 * Sees what goes on in this thread while it has no task in hand: timers, sockets and all else that keeps
 * Node's loop alive, by `process.getActiveResourcesInfo()`, without what is Skein's own.
 *
 * It looks when the thread comes to rest, again 100 ms later, and from then on whenever Node's loop has turned,
 * for then something may have ended; at most each 100 ms, for a server that a task has left may be busy. While
 * nothing happens here it does nothing: an immediate that is unref'd waits until something else has made the
 * loop turn.
 *
 * ```
 *   watch ── 100 ms ── look ── loop turns ──┐
 *               ▲                           │
 *               └───────────────────────────┘
 * ```
 */
import type { ResourceCounts } from '../shared/left-running.ts';

const LOOK_MS = 100;

/** Is gone with the next turn, as those of Skein are that are under way just now. */
const IMMEDIATE = 'Immediate';
/** A file is being closed, as Node does behind a module that it has loaded. */
const CLOSING = 'CloseReq';

export class LeftWatch {
  readonly #noted: (counts: ResourceCounts) => void;
  readonly #own: ResourceCounts;
  #last = '{}';
  #isWatching = false;
  #onTurn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param noted - is told what goes on, whenever that has changed
   * @param own - what of it is Skein's, while it watches
   */
  constructor(noted: (counts: ResourceCounts) => void, own: ResourceCounts) {
    this.#noted = noted;
    this.#own = own;
  }

  /** Looks now, when Skein has nothing of its own; says whether anything goes on. */
  look(): boolean {
    const active = process.getActiveResourcesInfo();
    if (active.length > 0 || this.#last !== '{}') {
      this.#note(countsOf(active.filter((kind) => kind !== IMMEDIATE)));
    }
    return active.length > 0;
  }

  /**
   * Looks from time to time until `stop`, or until nothing goes on any more.
   *
   * @param isAtRest - whether what goes on was left: else it stops, too
   * @param nothingLeft - called when it stops for that
   */
  watch(isAtRest: () => boolean, nothingLeft: () => void): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const look = (): void => {
      // Timers come last in a turn: so this waits for the next one, in which something has happened.
      this.#onTurn = setImmediate(lookSoon).unref();
      const counts = countsOf(process.getActiveResourcesInfo(), this.#own);
      const isNone = Object.keys(counts).length === 0;
      if (isAtRest()) this.#note(counts);
      if (!isNone && isAtRest()) return;
      this.stop();
      if (isNone) nothingLeft();
    };
    const lookSoon = (): void => void (this.#timer = setTimeout(look, LOOK_MS).unref());
    lookSoon();
  }

  stop(): void {
    this.#isWatching = false;
    clearImmediate(this.#onTurn);
    clearTimeout(this.#timer);
  }

  #note(counts: ResourceCounts): void {
    const text = JSON.stringify(counts);
    if (text === this.#last) return;
    this.#last = text;
    this.#noted(counts);
  }
}

/** How many there are of each kind, without `own` and what only closes. */
export function countsOf(active: readonly string[], own: ResourceCounts = {}): ResourceCounts {
  const counts: Record<string, number> = {};
  for (const kind of active) if (kind !== CLOSING) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const kind of Object.keys(own)) {
    const left = (counts[kind] ?? 0) - (own[kind] as number);
    if (left > 0) counts[kind] = left;
    else delete counts[kind];
  }
  return counts;
}
