import { type Body, outsideTask, runBody } from './body.ts';
import { type Coroutine, isCoroutine } from './coroutine.ts';
import type { TaskSource } from './ensure-future.ts';
import { ExceptionGroup } from './exception-group.ts';
import { CancelledError, RuntimeError, tunnels } from './exceptions.ts';
import { addObserver, type Future, hasFailed, setBehind } from './future.ts';
import { noteAwaited } from './never-awaited.ts';
import { type Dependent, Observer } from './observer.ts';
import { Operation } from './operation.ts';
import { staysHome } from './stays-home.ts';
import { currentTask } from './current-task.ts';
import type { Task, TaskOptions } from './task.ts';

/*
 * Tasks that live no longer than the block that makes them.
 *
 *     yield* taskGroup(function* (group) {
 *       group.createTask(eat());
 *       group.createTask(drink());
 *     });                            // here both are done
 *
 * The group ends when its body and all of its tasks have. The first of them that fails makes the
 * group abort: it cancels the tasks, and the body too, that is the task in which the body runs, its
 * parent. What failed comes out together, as one `ExceptionGroup`.
 *
 * Invariants
 *   1. A task is in #tasks from its creation until the group was told that it is done.
 *   2. Once #aborting is set no task is added, and every one in #tasks was asked to give up.
 *   3. #cancelledParent = the group has called `parent.cancel()`, once; it calls `uncancel()` once.
 *   4. A cancellation of the parent leaves the group unless it was the group's own alone (the count
 *      of requests says so), or errors have come out instead. Then the parent is cancelled anew, so
 *      that its next wait throws, and the count stays as it is.
 *
 * @see CPython 3.15 Lib/asyncio/taskgroups.py
 */

/** What the observer of a group asks it. */
let taskIsDone: (group: TaskGroup, task: Future<unknown>) => void;
let parentOf: (group: TaskGroup) => Task<unknown> | null;
let tasksOf: (group: TaskGroup) => Iterable<Task<unknown>>;

let runInside: <T>(group: TaskGroup, body: Body<[group: TaskGroup], T>) => Coroutine<T>;

/**
 * A group of tasks, as `taskGroup` gives it to its body. Serves once.
 *
 * Thread        loop thread only
 */
export class TaskGroup {
  /** The task that the body runs in; null before and after. */
  #parent: Task<unknown> | null = null;
  #entered: boolean = false;
  #exiting: boolean = false;
  #aborting: boolean = false;
  #cancelledParent: boolean = false;
  #cancelWhenEntered: boolean = false;
  readonly #tasks: Set<Task<unknown>> = new Set();
  #errors: unknown[] = [];
  /** The first of the errors that go out bare: SystemExit, KeyboardInterrupt. */
  #tunnelling: Error | null = null;
  /** What the end of the group waits for while there are tasks. */
  #allDone: Future<void> | null = null;
  readonly #observer: TaskObserver = new TaskObserver(this);

  static {
    runInside = (group, body) => group.#run(body);
    taskIsDone = (group, task) => group.#taskIsDone(task);
    parentOf = (group) => group.#parent;
    tasksOf = (group) => group.#tasks;
  }

