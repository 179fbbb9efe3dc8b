import { requireCallback } from './arguments.ts';
import { ambientContext } from './ambient-context.ts';
import type { ContextVar } from './context-var.ts';
import { RuntimeError } from './exceptions.ts';
import { runningLoopOrNull } from './running-loop.ts';
import { staysHome } from './stays-home.ts';

/*
 * Values that go along with what a program does: the user of a request, the number of a trace.
 *
 * A context holds one value for each context variable. What a loop runs has a context of its own: a
 * copy, taken when it was scheduled, of the one that was current then. So what a task sets is seen by
 * all that it starts from then on, and by nobody beside it.
 *
 *     current -----> Context --#values--> { user: 'ann', trace: 7 }
 *                                                ^
 *     a copy of it:  Context --#values-----------'    until one of the two changes
 *
 * The typical load: a handful of variables, set once a request, and a million copies. So the values
 * are a map that is never changed: to copy a context is to copy one pointer, to set a variable copies
 * the map.
 *
 * Where is the current context?
 *
 *     a step of a task, a callback, `context.run`    in `current`, for as long as it lasts
 *     code that no loop runs, and async functions    where the surroundings keep it (`AmbientContext`)
 *       after they have waited
 *     an async function that began before the        in its task
 *       program used contexts at all
 *
 * A program that uses no context pays one comparison for each entry that its loop runs:
 * `contextsInUse` becomes true with the first value that is set, and until then nothing is copied and
 * nothing is entered.
 *
 * Invariants
 *   1. A context is entered at most once at a time.
 *   2. `current` is undefined whenever promise reactions can run: it belongs to code that is on the
 *      stack now.
 *
 * @see PEP 567; CPython 3.14 Python/context.c
 */

type Values = ReadonlyMap<ContextVar<unknown>, unknown>;

const NO_VALUES: Values = new Map();

/** Whether anything in this thread may have a context that is not empty. */
export let contextsInUse: boolean = false;

let current: Context | undefined;

/** The values of a context, by variable and, from another thread, by name. */
let valueIn: (context: Context, variable: ContextVar<unknown>) => unknown;

/** What a context holds under the name of a variable, because another thread sent it. */
export let carriedIn: (context: Context) => ReadonlyMap<string, unknown> | null;

let change: (context: Context, variable: ContextVar<unknown>, value: unknown) => void;

let makeCarried: (values: ReadonlyMap<string, unknown>) => Context;

/** Calls `call` with `context` as the current one. */
export let enterContext: <R>(context: Context, call: () => R) => R;

/** Stands for "no value". */
export const MISSING: unique symbol = Symbol('Token.MISSING');

/**
 * Values of context variables: a read-only map of those that are set.
 *
 * Thread        belongs to its thread; `toThread` and `executor.with({ context })` carry the values
 *
 * @see CPython 3.14, contextvars.Context
 */
export class Context implements ReadonlyMap<ContextVar<unknown>, unknown> {
  #values: Values = NO_VALUES;
  /** What another thread sent: by name, because its variables are not those of this thread. */
  #carried: ReadonlyMap<string, unknown> | null = null;
  #entered: boolean = false;
  /**
   * What the surroundings keep beside it: the async context in which it was copied.
   *
   * @internal
   */
  scope: unknown = undefined;

  static {
    enterContext = (context, call) => {
      if (context.#entered) {
        throw new RuntimeError(
          `cannot enter context: ${context} is already entered; give context.copy() its own run`,
        );
      }
      const outer = current;
      context.#entered = true;
      current = context;
      try {
        return promisesInherit() ? ambientContext.run(context, call) : call();
      } finally {
        current = outer;
        context.#entered = false;
      }
    };
    valueIn = (context, variable) => context.#find(variable);
    carriedIn = (context) => context.#carried;
    change = (context, variable, value) => {
      const values = new Map(context.#values);
      if (value === MISSING) values.delete(variable);
      else values.set(variable, value);
      context.#values = values;
    };
    makeCarried = (values) => {
      const context = new Context();
      context.#carried = values;
      return context;
    };
  }

  /**
   * Calls `fn(...args)` with this context as the current one; what `fn` sets stays in it.
   *
   * An async function has it for as long as it runs.
   *
   * @throws {RuntimeError} when the context is entered already
   * @throws what `fn` throws
   */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    if (typeof fn !== 'function') requireCallback(fn, 'context.run');
    contextsInUse = true;
    return enterContext(this, () => fn(...args));
  }

