import {
  type CallGraphOptions,
  captureCallGraph,
  type FutureCallGraph,
  type GraphFuture,
} from './call-graph.ts';
import type { FrameCallGraphEntry } from './coroutine-frames.ts';
import { Future } from './future.ts';
import { Task } from './task.ts';
import { describeWait } from './waits.ts';

/** How many futures that await each other are shown. A row that is longer would be wide, not clear. */
const MOST_DEEP = 200;

/**
 * The call graph of a future as text, as CPython writes it, and beside that what each waits for; ''
 * when no future is given and no task runs. The numbers of `id` only tell which are the same. Of a
 * row of futures that await each other the first 200 are shown.
 *
 * @param future - by default the current task
 * @throws as `captureCallGraph`
 * @see CPython 3.14 Lib/asyncio/graph.py, format_call_graph
 */
export function formatCallGraph(
  future?: GraphFuture | null,
  { depth = 1, limit = null }: CallGraphOptions = {},
): string {
  const graph = captureCallGraph(future, { depth: depth + 1, limit });
  if (graph === null) return '';
  const lines: string[] = [];
  writeGraph(graph, 0, lines, new Set());
  return lines.join('\n');
}

function writeGraph(
  graph: FutureCallGraph,
  depth: number,
  lines: string[],
  written: Set<FutureCallGraph>,
): void {
  const indent = '    '.repeat(depth);
  const add = (line: string): void => void lines.push(indent + line);
  const { awaitedBy, awaitedByOthers } = graph;
  const isShown = written.has(graph) && awaitedBy.length > 0;
  written.add(graph);
  const mark = graph.isCycle ? ' (cycle: it waits for itself)' : isShown ? ' (see above)' : '';
  add(`* ${nameOf(graph.future)}${mark}`);
  if (graph.isCycle || isShown) return;
  if (graph.callStack.length > 0) {
    add('  + Call stack:');
    for (const frame of graph.callStack) add(`  |   ${nameOfFrame(frame)}`);
  }
  if (graph.waitsFor.length > 0) {
    add('  + Waits for:');
    for (const each of graph.waitsFor) {
      add(`  |   ${each instanceof Future ? nameOf(each) : describeWait(each)}`);
    }
  }
  if (awaitedBy.length + awaitedByOthers.length === 0) return;
  add('  + Awaited by:');
  for (const each of awaitedByOthers) add(`    * ${each}`);
  if (depth === MOST_DEEP) add(`    * ... (${awaitedBy.length} more, and who awaits those)`);
  else for (const each of awaitedBy) writeGraph(each, depth + 1, lines, written);
}

function nameOf(future: GraphFuture): string {
  const id = `0x${idOf(future).toString(16)}`;
  if (future instanceof Task) return `Task(name=${JSON.stringify(future.getName())}, id=${id})`;
  return `${future.constructor.name}(id=${id})`;
}

function nameOfFrame({ functionName, kind, file, line }: FrameCallGraphEntry): string {
  const tag = kind === 'function' ? '' : `${kind} `;
  const name = `${tag}${functionName === '' ? '<anonymous>' : functionName}()`;
  return file === null ? name : `File ${JSON.stringify(file)}, line ${line}, in ${name}`;
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** A number that no other future of this thread has. Given when a future is first shown. */
function idOf(future: object): number {
  let id = ids.get(future);
  if (id === undefined) {
    id = ++lastId;
    ids.set(future, id);
  }
  return id;
}
