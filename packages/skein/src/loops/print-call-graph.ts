import type { CallGraphOptions, GraphFuture } from '../core/call-graph.ts';
import { formatCallGraph } from '../core/format-call-graph.ts';

export interface PrintCallGraphOptions extends CallGraphOptions {
  /** Where to write; by default the standard output. */
  readonly file?: { write(text: string): unknown } | undefined;
}

/**
 * Prints the call graph of a future, as `formatCallGraph` writes it; nothing when no future is given
 * and no task runs.
 *
 * @param future - by default the current task
 * @throws as `captureCallGraph`
 * @see CPython 3.14 Lib/asyncio/graph.py, print_call_graph
 */
export function printCallGraph(
  future?: GraphFuture | null,
  { file, depth = 1, limit = null }: PrintCallGraphOptions = {},
): void {
  const text = formatCallGraph(future, { depth: depth + 1, limit });
  if (text === '') return;
  if (file === undefined) console.log(text);
  else file.write(`${text}\n`);
}
