/**
 * What an event loop waits on.
 *
 * Thread        the thread that runs the loop
 */
export interface Selector {
  /**
   * Waits until something has happened, at most `timeoutMs`, and calls what was registered for it;
   * those callbacks put handles into the ready queues of loops. May return early.
   *
   * @param timeoutMs - 0 only looks; `Infinity` waits for ever
   */
  select(timeoutMs: number): void;

  /** Makes the `select` that waits now, or else the next one, return soon. */
  wake(): void;

  /** A run of the loop is over: the thread goes on with other things. */
  rest?(): void;

  /** Gives back what the selector holds. */
  close(): void;
}
