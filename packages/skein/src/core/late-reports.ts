import type { EventLoop } from './event-loop.ts';
import type { Future } from './future.ts';
import { NeverAwaited } from './never-awaited.ts';
import { originOf } from './origins.ts';
import { PATIENCE_MS } from './overdue.ts';
import { showFrames } from './exception-handler.ts';
import { UnseenFailures } from './unseen-failures.ts';

/** How many pending tasks of a loop that closes are told one by one. */
const MOST_TASKS = 20;

/** What a loop has to tell when it is idle, when it closes, and when its thread ends. */
export class LateReports {
  readonly unseenFailures: UnseenFailures;
  readonly neverAwaited: NeverAwaited;
  /** Milliseconds for which a failure may be unseen; tests with a clock of their own never lose it. */
  patienceMs: number = PATIENCE_MS;
  /** Whether nobody is expected to close the loop. */
  mayStayOpen: boolean = false;

  readonly #loop: EventLoop;
  readonly #isKnown: WeakSet<Future<unknown>> = new WeakSet();

  /** @param onChange - called when the first thing to tell comes, and when none is left */
  constructor(loop: EventLoop, onChange: () => void) {
    this.#loop = loop;
    this.unseenFailures = new UnseenFailures(loop, onChange);
    this.neverAwaited = new NeverAwaited(loop, onChange);
  }

  /** Whether there is anything to tell. */
  get any(): boolean {
    return this.unseenFailures.size > 0 || this.neverAwaited.size > 0;
  }

  /**
   * Tells what is overdue; only when nothing is ready.
   *
   * @returns milliseconds until something else will be; `Infinity` when nothing is left
   */
  reportOverdue(): number {
    const { patienceMs } = this;
    return Math.min(
      this.unseenFailures.reportOverdue(patienceMs),
      this.neverAwaited.reportOverdue(patienceMs),
    );
  }

  /** Tells all that there is, now. */
  report(): void {
    this.unseenFailures.report();
    this.neverAwaited.report();
  }

  /** At the end of the loop: also which tasks it ends. */
  reportAtClose(): void {
    this.report();
    const pending = [...this.#loop.scheduler.tasks].filter((task) => !this.#isKnown.has(task));
    for (const task of pending.slice(0, MOST_TASKS)) {
      const message = 'Task was destroyed but it is pending!';
      this.#loop.callExceptionHandler({ message, future: task });
    }
    const more = pending.length - MOST_TASKS;
    if (more > 0) {
      const message = `${more} more tasks were destroyed but they are pending!`;
      this.#loop.callExceptionHandler({ message });
    }
  }

  /** Somebody has been told by an error that `task` is pending. */
  noteKnown(task: Future<unknown>): void {
    this.#isKnown.add(task);
  }

  /** At the end of the thread, for a loop that is open. */
  reportAtEnd(): void {
    this.report();
    const { scheduler } = this.#loop;
    if (!scheduler.debug || scheduler.closed || this.mayStayOpen) return;
    const text = `unclosed event loop ${this.#loop}; call close() when it is not needed any more, or use run()`;
    scheduler.warn(text + showFrames('Object', originOf(this.#loop)));
  }
}
