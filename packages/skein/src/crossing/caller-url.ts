/** The url of the module that called into Skein, read from the stack: works in bundles too. */

import { toModuleUrl } from './module-url.ts';
import { isOwnFile } from './door.ts';

/** A frame of the stack, as far as it is read. */
export interface Frame {
  /** Empty for a module's own code and for functions without a name. */
  readonly functionName: string;
  /** The url or path of the script; empty for native code and `eval`. */
  readonly script: string;
  /** Not called on an object. */
  readonly topLevel: boolean;
}

/** The frames of the stack below `above`, the latest first; at most `limit`. */
export function framesBelow(above: Function, limit: number): readonly Frame[] {
  const { stackTraceLimit } = Error;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let frames: Frame[] = [];
  Reflect.set(Error, 'stackTraceLimit', limit); // frozen under --frozen-intrinsics
  const prepareStackTrace: typeof Error.prepareStackTrace = (_error, sites) => {
    frames = sites.map((site) => ({
      functionName: site.getFunctionName() ?? '',
      script: site.getFileName() ?? '',
      topLevel: site.isToplevel(),
    }));
    return '';
  };
  Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  try {
    const holder = {} as { stack?: unknown };
    Error.captureStackTrace(holder, above);
    const { stack } = holder;
    if (frames.length === 0 && typeof stack === 'string') frames = framesIn(stack, limit);
  } finally {
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Reflect.defineProperty(Error, 'prepareStackTrace', prepare);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
  return frames;
}

/** What the text of a stack tells, where it cannot be had in another form. */
function framesIn(stack: string, limit: number): Frame[] {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, limit).map((line) => ({
    functionName: /^\s+at (?:async )?(\S+) \(/.exec(line)?.[1] ?? '',
    script: /(?:\(|at (?:async )?)(\S.*?):\d+:\d+\)?$/.exec(line)?.[1] ?? '',
    topLevel: false,
  }));
}

/**
 * The url of the module whose code called `callee`; `undefined` when it was called from no module.
 * What an `eval` runs counts as its caller's: webpack runs modules so while one develops.
 */
export function callerUrl(callee: Function): string | undefined {
  const script = framesBelow(callee, 5).find((frame) => frame.script !== '')?.script;
  return script === undefined ? undefined : toModuleUrl(script);
}

/** Tells whether a frame runs Skein's own code. False throughout when Skein was put into a bundle. */
export function isSkeins(frame: Frame): boolean {
  return isOwnFile(toModuleUrl(frame.script));
}

/** The url of the nearest module on the stack that is neither Skein's nor Node's. */
export function callerOutsideSkein(): string | undefined {
  const frame = framesBelow(callerOutsideSkein, 50).find((candidate) => isUsers(candidate));
  return frame === undefined ? undefined : toModuleUrl(frame.script);
}

function isUsers(frame: Frame): boolean {
  return frame.script !== '' && !frame.script.startsWith('node:') && !isSkeins(frame);
}
