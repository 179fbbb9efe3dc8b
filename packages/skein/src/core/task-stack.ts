import { AsyncBody } from './async-body.ts';
import {
  type FrameCallGraphEntry,
  framesOfAsync,
  framesOfStack,
  framesOfSuspended,
} from './coroutine-frames.ts';
import { settlersOf } from './promise-of.ts';
import { repr } from './repr.ts';
import type { Task } from './task.ts';

/** What `getStack` and `printStack` take. */
export interface StackOptions {
  /**
   * How many functions to keep, the innermost of a task that waits, the outermost of one that has
   * failed; null, the default, keeps all.
   */
  readonly limit?: number | null | undefined;
}

export interface PrintStackOptions extends StackOptions {
  /** Where to write; by default where the loop shows its errors. */
  readonly file?: { write(text: string): unknown } | null | undefined;
}

/** The functions that a task waits in, innermost first. */
export function framesOfWaiting(task: Task<unknown>): FrameCallGraphEntry[] {
  const waiter = task.getWaiter();
  const frames = framesOfSuspended(task);
  if (!(waiter instanceof AsyncBody)) return frames;
  return [...framesOfAsync(waiter.fn, stackOf(waiter)), ...frames];
}

/** Where an async function waits, if that was taken down. */
function stackOf(body: AsyncBody<unknown>): string | null {
  for (const [, { stack }] of settlersOf(body)) if (stack !== null) return stack;
  return null;
}

/**
 * The functions that a task stands in, outermost first: that it waits in, or in which it has failed.
 *
 * @param failure - what it has failed with; undefined when it has not
 * @see CPython 3.14 Lib/asyncio/base_tasks.py, _task_get_stack
 */
export function stackOfTask(
  task: Task<unknown>,
  failure: unknown,
  limit: number | null,
): FrameCallGraphEntry[] {
  if (!task.done()) {
    const frames = framesOfWaiting(task).toReversed();
    return limit === null ? frames : frames.slice(Math.max(0, frames.length - Math.max(0, limit)));
  }
  const frames = framesOfStack((failure as Error | undefined)?.stack).toReversed();
  return limit === null ? frames : frames.slice(0, Math.max(0, limit));
}

/** The same as text, as CPython writes it. */
export function formatStack(
  task: Task<unknown>,
  failure: unknown,
  frames: readonly FrameCallGraphEntry[],
): string {
  const what = failure === undefined ? 'Stack' : 'Traceback';
  const lines =
    frames.length === 0
      ? [`No ${what.toLowerCase()} for ${task}`]
      : [`${what} for ${task} (most recent call last):`, ...frames.map(lineOf)];
  if (failure !== undefined)
    lines.push(failure instanceof Error ? failure.toString() : repr(failure));
  return lines.join('\n');
}

function lineOf({ functionName, file, line }: FrameCallGraphEntry): string {
  const name = functionName === '' ? '<anonymous>' : functionName;
  return file === null
    ? `  in ${name}`
    : `  File ${JSON.stringify(file)}, line ${line}, in ${name}`;
}
