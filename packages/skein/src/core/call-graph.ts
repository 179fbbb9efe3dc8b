import { type FrameCallGraphEntry, framesOfRunning } from './coroutine-frames.ts';
import { RuntimeError } from './exceptions.ts';
import type { ConcurrentFutureLike } from './executor.ts';
import { Future } from './future.ts';
import { repr } from './repr.ts';
import { runningLoopOrNull } from './running-loop.ts';
import { Task } from './task.ts';
import { framesOfWaiting } from './task-stack.ts';
import { awaitersOf, waitsOf } from './waits.ts';

/*
 * The call graph of a future: where it stands, what it waits for, and who awaits it, and so on up.
 *
 *     Task worker --awaited by--> Future (gather) --awaited by--> Task main
 *         |
 *         waits for <Lock locked waiting=1>
 *
 * Who awaits a future may be awaited by several, and these by one: then the same node stands at
 * several places of the graph, made once, so that many layers of such diamonds stay as small as they
 * are. Tasks that wait for each other in a circle are found when the way up comes to a future that it
 * came from: that node has `isCycle`, and nothing above it.
 *
 * @see CPython 3.14 Lib/asyncio/graph.py
 */

/** A future, or the result of `executor.submit`. */
export type GraphFuture = Future<unknown> | ConcurrentFutureLike<unknown>;

export interface FutureCallGraph {
  readonly future: GraphFuture;
  /**
   * The functions that the task is in, innermost first. Those of coroutines are all known, with
   * where they wait; of an async function that waits, its name, and in debug mode the functions that
   * await each other and where, as far as the engine tells. Of a task that is ready to run, and of a
   * future: none.
   */
  readonly callStack: readonly FrameCallGraphEntry[];
  /** What it waits for now: futures; or what stands behind them, as a `Lock` or a `TimerHandle`; or words. */
  readonly waitsFor: readonly unknown[];
  readonly awaitedBy: readonly FutureCallGraph[];
  /** Who else awaits it and is no future of this thread, in words. */
  readonly awaitedByOthers: readonly string[];
  /** Whether it stands further down already: they wait for each other. `awaitedBy` is empty then. */
  readonly isCycle: boolean;
}

export interface CallGraphOptions {
  /** How many functions to leave out at the top of the current task's stack; 1 is this one alone. */
  readonly depth?: number | undefined;
  /**
   * How many functions of each stack to keep: the innermost ones, or with a negative number the
   * outermost ones. 0 looks at no stack; null, the default, keeps all.
   */
  readonly limit?: number | null | undefined;
}

/**
 * What a future or task waits for and who awaits it, now. Changes nothing, and costs nothing before it
 * is called; then some ten microseconds for each task on the way up.
 *
 * Thread        the thread of the future
 *
 * @param future - by default the current task
 * @returns null when no future is given and no task runs
 * @throws {RuntimeError} when no future is given and no loop runs
 * @throws {TypeError} when something else than a future is given
 * @see CPython 3.14 Lib/asyncio/graph.py, capture_call_graph
 */
export function captureCallGraph(
  future?: GraphFuture | null,
  options: CallGraphOptions = {},
): FutureCallGraph | null {
  const start = future ?? currentTaskOrNull();
  if (start === null) return null;
  const { depth = 1, limit = null } = options;
  return new GraphBuilder(limit, depth).build(checkFuture(start));
}

function currentTaskOrNull(): Task<unknown> | null {
  const loop = runningLoopOrNull();
  if (loop !== null) return loop.scheduler.currentTask;
  throw new RuntimeError(
    'captureCallGraph() is called outside of a running event loop and no future to introspect was ' +
      'provided; give the future or task that you ask about',
  );
}

function checkFuture(future: GraphFuture): GraphFuture {
  const like: unknown = future;
  const isConcurrent =
    typeof (like as Partial<ConcurrentFutureLike<unknown>>)?.exception === 'function';
  if (like instanceof Future || isConcurrent) return future;
  throw new TypeError(`captureCallGraph() takes a future or a task, got ${repr(like)}`);
}

