import { isAwaitedPlainly, type Future, type Step } from './future.ts';
import type { Task } from './task.ts';

/*
 * Where a coroutine stands that is suspended, through all the generators that it runs in.
 *
 * The engine does not tell: a generator object shows neither its name, nor its line, nor the
 * generator inside to which its `yield*` has delegated. But it does tell whoever is on the stack:
 *
 *     task.getCoro().next()  ->  outer  --yield*-->  inner  --yield*-->  FutureIterator.next()
 *
 * `yield*` passes a `next()` on to the innermost iterator, and what that gives out again, and between
 * them no code of the program runs. The innermost iterator is ours. So to see where a task waits, it
 * is resumed with `probe` set: the iterator at the bottom takes down the stack, hands the same future
 * out once more, and all the generators stand where they stood. This costs nothing until somebody
 * asks, and then some ten microseconds.
 *
 * It would be wrong where a coroutine is not suspended in a `yield*` all the way down: the code of
 * the program would go on. Therefore it is done only when
 *
 *   1. the task waits for a future that is pending, so that it is not running, and not woken;
 *   2. nobody went in between when it suspended. By the language's rule `yield*` hands on the very
 *      object that the inner `next()` returned; a generator that drives another one by hand makes a
 *      new one. `claimSuspension` compares;
 *   3. nobody has resumed, ended or thrown into a part of the coroutine since: all of that reaches
 *      our iterator, which says so (`noteHandedOn`);
 *   4. it is a generator of the engine's.
 *
 * What is left is an iterator that somebody has written by hand and that passes on what it gets: its
 * `next` is called once more than the coroutine was resumed.
 *
 * Considered and left out: the inspector, which shows the location of the outermost generator only;
 * taking down the stack at every suspension, which costs more than the suspension.
 *
 * @see ECMA-262, Generator Function Definitions, evaluation of `yield *`
 */

/** One function on the stack of a task. */
export interface FrameCallGraphEntry {
  /** As the engine shows it; '' for a function without a name. */
  readonly functionName: string;
  /** A coroutine, an async function that waits, or a plain function, which may be an async one. */
  readonly kind: 'generator' | 'async' | 'function';
  /** A URL or a path, as the engine shows it; null when it is not known. */
  readonly file: string | null;
  /** From 1; where the function waits, or calls the one before it. Null when it is not known. */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
}

interface Probe {
  /** The innermost iterator says where it is. */
  reached(future: Future<unknown>): IteratorYieldResult<Future<unknown>>;
}

/** Set while a coroutine is asked where it stands. */
export let probe: Probe | null = null;

const GeneratorPrototype = Object.getPrototypeOf(function* () {}).prototype as {
  next: (this: unknown) => Step;
};

/**
 * The functions in which a task that waits is suspended, innermost first, without those of this
 * library; none when nobody knows.
 */
export function framesOfSuspended(task: Task<unknown>): FrameCallGraphEntry[] {
  const future = task.getWaiter();
  if (future === null || future.done() || !isAwaitedPlainly(future)) return [];
  let inside = '';
  let outside = '';
  probe = {
    reached: (reached) => {
      inside = stackNow();
      return { done: false, value: reached };
    },
  };
  try {
    outside = stackNow();
    GeneratorPrototype.next.call(task.getCoro());
  } catch {
    return []; // no generator of the engine's
  } finally {
    probe = null;
  }
  // Below is whoever asked; above are `stackNow`, `reached` and the iterator.
  const lines = linesOf(inside);
  return parseFrames(lines.slice(3, lines.length - linesOf(outside).length + 1));
}

/**
 * The functions that run now, innermost first, down to the step of the task.
 *
 * @param skipped - how many of them to leave out, beside this one
 */
export function framesOfRunning(skipped: number): FrameCallGraphEntry[] {
  const lines = linesOf(stackNow()).slice(2 + skipped);
  // Task.run, in a turn of the scheduler.
  const end = lines.findIndex(
    (line, i) =>
      /\.run \(/.test(line) && /#run(Entry|Ready|InContext|Watched)\b/.test(lines[i + 1] ?? ''),
  );
  return parseFrames(end < 0 ? lines : lines.slice(0, end));
}

/**
 * The functions of an async function that waits: of `stack` those that await each other; when it shows
 * none, which is so on engines before Node 22, or was not taken down, the outermost one, `fn`.
 */
export function framesOfAsync(fn: Function, stack: string | null): FrameCallGraphEntry[] {
  const frames = parseFrames(linesOf(stack ?? '').filter((line) => line.startsWith('at async ')));
  if (frames.length > 0) return frames;
  return [{ functionName: fn.name, kind: 'async', file: null, line: null, column: null }];
}

/** The functions of the stack of an error, innermost first, without those of this library. */
export function framesOfStack(stack: unknown): FrameCallGraphEntry[] {
  return typeof stack === 'string' ? parseFrames(linesOf(stack)) : [];
}

/** The stack as the engine writes it, with all of its frames. */
export function stackNow(): string {
  const settings = Error as { stackTraceLimit?: number };
  const limit = settings.stackTraceLimit;
  try {
    settings.stackTraceLimit = Infinity;
  } catch {
    // Frozen: then it is as long as it is.
  }
  const stack: unknown = new Error().stack;
  try {
    if (limit !== undefined) settings.stackTraceLimit = limit;
  } catch {
    // As above.
  }
  return typeof stack === 'string' ? stack : ''; // a program may format its stacks otherwise
}

const linesOf = (stack: string): string[] =>
  stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));

/** `at NAME (FILE:LINE:COLUMN)`, `at async NAME (…)`, `at FILE:LINE:COLUMN`. */
const FRAME = /^at (?<isAsync>async )?(?:(?<name>.*?) \()?(?<place>[^()]*)\)?$/;
const PLACE = /^(?<file>.*):(?<line>\d+):(?<column>\d+)$/;

/** The folder of this library in a place; where a program is one bundle with it, there is none. */
const LIBRARY = /^.*\/skein\/(?:lib|dist|src)\//;

/** What the engine shows below each generator: the call that resumed it. */
const RESUMPTION = /^at (?:.*\.)?next \(<anonymous>\)$|^at Generator\.throw \(<anonymous>\)$/;

function parseFrames(lines: readonly string[]): FrameCallGraphEntry[] {
  const frames: FrameCallGraphEntry[] = [];
  const library = LIBRARY.exec(placeOf(linesOf(stackNow())[0] ?? ''))?.[0];
  for (const [i, line] of lines.entries()) {
    if (isResumption(line)) continue;
    const { isAsync, name = '', place = '' } = FRAME.exec(line)?.groups ?? {};
    if (library !== undefined && place.startsWith(library)) continue;
    if (place.startsWith('node:') || /^(Promise|index)\b/.test(`${name}${place}`)) continue;
    const { file, line: row, column } = PLACE.exec(place)?.groups ?? {};
    frames.push({
      functionName: name.replace(/^new /, '').replace(/ \[as .*\]$/, ''),
      kind: isResumption(lines[i + 1] ?? '')
        ? 'generator'
        : isAsync === undefined
          ? 'function'
          : 'async',
      file: file ?? null,
      line: row === undefined ? null : Number(row),
      column: column === undefined ? null : Number(column),
    });
  }
  return frames;
}

const placeOf = (line: string): string => FRAME.exec(line)?.groups?.['place'] ?? '';

const isResumption = (line: string): boolean => RESUMPTION.test(line);