  /**
   * Makes a task of the group; `loop.createTask` says of what.
   *
   * @throws {RuntimeError} when the group has not begun, is over, or shuts down because of an error
   *   or of `cancel()`; a coroutine is closed then
   */
  createTask<T>(x: TaskSource<T>, options?: TaskOptions): Task<T> {
    const parent = this.#parent;
    if (parent === null || this.#isOver() || this.#aborting) {
      if (isCoroutine(x)) x.return(undefined);
      if (typeof x === 'object') noteAwaited(x);
      throw this.#noMoreTasks();
    }
    const task = parent.getLoop().createTask(x, options);
    this.#tasks.add(task);
    addObserver(task, this.#observer);
    return task;
  }

  /**
   * Ends the group early and without an error: its tasks and its body are cancelled. Before the group
   * begins: it is cancelled when it does. Harmless when it is cancelled, aborting or over already.
   */
  cancel(): void {
    if (!this.#entered) this.#cancelWhenEntered = true;
    else if (!this.#isOver() && !this.#aborting) this.#abortWithParent();
  }

  /**
   * Runs `body` with this group; `taskGroup` is shorter.
   *
   * Suspends      where the body does, and until all tasks are done
   * Cancellation  cancels the tasks, waits for them, and is rethrown
   *
   * @throws {ExceptionGroup} when the body or tasks failed
   * @throws {RuntimeError} when this was used before, or outside of a task
   */
  run<T>(body: Body<[group: TaskGroup], T>): Operation<T> {
    return new Operation(() => this.#run(body));
  }

  toString(): string {
    const info = [];
    if (this.#tasks.size > 0) info.push(`tasks=${this.#tasks.size}`);
    if (this.#errors.length > 0) info.push(`errors=${this.#errors.length}`);
    if (this.#aborting) info.push('cancelling');
    else if (this.#entered) info.push('entered');
    return `<${['TaskGroup', ...info].join(' ')}>`;
  }

  *#run<T>(body: Body<[group: TaskGroup], T>): Coroutine<T> {
    const parent = this.#enter();
    let value: T | undefined;
    const failed: unknown[] = [];
    let cancellation: CancelledError | null = null;
    try {
      value = yield* runBody('TaskGroup', body, this);
    } catch (error) {
      // What the body does not catch ends the group, whoever threw it.
      if (error instanceof CancelledError) cancellation = error;
      else failed.push(error);
      if (tunnels(error)) this.#tunnelling ??= error;
      this.#abort();
    }
    this.#exiting = true;
    cancellation = (yield* this.#waitForTasks(parent)) ?? cancellation;
    this.#errors.push(...failed); // the last one, as in CPython
    this.#parent = null;
    this.#endWith(parent, cancellation);
    // The body of a group that was cancelled by `cancel()` may not have come to its value.
    return value as T;
  }

  #enter(): Task<unknown> {
    if (this.#entered) {
      throw new RuntimeError(
        `TaskGroup ${this} has already been entered; make a new one for each use`,
      );
    }
    const parent = currentTask();
    if (parent === null) throw outsideTask(`TaskGroup ${this} cannot determine the parent task`);
    this.#entered = true;
    this.#parent = parent;
    if (this.#cancelWhenEntered) this.#abortWithParent();
    return parent;
  }

  /** @returns the cancellation that came from outside meanwhile */
  *#waitForTasks(parent: Task<unknown>): Coroutine<CancelledError | null> {
    let cancellation: CancelledError | null = null;
    while (this.#tasks.size > 0) {
      // Each cancellation of the parent cancels this future, so there may be several.
      this.#allDone = parent.getLoop().createFuture<void>();
      setBehind(this.#allDone, this.#observer);
      try {
        yield* this.#allDone;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        // Also the group's own: the count of requests tells at the end whether it was alone.
        if (!this.#aborting || this.#cancelledParent) cancellation = error;
        if (!this.#aborting) this.#abort();
      }
    }
    this.#allDone = null;
    return cancellation;
  }

  /** Throws what the group ends with, if anything. */
  #endWith(parent: Task<unknown>, cancellation: CancelledError | null): void {
    const errors = this.#errors;
    this.#errors = [];
    const isOwn = this.#cancelledParent && parent.uncancel() === 0;
    if (this.#tunnelling !== null) {
      this.#reportSuppressed(parent, errors);
      throw this.#tunnelling;
    }
    if (errors.length === 0) {
      if (cancellation !== null && !isOwn) throw cancellation;
      return;
    }
    if (parent.cancelling() > 0) {
      parent.uncancel();
      parent.cancel();
    }
    throw new ExceptionGroup('unhandled errors in a TaskGroup', errors);
  }

  #taskIsDone(task: Future<unknown>): void {
    this.#tasks.delete(task as Task<unknown>);
    if (this.#tasks.size === 0 && this.#allDone?.done() === false) this.#allDone.setResult();
    if (!hasFailed(task)) return;
    const error = task.exception();
    this.#errors.push(error);
    if (tunnels(error)) this.#tunnelling ??= error;
    if (!this.#aborting) this.#abortWithParent();
  }

  #abortWithParent(): void {
    this.#abort();
    this.#cancelledParent = true;
    this.#parent?.cancel();
  }

  #abort(): void {
    if (this.#aborting) return;
    this.#aborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  #isOver(): boolean {
    return this.#exiting && this.#tasks.size === 0;
  }

  #noMoreTasks(): RuntimeError {
    if (!this.#entered) {
      return new RuntimeError(
        `TaskGroup ${this} has not been entered; create tasks inside of its body`,
      );
    }
    return this.#isOver()
      ? new RuntimeError(`TaskGroup ${this} is finished; its tasks had to be created before`)
      : new RuntimeError(`TaskGroup ${this} is shutting down; it takes no task any more`);
  }

  /** An exit of the program goes first; what failed beside it must not get lost. */
  #reportSuppressed(parent: Task<unknown>, errors: readonly unknown[]): void {
    for (const exception of errors) {
      if (exception === this.#tunnelling) continue;
      parent.getLoop().callExceptionHandler({
        message: `TaskGroup of ${parent} ends with ${String(this.#tunnelling)}; this error is suppressed`,
        exception,
      });
    }
  }
}

/** Tells a group of its tasks. They are awaited by its parent, from the beginning on. */
class TaskObserver extends Observer implements Dependent {
  readonly #group: TaskGroup;

  constructor(group: TaskGroup) {
    super();
    this.#group = group;
  }

  futureIsDone(task: Future<unknown>): void {
    taskIsDone(this.#group, task);
  }

  awaiters(): Iterable<Future<unknown>> {
    const parent = parentOf(this.#group);
    return parent === null ? [] : [parent];
  }

  awaited(): Iterable<Future<unknown>> {
    return tasksOf(this.#group);
  }
}

/**
 * Runs `body` with a group of tasks, and waits for all of them. The first failure cancels the others.
 *
 *     const sum = yield* taskGroup(function* (group) {
 *       const left = group.createTask(count(1));
 *       const right = group.createTask(count(2));
 *       return (yield* left) + (yield* right);
 *     });
 *
 * Suspends      where the body does, and then until the tasks are done; not when there are none
 * Cancellation  cancels the tasks, waits for them, and is rethrown; errors of tasks have precedence,
 *               and then the next wait of the task throws it
 * Thread        loop thread only
 *
 * @param body - is given the `TaskGroup`; runs in the task that waits
 * @returns what the body returns; undefined when `group.cancel()` cut it short
 * @throws {ExceptionGroup} the errors of the body and of the tasks, cancellations left out.
 *   `SystemExit` and `KeyboardInterrupt` come bare
 * @see CPython 3.15 Lib/asyncio/taskgroups.py, TaskGroup
 */
export function taskGroup<T>(body: Body<[group: TaskGroup], T>): Operation<T> {
  return new Operation(() => runInside(new TaskGroup(), body));
}

staysHome(TaskGroup, 'a task group', 'its tasks run in its loop; send what they result in');
