/**
 * The program must not start again in its own workers.
 *
 * A worker finds a function by importing the module it was written in, and that is often the
 * program's main module: `main.ts` defines `hash` and submits it. Imported by a worker it would run
 * its program part once more, start threads, and so on without end. Python's `spawn` has the same
 * trap and the same cure, `if __name__ == '__main__':`.
 *
 * While a module is being imported here, whatever starts threads or submits asks this file first. It
 * refuses only what module code itself does: a function that was already running in this thread (an
 * asynchronous task of before) may go on submitting. The stack tells them apart: module code has
 * Node's module loader below it, or, after a top-level `await`, nothing but the module's own nameless
 * frame.
 *
 * Modules that Node loads before those of a thread (`--import`, `--require`) are imported in every
 * worker too, before Skein begins there.
 */

import { RuntimeError } from '../core/exceptions.ts';
import { framesBelow, isSkeins } from './caller-url.ts';
import { wasStartedBySkein } from './this-thread.ts';

const PRELOADS = 'what stands behind --import or --require';
const importing: string[] = wasStartedBySkein ? [PRELOADS] : [];

/** This thread begins with its work: what Node was to load before that is loaded. */
export function preloadsAreOver(): void {
  importing.splice(importing.indexOf(PRELOADS), 1);
}

/** Runs `load` while `url` counts as being imported by this thread. */
export async function whileImporting<T>(url: string, load: () => Promise<T>): Promise<T> {
  importing.push(url);
  try {
    return await load();
  } finally {
    importing.splice(importing.indexOf(url), 1);
  }
}

/** The same for a load that does not wait. */
export function whileRequiring<T>(url: string, load: () => T): T {
  importing.push(url);
  try {
    return load();
  } finally {
    importing.splice(importing.indexOf(url), 1);
  }
}

/**
 * Throws when module code that this thread is importing for a task tries to do `what`.
 *
 * @param what - continues "cannot …": `start a thread`, `submit`
 * @throws {RuntimeError} `ERR_MAIN_GUARD`
 */
export function assertNotImporting(what: string): void {
  const url = importing.at(-1);
  if (url === undefined || !isModuleCode()) return;
  throw new RuntimeError(
    [
      `cannot ${what} while ${url} is being imported by another thread: the module would run the program again there.`,
      'Put the part that runs the program under a guard, so that it runs on the main thread only:',
      `    import { isMainThread } from 'node:worker_threads';`,
      '',
      '    if (isMainThread) {',
      '      … start threads, submit, run loops …',
      '    }',
    ].join('\n'),
    'ERR_MAIN_GUARD',
  );
}

function isModuleCode(): boolean {
  const frames = framesBelow(assertNotImporting, 200);
  if (frames.some((frame) => frame.script.startsWith('node:internal/modules/'))) return true;
  const bottom = frames.at(-1);
  return bottom !== undefined && bottom.functionName === '' && bottom.topLevel && !isSkeins(bottom);
}
