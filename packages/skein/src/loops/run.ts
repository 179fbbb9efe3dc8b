import { requireOptions } from '../core/arguments.ts';
import {
  type Coroutine,
  isAsyncFunction,
  isCoroutine,
  isGeneratorFunction,
  isThenable,
} from '../core/coroutine.ts';
import type { TaskSource } from '../core/ensure-future.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { repr } from '../core/repr.ts';
import { runningLoopOrNull, setRunningLoop } from '../core/running-loop.ts';
import { setEventLoop } from './default-loop.ts';
import { NodeEventLoop } from './node-event-loop.ts';
import { type ByLoop, Runner } from './runner.ts';
import type { SelectorEventLoop } from './selector-event-loop.ts';

export interface RunOptions {
  /** As `loop.setDebug`. */
  readonly debug?: boolean | undefined;
}

type AnyLoop = SelectorEventLoop | NodeEventLoop;

/**
 * Runs a program in a loop of its own, from beginning to end.
 *
 * A coroutine, or a function that makes one, blocks the thread; its value is returned. An async
 * function, or a promise, is run by a NodeEventLoop; a promise of its value is returned. Afterwards,
 * whatever happened: tasks that are left are cancelled and waited for, failures are reported, the
 * default executor is shut down, the loop is closed, and the thread has no current loop.
 *
 * @param options.loopFactory - makes the loop, whatever `main` is: a coroutine beside everything else in
 *   Node, a loop of your own. The thread's current loop is left alone then
 * @throws {RuntimeError} when a loop runs in this thread
 * @throws what `main` throws
 * @see CPython 3.14 Lib/asyncio/runners.py
 */
export function run<T>(main: Coroutine<T> | (() => Coroutine<T>), options?: RunOptions): T;
export function run<T>(
  main: PromiseLike<T> | (() => PromiseLike<T>),
  options?: RunOptions,
): Promise<T>;
export function run<T, L extends AnyLoop>(
  main: TaskSource<T>,
  options: RunOptions & { readonly loopFactory: () => L },
): ByLoop<L, T>;
export function run<T>(
  main: TaskSource<T>,
  options?: RunOptions & { readonly loopFactory?: () => AnyLoop },
): T | Promise<T> {
  if (runningLoopOrNull() !== null) {
    throw new RuntimeError(
      'run() cannot be called from a running event loop; wait for the coroutine with yield* or await',
    );
  }
  requireOptions(options, 'run', '{ debug: true }');
  if (options?.loopFactory !== undefined) {
    const runner = new Runner<AnyLoop>(options) as unknown as Runner | Runner<NodeEventLoop>;
    return runsByNode(runner) ? runAndAwait(runner, main) : runAndReturn(runner, main);
  }
  if (isCoroutine(main) || isGeneratorFunction(main)) {
    return runAndReturn(new Runner({ debug: options?.debug }), main as TaskSource<T>);
  }
  if (isThenable(main) || isAsyncFunction(main)) {
    return runByNode(new NodeEventLoop(), main as TaskSource<T>, options);
  }
  if (typeof main === 'function') return runWhatItMakes(main as () => TaskSource<T>, options);
  throw new TypeError(
    `run() needs a coroutine, an async function or a function that gives one of these, got ${repr(main)}`,
  );
}

/** A plain function shows only when it is called what it is. */
function runWhatItMakes<T>(main: () => TaskSource<T>, options?: RunOptions): T | Promise<T> {
  const loop = new NodeEventLoop();
  setRunningLoop(loop);
  let made: TaskSource<T>;
  try {
    made = main();
  } finally {
    setRunningLoop(null);
  }
  if (isThenable(made)) return runByNode(loop, made, options);
  loop.close();
  return runAndReturn(new Runner(options), made);
}

async function runByNode<T>(
  loop: NodeEventLoop,
  main: TaskSource<T>,
  options?: RunOptions,
): Promise<T> {
  setEventLoop(loop);
  try {
    return await runAndAwait(new Runner({ ...options, loopFactory: () => loop }), main);
  } finally {
    setEventLoop(null);
  }
}

function runsByNode(runner: Runner | Runner<NodeEventLoop>): runner is Runner<NodeEventLoop> {
  return runner.getLoop() instanceof NodeEventLoop;
}

function runAndReturn<T>(runner: Runner, main: TaskSource<T>): T {
  try {
    return runner.run(main);
  } finally {
    runner.close();
  }
}

async function runAndAwait<T>(runner: Runner<NodeEventLoop>, main: TaskSource<T>): Promise<T> {
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}
