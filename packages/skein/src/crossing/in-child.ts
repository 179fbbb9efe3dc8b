/**
 * Whether this process is a child of a ProcessPoolExecutor.
 *
 * Its main thread runs the tasks, since what people want a process for may not run in any other: native
 * code that is not made for threads, `process.chdir()`. But a task's module is often the program's main
 * module, and guards what starts the program by `if (isMainThread)`. To that the child must not answer
 * yes, or each would run the whole program again. Python has the same, where `__name__` is `__mp_main__`
 * in a child. So `isMainThread` is false here, for every module that is loaded after this one, and for
 * those before it as soon as they look again.
 */
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

/** What such a process begins with; it stands beside the door (`package-place.ts`). */
export const CHILD_ENTRY = 'child-main.js';

/** Another copy of this package that the child loads has no part in it. */
export const isInChild: boolean = isMainThread && beginsHere(process.argv[1]);

function beginsHere(script: string | undefined): boolean {
  // Of a bundler that has put this package into the program it may be undefined.
  const own: string | undefined = import.meta.url;
  if (script === undefined || own === undefined) return false;
  const { href } = pathToFileURL(script);
  if (!href.endsWith(`/${CHILD_ENTRY}`)) return false;
  const folder = href.slice(0, -CHILD_ENTRY.length);
  // In the bundle all files are in one folder; as separate modules this one is a room further down.
  return own.startsWith(folder) && /^(?:crossing\/)?[^/]+$/.test(own.slice(folder.length));
}

if (isInChild) {
  const threads = process.getBuiltinModule('node:worker_threads') as { isMainThread: boolean };
  threads.isMainThread = false;
  syncBuiltinESMExports();
}
