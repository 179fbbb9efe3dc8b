import type { LoopEnvironment } from '../../dist/core/environment.js';
import type { Selector } from '../../dist/core/selector.js';
import { SelectorEventLoop } from '../../dist/loops/selector-event-loop.js';

/**
 * A selector, and the clock beside it, in the hands of a test: records for how long the loop told it to
 * wait, and lets something happen meanwhile. Where only time is to pass, VirtualTimeLoop is simpler.
 */
export class ScriptedSelector implements LoopEnvironment, Selector {
  readonly waits: number[] = [];
  readonly reports: { text: string; error: unknown }[] = [];
  /** Called by `select`, as what the selector watches would be. */
  onSelect: (() => void) | undefined;
  #now: number = 1000;

  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
  reportError(text: string, error: unknown): void {
    this.reports.push({ text, error });
  }
  select(timeoutMs: number): void {
    this.waits.push(timeoutMs);
    if (timeoutMs !== Infinity) this.#now += timeoutMs;
    this.onSelect?.();
  }
  wake(): void {}
  close(): void {}

  newLoop(): SelectorEventLoop {
    return new SelectorEventLoop(this, this);
  }
}
