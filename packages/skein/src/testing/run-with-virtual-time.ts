import {
  type Coroutine,
  isAsyncFunction,
  isCoroutine,
  isGeneratorFunction,
  isThenable,
} from '../core/coroutine.ts';
import type { TaskSource } from '../core/ensure-future.ts';
import type { EventLoop } from '../core/event-loop.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { repr } from '../core/repr.ts';
import { runningLoopOrNull, setRunningLoop } from '../core/running-loop.ts';
import { Runner } from '../loops/runner.ts';
import { assertBalanced, type BalanceSheet, balanceSheet } from './balance.ts';
import { DeadlockError } from './deadlock.ts';
import { VirtualTimeLoop } from './virtual-time-loop.ts';
import { VirtualTimeNodeLoop, type VirtualTimeNodeOptions } from './virtual-time-node-loop.ts';

/*
 * The same as `run`, over a loop of virtual time. What is done is written once, as a generator that
 * hands out what a run of the loop returns: the blocking loop has the value already, and whoever
 * drives the generator gives it back at once; the loop that Node turns has a promise of it.
 */

export interface VirtualRunOptions extends VirtualTimeNodeOptions {
  /** As `loop.setDebug`. */
  readonly debug?: boolean | undefined;
  /**
   * Whether everything must have been given back when `main` has returned: tasks, timers, failures,
   * jobs, threads, and pools that were first used in it. Default true.
   */
  readonly balanced?: boolean | undefined;
}

/**
 * Runs a test in a loop of virtual time: to sleep takes no time, to wait for ever is a
 * `DeadlockError`, and what is left at the end is a `BalanceError`. Afterwards the loop is closed.
 *
 * With `shuffle`, when the test fails, the seed is printed with which it fails again.
 *
 * @param main - a coroutine or a function that makes one: blocks, its value is returned. An async
 *   function: a promise of its value is returned
 * @throws {DeadlockError} when nobody will ever run again
 * @throws {BalanceError} when something is left at the end
 * @throws what `main` throws
 */
export function runWithVirtualTime<T>(
  main: Coroutine<T> | (() => Coroutine<T>),
  options?: VirtualRunOptions,
): T;
export function runWithVirtualTime<T>(
  main: () => PromiseLike<T>,
  options?: VirtualRunOptions,
): Promise<T>;
export function runWithVirtualTime<T>(
  main: TaskSource<T>,
  options: VirtualRunOptions = {},
): T | Promise<T> {
  if (runningLoopOrNull() !== null) {
    throw new RuntimeError(
      'runWithVirtualTime() cannot be called from a running event loop; wait for the coroutine ' +
        'with yield* or await',
    );
  }
  if (isCoroutine(main) || isGeneratorFunction(main)) {
    return nowOf(wholeRun<T>(new VirtualTimeLoop(options), main as TaskSource<T>, options));
  }
  if (typeof main !== 'function') {
    throw new TypeError(
      'runWithVirtualTime() needs a coroutine, or a function that gives one or a promise, got ' +
        repr(main),
    );
  }
  const loop = new VirtualTimeNodeLoop(options);
  if (isAsyncFunction(main)) return laterOf(wholeRun<T>(loop, main as TaskSource<T>, options));
  const made = callIn(loop, main);
  if (isThenable(made)) return laterOf(wholeRun(loop, made, options));
  loop.close();
  return nowOf(wholeRun(new VirtualTimeLoop(options), made, options));
}

/** A run from beginning to end. Hands out what the loop's runs return, and wants the value of it. */
type Whole<T> = Generator<unknown, T, unknown>;

function* wholeRun<T>(
  loop: VirtualTimeLoop | VirtualTimeNodeLoop,
  main: TaskSource<T>,
  options: VirtualRunOptions,
): Whole<T> {
  const since = balanceSheet(loop);
  const runner = new Runner({ debug: options.debug, loopFactory: () => loop });
  try {
    const value = (yield runner.run(main)) as T;
    if (options.balanced !== false) yield* checkBalance(loop, since);
    return value;
  } catch (error) {
    if (loop.seed !== null) {
      console.error(
        `Failed in an order shuffled with the seed ${loop.seed}: the option { shuffle: ` +
          `${loop.seed} } brings the same order again`,
      );
    }
    throw error;
  } finally {
    yield* close(runner);
  }
}

function* checkBalance(loop: EventLoop, since: BalanceSheet): Whole<void> {
  yield loop.runUntilComplete(loop.shutdownDefaultExecutor());
  // What was ready when `main` returned belongs to it.
  loop.stop();
  yield loop.runForever();
  assertBalanced(loop, { since });
}

function* close(runner: Runner<VirtualTimeLoop | VirtualTimeNodeLoop>): Whole<void> {
  try {
    yield runner.close();
  } catch (error) {
    // Some task refuses to be cancelled: the run has failed already, and with that.
    if (!(error instanceof DeadlockError)) throw error;
  }
}

/** A plain function shows only when it is called what it is. */
function callIn<T>(loop: EventLoop, main: () => TaskSource<T>): TaskSource<T> {
  setRunningLoop(loop);
  try {
    return main();
  } catch (error) {
    loop.close();
    throw error;
  } finally {
    setRunningLoop(null);
  }
}

function nowOf<T>(whole: Whole<T>): T {
  let step = whole.next();
  while (step.done !== true) step = whole.next(step.value);
  return step.value;
}

async function laterOf<T>(whole: Whole<T>): Promise<T> {
  let step = whole.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = whole.throw(error);
      continue;
    }
    step = whole.next(value);
  }
  return step.value;
}
