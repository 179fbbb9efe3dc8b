import {
  ALL_COMPLETED,
  type AnyAwaitable,
  asCompleted,
  type Awaitable,
  CancelledError,
  type Coroutine,
  currentTask,
  type EventLoop,
  ExceptionGroup,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  gather,
  shield,
  sleep,
  type Task,
  type TaskGroup,
  taskGroup,
  type TaskSource,
  type Timeout,
  timeout,
  TimeoutError,
  wait,
  waitFor,
  wrapFuture,
  wrapPromise,
} from 'skein';
import { DeadlockError, type VirtualTimeLoop, type VirtualTimeNodeLoop } from 'skein/testing';
import { Failure } from './failure.ts';
import { Job } from './job.ts';
import { SharedThings } from './interpret-sync.ts';
import {
  AT_ONCE,
  type Body,
  type Caught,
  type Child,
  type Program,
  type Statement,
} from './program.ts';
import { asCoroutine, on, type Script, type Style } from './script.ts';

/*
 * Runs a program with Skein. Every line below has its counterpart in interpreter.py.
 */

const WHEN = { first: FIRST_COMPLETED, exception: FIRST_EXCEPTION, all: ALL_COMPLETED } as const;

/** Runs a program in a new loop and gives what happened, line by line. */
export async function interpret(
  program: Program,
  loop: VirtualTimeLoop | VirtualTimeNodeLoop,
  style: Style = asCoroutine,
): Promise<string[]> {
  loop.setExceptionHandler(() => {});
  const interpreter = new Interpreter(loop, style);
  await interpreter.runToEnd('main', () => interpreter.start({ id: 0, body: program.main }));
  const left = interpreter.pending();
  interpreter.log(`left ${left.map(([id]) => id).join()}`);
  for (const [, task] of left) task.cancel();
  await interpreter.runToEnd('rest', () => waitForEach(left.map(([, task]) => task)));
  loop.close();
  return interpreter.trace;
}

function* waitForEach(tasks: readonly Task<unknown>[]): Coroutine<void> {
  for (const task of tasks) {
    try {
      yield* task;
    } catch {
      // the trace has told
    }
  }
}

class Interpreter {
  readonly trace: string[] = [];
  readonly #loop: EventLoop;
  readonly #style: Style;
  readonly #tasks: Map<number, Task<number>> = new Map();
  readonly #things: SharedThings;
  /** Of a task: the groups that it is in, the innermost last. */
  readonly #groups: Map<unknown, TaskGroup[]> = new Map();
  readonly #timeouts: Map<unknown, Timeout[]> = new Map();

  constructor(loop: EventLoop, style: Style) {
    this.#loop = loop;
    this.#style = style;
    this.#things = new SharedThings(loop);
  }

  log(text: string): void {
    this.trace.push(`${this.#loop.time()} ${text}`);
  }

  async runToEnd(what: string, start: () => Awaitable<unknown>): Promise<void> {
    function* waitForIt(): Coroutine<unknown> {
      return yield* start();
    }
    try {
      await this.#loop.runUntilComplete(waitForIt());
      this.log(`${what} returned`);
    } catch (error) {
      this.log(`${what} ${error instanceof DeadlockError ? 'deadlock' : show(error)}`);
    }
  }

  pending(): [id: number, task: Task<number>][] {
    return [...this.#tasks].filter(([, task]) => !task.done()).sort(([a], [b]) => a - b);
  }

  start(child: Child): Task<number> {
    return this.#note(child.id, this.#loop.createTask(this.#mainOf(child)));
  }

  #note(id: number, task: Task<number>): Task<number> {
    this.#tasks.set(id, task);
    task.addDoneCallback(() => this.log(`done ${id} ${task.cancelled() ? 'cancelled' : ''}`));
    return task;
  }

