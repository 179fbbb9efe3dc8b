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
import { Runner } from './runner.ts';

export interface RunOptions {
  /** As `loop.setDebug`. */
  readonly debug?: boolean;
}

/**
 * Runs a program in a loop of its own, from beginning to end.
 *
 * A coroutine, or a function that makes one, blocks the thread; its value is returned. An async
 * function, or a promise, is run by a NodeEventLoop; a promise of its value is returned. Afterwards,
 * whatever happened: tasks that are left are cancelled and waited for, failures are reported, the
 * default executor is shut down, the loop is closed, and the thread has no current loop.
 *
 * @throws {RuntimeError} when a loop runs in this thread
 * @throws what `main` throws
 * @see CPython 3.14 Lib/asyncio/runners.py
 */
export function run<T>(main: Coroutine<T> | (() => Coroutine<T>), options?: RunOptions): T;
export function run<T>(
  main: PromiseLike<T> | (() => PromiseLike<T>),
  options?: RunOptions,
): Promise<T>;
export function run<T>(main: TaskSource<T>, options?: RunOptions): T | Promise<T> {
  if (runningLoopOrNull() !== null) {
    throw new RuntimeError(
      'run() cannot be called from a running event loop; wait for the coroutine with yield* or await',
    );
  }
  requireOptions(options, 'run', '{ debug: true }');
  if (isCoroutine(main) || isGeneratorFunction(main))
    return runBlocking(main as TaskSource<T>, options);
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
  return runBlocking(made, options);
}

function runBlocking<T>(main: TaskSource<T>, options?: RunOptions): T {
  const runner = new Runner(options);
  try {
    return runner.run(main);
  } finally {
    runner.close();
  }
}

async function runByNode<T>(
  loop: NodeEventLoop,
  main: TaskSource<T>,
  options?: RunOptions,
): Promise<T> {
  setEventLoop(loop);
  const runner = new Runner({ ...options, loopFactory: () => loop });
  try {
    return await runner.run(main);
  } finally {
    try {
      await runner.close();
    } finally {
      setEventLoop(null);
    }
  }
}