  /** A function that calls `fn` with this context as the current one. */
  bind<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
    return (...args) => this.run(fn, ...args);
  }

  /** Another context with the same values. */
  copy(): Context {
    const copy = new Context();
    copy.#values = this.#values;
    copy.#carried = this.#carried;
    return copy;
  }

  /** The value that is set here, or undefined; the default of the variable does not count. */
  get<T>(variable: ContextVar<T>): T | undefined {
    const value = this.#find(variable);
    return value === MISSING ? undefined : (value as T);
  }

  has(variable: ContextVar<unknown>): boolean {
    return this.#find(variable) !== MISSING;
  }

  get size(): number {
    return this.#values.size;
  }

  keys(): MapIterator<ContextVar<unknown>> {
    return this.#values.keys();
  }

  values(): MapIterator<unknown> {
    return this.#values.values();
  }

  entries(): MapIterator<[ContextVar<unknown>, unknown]> {
    return this.#values.entries();
  }

  [Symbol.iterator](): MapIterator<[ContextVar<unknown>, unknown]> {
    return this.#values.entries();
  }

  forEach(
    callback: (value: unknown, variable: ContextVar<unknown>, context: Context) => void,
  ): void {
    this.#values.forEach((value, variable) => callback(value, variable, this));
  }

  toString(): string {
    const shown = [...this.#values.keys()].map((variable) => variable.name);
    return `<${['Context', ...shown].join(' ')}>`;
  }

  #find(variable: ContextVar<unknown>): unknown {
    const value = this.#values.get(variable);
    if (value !== undefined || this.#values.has(variable)) return value;
    if (this.#carried?.has(variable.name) !== true) return MISSING;
    claim(variable);
    return this.#carried.get(variable.name);
  }
}

/** Which variable of this thread has asked for what another thread sent under its name. */
const claimed = new Map<string, ContextVar<unknown>>();

function claim(variable: ContextVar<unknown>): void {
  const first = claimed.get(variable.name);
  if (first === undefined) claimed.set(variable.name, variable);
  else if (first !== variable) {
    throw new RuntimeError(
      `Two context variables of this thread are called '${variable.name}', and another thread has sent ` +
        'a value by that name. Variables whose values cross threads need names of their own.',
    );
  }
}

/** A context with what another thread sent, by the names of the variables. */
export function carriedContext(values: ReadonlyMap<string, unknown>): Context {
  return makeCarried(values);
}

/** Whether a context holds nothing, not even of another thread. */
export function isEmpty(context: Context): boolean {
  return context.size === 0 && carriedIn(context) === null;
}

/**
 * A copy of the current context, in constant time.
 *
 * @see CPython 3.14, contextvars.copy_context
 */
export function copyContext(): Context {
  return currentContext()?.copy() ?? new Context();
}

/**
 * What something that is scheduled now shall run in; null for an empty one, which is made later.
 *
 * @param hasPromises - whether its loop runs async functions; where it does not, there are only variables
 */
export function captureContext(hasPromises: boolean): Context | null {
  if (!contextsInUse) {
    if (!hasPromises || !ambientContext.isInUse()) return null;
    contextsInUse = true;
  }
  const context = copyContext();
  if (hasPromises) ambientContext.capture(context);
  return context;
}

/** The value of a variable in the current context, or `MISSING`. */
export function currentValue(variable: ContextVar<unknown>): unknown {
  const context = current ?? (contextsInUse ? currentContext() : undefined);
  return context === undefined ? MISSING : valueIn(context, variable);
}

/** Sets a variable in the current context, which is returned; `MISSING` takes the value away. */
export function changeCurrent(variable: ContextVar<unknown>, value: unknown): Context {
  const context = contextToChange();
  change(context, variable, value);
  return context;
}

/** After an entry of a loop that began before there were contexts: nothing of it remains. */
export function leaveFirstContext(): void {
  current = undefined;
  if (promisesInherit()) ambientContext.enter(undefined);
}

/** The context of the code that runs now; undefined when nothing was ever set in it. */
export function currentContext(): Context | undefined {
  return current ?? ambientContext.get() ?? runningTask()?.context ?? undefined;
}

function contextToChange(): Context {
  contextsInUse = true;
  let context = currentContext();
  if (context === undefined) {
    context = new Context();
    const task = runningTask();
    if (task !== null) task.context = context;
  }
  if (promisesInherit()) ambientContext.enter(context);
  else current = context;
  return context;
}

function runningTask(): { context: Context | null } | null {
  return runningLoopOrNull()?.scheduler.currentTask ?? null;
}

/** Not while a loop blocks its thread: no promise is of any use then. */
function promisesInherit(): boolean {
  return runningLoopOrNull()?.scheduler.runsAsyncFunctions !== false;
}

staysHome(
  Context,
  'a context',
  'its variables belong to its thread; executor.with({ context }) carries their values',
);
