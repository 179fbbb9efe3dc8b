/** CommonJS modules of this thread: `require.cache` holds every one with its exports, so no inspector is needed. */

import { createRequire } from 'node:module';
import { pathOf } from './exported-function.ts';
import { pathOfModule, toModuleUrl } from './module-url.ts';

interface CommonJsModule {
  readonly exports: object;
  /** False while the module is being evaluated. */
  readonly loaded: boolean;
}

/** In a bundle for CommonJS the place may be missing. `require.cache` is the same everywhere. */
const require: NodeJS.Require = createRequire(import.meta.url ?? `${process.cwd()}/`);

/** The module at `url`, if this thread has loaded it, or is loading it, as CommonJS. */
export function commonJsModule(url: string): CommonJsModule | undefined {
  const path = pathOfModule(url);
  const module = path === undefined ? undefined : require.cache[path];
  if (module === undefined || !hasExports(module.exports)) return undefined;
  return module;
}

/** Finds the CommonJS module that exports exactly this function, and the path in its exports. */
export function findInCommonJs(
  fn: Function,
): { readonly url: string; readonly name: string } | undefined {
  for (const [path, module] of Object.entries(require.cache)) {
    const exports: unknown = module?.exports;
    if (!hasExports(exports)) continue;
    if (exports !== fn && fn.name !== '' && !mayHold(exports, fn)) continue;
    const name = pathOf(exports, fn);
    if (name !== undefined) return { url: toModuleUrl(path), name };
  }
  return undefined;
}

/** Loads a module in one go, without waiting: CommonJS, and ES modules without top-level await. */
export function requireModule(url: string): object {
  return require(pathOfModule(url) ?? url) as object;
}

/** Compiled modules export through getters, which are cheap and safe to run; others keep theirs unrun. */
function mayHold(exports: object, fn: Function): boolean {
  if (Object.hasOwn(exports, '__esModule')) return true;
  return Object.values(Object.getOwnPropertyDescriptors(exports)).some(
    ({ value }) => value === fn || holds(value, fn),
  );
}

function holds(value: unknown, fn: Function): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return Object.getOwnPropertyDescriptor(value, fn.name)?.value === fn;
}

function hasExports(exports: unknown): exports is object {
  return (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
}
