import type * as AsyncHooks from 'node:async_hooks';
import type { AmbientContext } from '../core/ambient-context.ts';
import { type Context, isEmpty } from '../core/context.ts';
import { runningLoopOrNull } from '../core/running-loop.ts';

/*
 * Contexts and Node's AsyncLocalStorage.
 *
 * Two things are done with it. The context of an async function is kept in a storage of our own, since
 * nothing else follows a function through its promises. And the storages of the program itself follow
 * what a loop runs, as they follow a promise: what is scheduled inside of `storage.run(…)` finds the
 * store when it runs.
 *
 * Neither may cost a program anything that does not use it: on Node 20 the first storage that is
 * entered makes every `await` of the thread three times as slow. So ours is made when the first
 * variable is set, and whether the program has one is found out:
 *
 *     since Node 24   the class is loaded when somebody first asks for it: the list of loaded modules
 *                     grows, and to look at its length takes a nanosecond
 *     before          a storage that was entered puts symbols on every promise. To look takes 100 ns, so
 *                     a step of a coroutine, or a callback, does not look; all other code does
 *
 * A loop that blocks its thread has no promises, and keeps to variables.
 *
 * What that leaves out, on Node 20 and 22: storages that are entered for the very first time by a
 * callback or a coroutine are missed until the code of somebody else schedules something.
 */

type Storage = AsyncHooks.AsyncLocalStorage<Context | undefined>;

const hooks = (): typeof AsyncHooks => process.getBuiltinModule('node:async_hooks');

/** Our own storage, from the moment on in which it is needed. */
let storage: Storage | undefined;
/** Whether the program may use storages of its own; that does not change back. */
let usedByProgram = false;

export const asyncContext: AmbientContext = {
  get: () => storage?.getStore(),

  enter(context) {
    if (storage?.getStore() === context) return;
    openStorage().enterWith(context);
  },

  run<R>(context: Context, call: () => R): R {
    const { scope } = context as { scope: AsyncHooks.AsyncResource | undefined };
    if (scope === undefined) return inStorage(context, call);
    return scope.runInAsyncScope(() => inStorage(context, call));
  },

  isInUse() {
    return (usedByProgram ||= looksUsed());
  },

  capture(context) {
    if (this.isInUse()) {
      context.scope = new (hooks().AsyncResource)('SkeinContext', { requireManualDestroy: true });
    }
  },
};

function inStorage<R>(context: Context, call: () => R): R {
  if (storage !== undefined || !isEmpty(context)) return openStorage().run(context, call);
  try {
    return call();
  } finally {
    // If a variable was set meanwhile, that was for the call alone.
    leaveStorage();
  }
}

function leaveStorage(): void {
  storage?.enterWith(undefined);
}

function openStorage(): Storage {
  if (storage === undefined) {
    storage = new (hooks().AsyncLocalStorage)();
    if (isLoadedLate) usedByProgram = true; // from now on ours cannot be told from others
  }
  return storage;
}

const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
const isLoadedLate =
  Object.getOwnPropertyDescriptor(hooks(), 'AsyncLocalStorage')?.get !== undefined;
let seen = 0;
/** Two ids, and the store. */
const SYMBOLS_OF_ONE = 3;

const looksUsed: () => boolean = isLoadedLate ? wasLoaded : wasEntered;

function wasLoaded(): boolean {
  const { length } = moduleLoadList;
  if (length === seen) return false;
  const news = moduleLoadList.slice(seen);
  seen = length;
  return news.some((module) => module.includes('async_local_storage'));
}

function wasEntered(): boolean {
  const scheduler = runningLoopOrNull()?.scheduler;
  if (scheduler?.isInStep === true) return false;
  const ours = storage === undefined ? 0 : SYMBOLS_OF_ONE;
  return Object.getOwnPropertySymbols(Promise.resolve()).length > ours;
}
