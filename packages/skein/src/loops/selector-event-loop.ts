import { repr } from '../core/repr.ts';
import { ensureFuture, type TaskSource } from '../core/ensure-future.ts';
import type { LoopEnvironment } from '../core/environment.ts';
import { EventLoop } from '../core/event-loop.ts';
import { Future } from '../core/future.ts';
import type { RemoteLoop } from '../core/remote-loop.ts';
import { setRunningLoop } from '../core/running-loop.ts';
import type { Selector } from '../core/selector.ts';
import { AtomicsSelector } from '../selectors/atomics-selector.ts';
import { blockingEnvironment } from './node-environment.ts';
import { forgetRemote, remoteOf } from './remote-loop.ts';
import { incomplete, stopLoopOf } from './run-until-complete.ts';

/**
 * An event loop that is turned by the thread that calls `runForever` or `runUntilComplete`, and
 * blocks it meanwhile: Node's own timers, sockets and promises stand still until the run is over.
 *
 * A stopped loop may be run again, from another place too.
 *
 * @see CPython 3.14 Lib/asyncio/base_events.py, run_forever and run_until_complete
 */
export class SelectorEventLoop extends EventLoop {
  /**
   * @param selector - what the loop parks on
   * @param environment - the clock, and where errors are shown
   */
  constructor(
    selector: Selector = new AtomicsSelector(),
    environment: LoopEnvironment = blockingEnvironment,
  ) {
    if (typeof (selector as Selector | null)?.select !== 'function') {
      throw new TypeError(
        `new SelectorEventLoop() takes a selector, an object with select(timeoutMs), got ${repr(selector)}`,
      );
    }
    super(environment, selector);
  }

  /**
   * Runs until `stop()`. Blocks the thread.
   *
   * @throws {RuntimeError} when the loop is closed, or running, or another loop runs in this thread
   */
  runForever(): void {
    this.checkCanRun();
    const scheduler = this.scheduler;
    setRunningLoop(this);
    this.beginRun();
    try {
      do this.runOnce();
      while (!scheduler.stopping);
    } finally {
      this.endRun();
      setRunningLoop(null);
    }
  }

  /**
   * Runs until `x` is done and gives its value. Blocks the thread.
   *
   * @throws {RuntimeError} as `runForever`, and when the loop was stopped before `x` was done
   * @throws what `x` fails with
   */
  runUntilComplete<T>(x: TaskSource<T>): T {
    this.checkCanRun();
    const isOurs = !(x instanceof Future);
    const future = ensureFuture(x, { loop: this });
    future.addDoneCallback(stopLoopOf);
    try {
      this.runForever();
    } catch (error) {
      // The error that ended the run is the one to look at.
      if (isOurs && future.done() && !future.cancelled()) future.exception();
      throw error;
    } finally {
      future.removeDoneCallback(stopLoopOf);
    }
    if (!future.done()) throw incomplete(future);
    return future.result();
  }

  /** One turn: waits for an event, then runs what was registered for it. */
  protected runOnce(): void {
    this.scheduler.runOnce(Infinity);
  }

  override remote(): RemoteLoop {
    return remoteOf(this);
  }

  override close(): void {
    super.close();
    forgetRemote(this);
  }
}
