/**
 * From the engine's script number to the url of the script: three ways, the cheapest first.
 *
 * | way                                                      | cost        | knows                    |
 * | -------------------------------------------------------- | ----------- | ------------------------ |
 * | the table below                                          | nothing     | what was asked before    |
 * | this thread's stack: `util.getCallSites`, or before it   | 4 µs        | modules that are running |
 * |   existed a thrown evaluation's stack                    | 0.5 ms      |                          |
 * | the debugger, enabled and disabled: lists every script   | 5 to 300 ms | everything               |
 *
 * The debugger is never left enabled (see inspector-session.ts).
 */

import util from 'node:util';
import { withInspector } from './inspector-session.ts';
import type { Post } from './inspector-session.ts';
import { toModuleUrl } from './module-url.ts';

const urls = new Map<string, string>();

interface NumberedCallSite {
  readonly scriptId?: string;
  readonly scriptName: string;
}
type GetCallSites = (frames: number) => readonly NumberedCallSite[];

/** The url of the script, empty for source that was made from text; `undefined` when nobody knows. */
export function urlOfScript(scriptId: string): string | undefined {
  if (!urls.has(scriptId)) readStack();
  if (!urls.has(scriptId)) withInspector(listScripts);
  return urls.get(scriptId);
}

function readStack(): void {
  const getCallSites = (util as { getCallSites?: GetCallSites }).getCallSites;
  const sites = getCallSites?.(200);
  if (sites?.[0]?.scriptId !== undefined) {
    for (const site of sites) remember(site.scriptId, site.scriptName);
  } else {
    withInspector(readThrownStack);
  }
}

function readThrownStack(post: Post): void {
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, 'stackTraceLimit', 200); // frozen under --frozen-intrinsics
  post('Runtime.enable');
  try {
    const thrown = post('Runtime.evaluate', { expression: 'throw new Error()', silent: true });
    for (const frame of thrown.exceptionDetails?.stackTrace?.callFrames ?? [])
      remember(frame.scriptId, frame.url);
  } finally {
    post('Runtime.disable');
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

function listScripts(post: Post, session: import('node:inspector').Session): void {
  session.on('Debugger.scriptParsed', ({ params }) => {
    urls.set(params.scriptId, toModuleUrl(params.url));
  });
  try {
    post('Debugger.enable');
  } finally {
    post('Debugger.disable');
  }
}

function remember(scriptId: string | undefined, name: string): void {
  // A frame without a name is the evaluation above, or text: only the debugger's list is sure of that.
  if (scriptId !== undefined && name !== '') urls.set(scriptId, toModuleUrl(name));
}
