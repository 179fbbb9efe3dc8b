import type { Context } from './context.ts';

/*
 * Who keeps the context of code that no loop runs.
 *
 * Promise reactions run whenever the engine likes, so a plain variable cannot hold the context of an
 * async function: the surroundings must, if they can. In Node that is an `AsyncLocalStorage`
 * (loops/async-context.ts). Where there is nothing of the kind, one variable serves for all code outside
 * of loops.
 */
export interface AmbientContext {
  /** The context of the async function, or of the plain code, that runs now. */
  get(): Context | undefined;
  /** Makes `context` that of the code that runs now, and of all that it starts. */
  enter(context: Context | undefined): void;
  /** Calls `call` with `context` as that of all that it starts. */
  run<R>(context: Context, call: () => R): R;
  /** Whether contexts have to be copied even if the program sets no variable. */
  isInUse(): boolean;
  /** Notes with a copy what else the surroundings hold for the code that runs now. */
  capture(context: Context): void;
}

let entered: Context | undefined;

/** Without help of the surroundings. */
export let ambientContext: AmbientContext = {
  get: () => entered,
  enter(context) {
    entered = context;
  },
  run(context, call) {
    const outer = entered;
    entered = context;
    try {
      return call();
    } finally {
      entered = outer;
    }
  },
  isInUse: () => false,
  capture: () => {},
};

/** Says who keeps the context of plain code. Whoever puts the parts together does this. */
export function setAmbientContext(keeper: AmbientContext): void {
  ambientContext = keeper;
}
