/*
 * Small programs as plain data, so that two interpreters can run the same one: interpret.ts with
 * Skein, interpreter.py with CPython's asyncio. No loops and no recursion: every program ends, or
 * waits for ever, which both of them notice.
 */

/** A body of statements; each has a number that is its own in the program. */
export type Body = readonly Statement[];

/** A task that a statement makes. Ids are 1, 2 …; the main task is 0. */
export interface Child {
  readonly id: number;
  readonly body: Body;
}

export type Statement = { readonly n: number } & (
  | { readonly op: 'mark' }
  | { readonly op: 'sleep'; readonly ms: number }
  | { readonly op: 'raise' | 'raiseCancelled' }
  | { readonly op: 'spawn'; readonly child: Child }
  | { readonly op: 'cancel'; readonly id: number; readonly message: string | null }
  | { readonly op: 'cancelLater'; readonly id: number; readonly ms: number | null }
  | { readonly op: 'await' | 'shield'; readonly id: number }
  | { readonly op: 'waitForTask'; readonly id: number; readonly ms: number | null }
  | { readonly op: 'asCompleted'; readonly ids: readonly number[]; readonly ms: number | null }
  | {
      readonly op: 'gatherTasks';
      readonly ids: readonly number[];
      readonly returnExceptions: boolean;
    }
  | {
      readonly op: 'wait';
      readonly ids: readonly number[];
      readonly ms: number | null;
      readonly when: When;
    }
  | { readonly op: 'waitFor'; readonly child: Child; readonly ms: number }
  | {
      readonly op: 'gather';
      readonly children: readonly Child[];
      readonly returnExceptions: boolean;
    }
  | { readonly op: 'shieldNew' | 'spawnInGroup'; readonly child: Child }
  | { readonly op: 'group'; readonly children: readonly Child[]; readonly body: Body }
  | { readonly op: 'timeout'; readonly ms: number | null; readonly body: Body }
  | { readonly op: 'reschedule'; readonly ms: number | null }
  | {
      readonly op: 'try';
      readonly body: Body;
      readonly caught: Caught;
      readonly handler: Body;
      readonly rethrow: boolean;
      readonly final: Body;
    }
  | { readonly op: 'lock' | 'semaphore'; readonly body: Body }
  | { readonly op: SyncOp }
  | { readonly op: 'shutdown'; readonly immediate: boolean }
  | { readonly op: FutureOp; readonly nth: number }
  | { readonly op: 'cancelling' }
  | { readonly op: 'uncancel'; readonly id: number }
  | { readonly op: 'job'; readonly running: boolean }
  /** Of somebody else, and never done; CPython has none. */
  | { readonly op: 'promise' }
);

/** What is done with the one lock, semaphore, queue, event, condition and barrier of the program. */
export type SyncOp =
  | 'releaseLock'
  | 'releaseSemaphore'
  | 'put'
  | 'putNowait'
  | 'get'
  | 'getNowait'
  | 'taskDone'
  | 'join'
  | 'setEvent'
  | 'clearEvent'
  | 'waitEvent'
  | 'waitCondition'
  | 'notify'
  | 'notifyAll'
  /** Notifies, then keeps the lock until the first future is done. */
  | 'notifyAndHold'
  | 'waitBarrier'
  | 'resetBarrier'
  | 'abortBarrier';

/** What is done with one of the futures that the program begins with. */
export type FutureOp = 'awaitFuture' | 'setResult' | 'setException' | 'cancelFuture';

export const FUTURES = 2;

/** Statements that wait for nothing; if they throw, that is told, and the body goes on. */
export const AT_ONCE: ReadonlySet<Statement['op']> = new Set([
  'releaseLock',
  'releaseSemaphore',
  'putNowait',
  'getNowait',
  'taskDone',
  'setResult',
  'setException',
  'reschedule',
]);

export type When = 'first' | 'exception' | 'all';

/** Which errors a `try` catches. */
export type Caught = 'cancelled' | 'errors' | 'everything' | 'nothing';

export interface Program {
  readonly main: Body;
}

/** What a version of Python does as the newest one does; the rest is left out of the programs. */
export interface Features {
  /** `wait_for` runs in the task itself, since 3.12. */
  readonly waitFor: boolean;
  /** `gather` of what is done is done at once, since 3.12. */
  readonly gatherDone: boolean;
  /** `uncancel` forgets a cancellation that was not delivered, since 3.13: who cancels itself sees it. */
  readonly selfCancel: boolean;
  /** A condition hands a notification on when who got it is cancelled, since 3.13. */
  readonly condition: boolean;
  /** Queues can be shut down, since 3.13. */
  readonly shutdown: boolean;
}