/** A node whose awaiters are being looked at. */
interface Begun {
  readonly graph: FutureCallGraph;
  readonly awaitedBy: FutureCallGraph[];
  readonly awaitedByOthers: string[];
  readonly awaiters: Iterator<Future<unknown> | string>;
}

class GraphBuilder {
  readonly #limit: number | null;
  readonly #depth: number;
  readonly #running: Task<unknown> | null;
  /** What is on the way up now. */
  readonly #path: Set<GraphFuture> = new Set();
  readonly #made: Map<GraphFuture, FutureCallGraph> = new Map();

  constructor(limit: number | null, depth: number) {
    this.#limit = limit;
    this.#depth = depth;
    this.#running = runningLoopOrNull()?.scheduler.currentTask ?? null;
  }

  /** Not recursive: who waits for whom may be a long row. */
  build(start: GraphFuture): FutureCallGraph {
    const root = this.#begin(start);
    const path: Begun[] = [root];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.awaiters.next();
      if (next.done === true) {
        this.#path.delete(top.graph.future);
        this.#made.set(top.graph.future, top.graph);
        path.pop();
      } else if (typeof next.value === 'string') {
        top.awaitedByOthers.push(next.value);
      } else if (this.#path.has(next.value)) {
        top.awaitedBy.push(this.#again(next.value));
      } else {
        const made = this.#made.get(next.value);
        const begun = made === undefined ? this.#begin(next.value) : undefined;
        top.awaitedBy.push(made ?? (begun as Begun).graph);
        if (begun !== undefined) path.push(begun);
      }
    }
    return root.graph;
  }

  #begin(future: GraphFuture): Begun {
    this.#path.add(future);
    const awaitedBy: FutureCallGraph[] = [];
    const awaitedByOthers: string[] = [];
    const awaiters = this.#awaitersOf(future)[Symbol.iterator]();
    const graph = { ...this.#again(future), awaitedBy, awaitedByOthers, isCycle: false };
    return { graph, awaitedBy, awaitedByOthers, awaiters };
  }

  /** Without those who await it. */
  #again(future: GraphFuture): FutureCallGraph {
    const isSuspended = future instanceof Future && future !== this.#running;
    const waitsFor = isSuspended ? [...waitsOf(future)] : [];
    const callStack = this.#callStackOf(future);
    return { future, callStack, waitsFor, awaitedBy: [], awaitedByOthers: [], isCycle: true };
  }

  #callStackOf(future: GraphFuture): FrameCallGraphEntry[] {
    const limit = this.#limit;
    if (limit === 0 || !(future instanceof Task) || future.done()) return [];
    // Above the caller are: this, #again, #begin, build; and captureCallGraph counts as depth.
    const frames =
      future === this.#running ? framesOfRunning(4 + this.#depth) : framesOfWaiting(future);
    if (limit === null) return frames;
    return limit > 0 ? frames.slice(0, limit) : frames.slice(limit);
  }

  #awaitersOf(future: GraphFuture): Iterable<Future<unknown> | string> {
    return future instanceof Future ? awaitersOf(future) : wrappersOf(future);
  }
}

/**
 * The futures of the running loop that hand on the result of `source` to a task. Found from the tasks
 * down, because a concurrent future knows no loops.
 */
function wrappersOf(source: ConcurrentFutureLike<unknown>): Iterable<Future<unknown>> {
  const found = new Set<Future<unknown>>();
  const seen = new Set<Future<unknown>>(runningLoopOrNull()?.scheduler.tasks ?? []);
  // A set that grows while it is walked: what is added is walked, too.
  for (const future of seen) {
    for (const each of waitsOf(future)) {
      if (each === source) found.add(future);
      else if (each instanceof Future) seen.add(each);
    }
  }
  return found;
}