  #mainOf(child: Child): TaskSource<number> {
    return this.#style.run(() => this.#main(child)) as TaskSource<number>;
  }

  *#main({ id, body }: Child): Script<number> {
    this.log(`${id} begins`);
    try {
      yield* this.#run(id, body);
      this.log(`${id} returns`);
    } catch (error) {
      this.log(`${id} ends with ${show(error)}`);
      throw error;
    }
    return id;
  }

  *#run(self: number, body: Body): Script<void> {
    for (const statement of body) {
      this.log(`${self}.${statement.n} ${statement.op}`);
      const result = AT_ONCE.has(statement.op)
        ? yield* this.#stepAtOnce(self, statement)
        : yield* this.#step(self, statement);
      if (result !== '') this.log(`${self}.${statement.n} = ${result}`);
    }
  }

  *#stepAtOnce(self: number, s: Statement): Script<string> {
    try {
      return yield* this.#step(self, s);
    } catch (error) {
      return show(error);
    }
  }

  *#step(self: number, s: Statement): Script<string> {
    switch (s.op) {
      case 'mark':
        return '';
      case 'sleep':
        yield* on(sleep(s.ms));
        return 'slept';
      case 'raise':
        throw new Failure(s.n);
      case 'raiseCancelled':
        throw new CancelledError();
      case 'spawn':
        this.start(s.child);
        return '';
      case 'spawnInGroup': {
        const group = this.#innermost(this.#groups);
        if (group === undefined) return 'none';
        this.#startIn(group, s.child);
        return '';
      }
      case 'cancel':
        return `${this.#tasks.get(s.id)?.cancel(s.message ?? undefined) ?? 'none'}`;
      case 'cancelLater': {
        const cancel = (): void => {
          this.log(`callback of ${s.n} ${this.#tasks.get(s.id)?.cancel() ?? 'none'}`);
        };
        if (s.ms === null) this.#loop.callSoon(cancel);
        else this.#loop.callLater(s.ms, cancel);
        return '';
      }
      case 'await': {
        const task = this.#tasks.get(s.id);
        return task === undefined ? 'none' : `${yield* on(task)}`;
      }
      case 'shield': {
        const task = this.#tasks.get(s.id);
        return task === undefined ? 'none' : `${yield* on(shield(task))}`;
      }
      case 'shieldNew':
        return `${yield* on(shield(this.start(s.child)))}`;
      case 'waitForTask': {
        const task = this.#tasks.get(s.id);
        return task === undefined ? 'none' : `${yield* on(waitFor(task, s.ms))}`;
      }
      case 'asCompleted': {
        // asyncio gives those that are done already in any order.
        const pending = this.#known(s.ids).filter((task) => !task.done());
        const results: string[] = [];
        for (const completed of asCompleted(pending, { timeout: s.ms })) {
          results.push(show(yield* on(completed)));
        }
        return results.join();
      }
      case 'gatherTasks': {
        const { returnExceptions } = s;
        return (yield* on(gather(...this.#known(s.ids), { returnExceptions }))).map(show).join();
      }
      case 'wait': {
        const tasks = this.#known(s.ids);
        if (tasks.length === 0) return 'none';
        const { done } = yield* on(wait(tasks, { timeout: s.ms, returnWhen: WHEN[s.when] }));
        return s.ids
          .filter((id) => this.#tasks.has(id) && done.has(this.#tasks.get(id) as Task<number>))
          .join();
      }
      case 'waitFor':
        return `${yield* on(waitFor(this.#mainOf(s.child), s.ms))}`;
      case 'gather': {
        const tasks = s.children.map((child) => this.start(child));
        const { returnExceptions } = s;
        return (yield* on(gather(...tasks, { returnExceptions }))).map(show).join();
      }
      case 'group':
        yield* this.#group(self, s);
        return 'left group';
      case 'timeout':
        yield* this.#timeout(self, s);
        return 'left timeout';
      case 'reschedule': {
        const scope = this.#innermost(this.#timeouts);
        if (scope === undefined) return 'none';
        scope.reschedule(s.ms === null ? null : this.#loop.time() + s.ms);
        return '';
      }
      case 'try':
        yield* this.#try(self, s);
        return '';
      case 'lock':
      case 'semaphore': {
        // Not by `using`: where body and release both throw, it throws a SuppressedError.
        const held = this.#things[s.op];
        yield* on(held.acquire());
        try {
          this.log(`${self}.${s.n} holds`);
          yield* this.#run(self, s.body);
        } finally {
          held.release();
        }
        return 'released';
      }
      case 'shutdown':
        this.#things.queue.shutdown({ immediate: s.immediate });
        return '';
      case 'awaitFuture':
      case 'setResult':
      case 'setException':
      case 'cancelFuture':
        return yield* this.#things.stepOfFuture(s.op, s.nth, s.n);
      case 'cancelling':
        return `${currentTask()?.cancelling()}`;
      case 'uncancel':
        return `${this.#tasks.get(s.id)?.uncancel() ?? 'none'}`;
      case 'promise':
        yield* on(wrapPromise(new Promise(() => {})));
        return '';
      case 'job':
        return yield* this.#job(s.n, s.running);
      default:
        return yield* this.#things.step(s.op, s.n);
    }
  }

  *#job(n: number, isRunning: boolean): Script<string> {
    const job = new Job(isRunning);
    try {
      return `${yield* on(wrapFuture(job))}`;
    } finally {
      // A cancellation reaches the job in the next iteration.
      this.#loop.callSoon(() => this.log(`job of ${n} ${job.state}`));
    }
  }

  #known(ids: readonly number[]): Task<number>[] {
    return ids.flatMap((id) => this.#tasks.get(id) ?? []);
  }

  #innermost<T>(ofTasks: ReadonlyMap<unknown, readonly T[]>): T | undefined {
    return ofTasks.get(currentTask())?.at(-1);
  }

  #startIn(group: TaskGroup, child: Child): void {
    const task = this.#note(child.id, group.createTask(this.#mainOf(child)));
    this.#groups.set(task, [group]);
  }

  *#group(self: number, s: Extract<Statement, { op: 'group' }>): Script<void> {
    const task = currentTask();
    const groups = this.#groups.get(task) ?? [];
    this.#groups.set(task, groups);
    const before = groups.length;
    const body = this.#style.run(() => this.#run(self, s.body));
    const inGroup = (group: TaskGroup): AnyAwaitable<void> => {
      groups.push(group);
      for (const child of s.children) this.#startIn(group, child);
      return body();
    };
    try {
      yield* on(taskGroup(inGroup));
    } finally {
      groups.length = before;
    }
  }

  *#timeout(self: number, s: Extract<Statement, { op: 'timeout' }>): Script<void> {
    const task = currentTask();
    const timeouts = this.#timeouts.get(task) ?? [];
    this.#timeouts.set(task, timeouts);
    const before = timeouts.length;
    const body = this.#style.run(() => this.#run(self, s.body));
    const inTime = (scope: Timeout): AnyAwaitable<void> => {
      timeouts.push(scope);
      return body();
    };
    try {
      yield* on(timeout(s.ms, inTime));
    } finally {
      timeouts.length = before;
    }
  }

  *#try(self: number, s: Extract<Statement, { op: 'try' }>): Script<void> {
    try {
      yield* this.#run(self, s.body);
    } catch (error) {
      if (!isCaught(error, s.caught)) throw error;
      this.log(`${self}.${s.n} caught ${show(error)}`);
      yield* this.#run(self, s.handler);
      if (s.rethrow) throw error;
    } finally {
      yield* this.#run(self, s.final);
    }
  }
}

function isCaught(error: unknown, caught: Caught): boolean {
  if (caught === 'nothing') return false;
  if (caught === 'everything') return true;
  return error instanceof CancelledError === (caught === 'cancelled');
}

/** A value or an error as both interpreters show it. */
function show(x: unknown): string {
  if (typeof x === 'number') return `${x}`;
  if (x instanceof Failure) return `Failure ${x.n}`;
  if (x instanceof CancelledError) return `cancelled(${x.message})`;
  if (x instanceof TimeoutError) return 'timeout';
  if (x instanceof ExceptionGroup) return `group[${x.errors.map(show).join()}]`;
  return x instanceof Error ? x.name : String(x);
}
