import {
  ALL_COMPLETED,
  CancelledError,
  Condition,
  type Awaitable,
  type Coroutine,
  Event,
  type EventLoop,
  ExceptionGroup,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  gather,
  Lock,
  Queue,
  Semaphore,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from 'skein';
import { DeadlockError, type VirtualTimeLoop, type VirtualTimeNodeLoop } from 'skein/testing';
import type { Body, Caught, Child, Program, Statement } from './program.ts';

/*
 * Runs a program with Skein. Every line below has its counterpart in interpreter.py.
 */

/** What a `raise` statement throws. */
class Failure extends Error {
  readonly n: number;
  constructor(n: number) {
    super(`${n}`);
    this.n = n;
  }
}

const WHEN = { first: FIRST_COMPLETED, exception: FIRST_EXCEPTION, all: ALL_COMPLETED } as const;

/** Runs a program in a new loop and gives what happened, line by line. */
export async function interpret(
  program: Program,
  loop: VirtualTimeLoop | VirtualTimeNodeLoop,
): Promise<string[]> {
  loop.setExceptionHandler(() => {});
  const interpreter = new Interpreter(loop);
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
  readonly #tasks: Map<number, Task<number>> = new Map();
  readonly #lock: Lock = new Lock();
  readonly #semaphore: Semaphore = new Semaphore(2);
  readonly #queue: Queue<number> = new Queue(1);
  readonly #event: Event = new Event();
  readonly #condition: Condition = new Condition();

  constructor(loop: EventLoop) {
    this.#loop = loop;
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
    return this.#note(child.id, this.#loop.createTask(this.#main(child)));
  }

  #note(id: number, task: Task<number>): Task<number> {
    this.#tasks.set(id, task);
    task.addDoneCallback(() => this.log(`done ${id} ${task.cancelled() ? 'cancelled' : ''}`));
    return task;
  }

  *#main({ id, body }: Child): Coroutine<number> {
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

  *#run(self: number, body: Body): Coroutine<void> {
    for (const statement of body) {
      this.log(`${self}.${statement.n} ${statement.op}`);
      const result = yield* this.#step(self, statement);
      if (result !== '') this.log(`${self}.${statement.n} = ${result}`);
    }
  }

  *#step(self: number, s: Statement): Coroutine<string> {
    switch (s.op) {
      case 'mark':
        return '';
      case 'sleep':
        yield* sleep(s.ms);
        return 'slept';
      case 'raise':
        throw new Failure(s.n);
      case 'spawn':
        this.start(s.child);
        return '';
      case 'cancel':
        return `${this.#tasks.get(s.id)?.cancel(s.message ?? undefined) ?? 'none'}`;
      case 'await': {
        const task = this.#tasks.get(s.id);
        return task === undefined ? 'none' : `${yield* task}`;
      }
      case 'shield': {
        const task = this.#tasks.get(s.id);
        return task === undefined ? 'none' : `${yield* shield(task)}`;
      }
      case 'wait': {
        const tasks = s.ids.flatMap((id) => this.#tasks.get(id) ?? []);
        if (tasks.length === 0) return 'none';
        const { done } = yield* wait(tasks, { timeout: s.ms, returnWhen: WHEN[s.when] });
        return s.ids
          .filter((id) => this.#tasks.has(id) && done.has(this.#tasks.get(id) as Task<number>))
          .join();
      }
      case 'waitFor':
        return `${yield* waitFor(this.#main(s.child), s.ms)}`;
      case 'gather': {
        const tasks = s.children.map((child) => this.start(child));
        const { returnExceptions } = s;
        return (yield* gather(...tasks, { returnExceptions })).map(show).join();
      }
      case 'group': {
        const { start, body } = { start: this.#startIn(s.children), body: this.#run(self, s.body) };
        yield* taskGroup(function* (group) {
          start(group);
          yield* body;
        });
        return 'left group';
      }
      case 'timeout': {
        const body = this.#run(self, s.body);
        yield* timeout(s.ms, function* () {
          yield* body;
        });
        return 'left timeout';
      }
      case 'try':
        yield* this.#try(self, s);
        return '';
      case 'lock': {
        using _ = yield* this.#lock.acquire();
        this.log(`${self}.${s.n} holds`);
        yield* this.#run(self, s.body);
        return 'released';
      }
      case 'semaphore': {
        using _ = yield* this.#semaphore.acquire();
        this.log(`${self}.${s.n} holds`);
        yield* this.#run(self, s.body);
        return 'released';
      }
      case 'put':
        yield* this.#queue.put(s.n);
        return 'put';
      case 'putNowait':
        this.#queue.putNowait(s.n);
        return 'put';
      case 'get':
        return `${yield* this.#queue.get()}`;
      case 'getNowait':
        return `${this.#queue.getNowait()}`;
      case 'taskDone':
        this.#queue.taskDone();
        return '';
      case 'join':
        yield* this.#queue.join();
        return 'joined';
      case 'setEvent':
        this.#event.set();
        return '';
      case 'clearEvent':
        this.#event.clear();
        return '';
      case 'waitEvent':
        yield* this.#event.wait();
        return 'happened';
      case 'waitCondition': {
        using _ = yield* this.#condition.acquire();
        yield* this.#condition.wait();
        return 'notified';
      }
      case 'notify':
      case 'notifyAll': {
        using _ = yield* this.#condition.acquire();
        if (s.op === 'notify') this.#condition.notify();
        else this.#condition.notifyAll();
        return '';
      }
      case 'cancelling':
        return `${this.#tasks.get(self)?.cancelling()}`;
    }
  }

  #startIn(children: readonly Child[]): (group: Group) => void {
    return (group) => {
      for (const child of children) this.#note(child.id, group.createTask(this.#main(child)));
    };
  }

  *#try(self: number, s: Extract<Statement, { op: 'try' }>): Coroutine<void> {
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

interface Group {
  createTask(coroutine: Coroutine<number>): Task<number>;
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
