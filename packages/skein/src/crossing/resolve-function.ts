/**
 * The receiving side of function references: from a name to this thread's own copy of the function.
 *
 * | where                                              | waits | when                                          |
 * | -------------------------------------------------- | ----- | --------------------------------------------- |
 * | functions this thread knows (live-functions.ts)    | no    | sent, registered or found here before         |
 * | their text (inline-source.ts)                      | no    | inline functions                              |
 * | Node's own modules                                 | no    | `node:` urls                                  |
 * | modules imported here, `require.cache`             | no    | another function of the module was found here |
 * | modules reached from known functions (module-crawl)| no    | on the main thread, whose own module may still|
 * |                                                    |       | be evaluating: importing that never settles   |
 * | `require`                                          | no    | for those who cannot wait                     |
 * | `import()`                                         | yes   | everybody else                                |
 *
 * An export counts only with the right fingerprint. If the export of that name has another one, or
 * there is none (`export { a as b }`), all exports are searched for it.
 */

import { isMainThread } from 'node:worker_threads';
import { FunctionReferenceError } from '../core/exceptions.ts';
import { commonJsModule, requireModule } from './common-js.ts';
import type { Exports } from './exported-function.ts';
import { eachFunction, exportedNames, functionAt } from './exported-function.ts';
import { fingerprintOf } from './fingerprint.ts';
import { factsOf } from './function-facts.ts';
import { cures, notExported } from './function-refusal.ts';
import { whileImporting, whileRequiring } from './import-guard.ts';
import { compileInline } from './inline-source.ts';
import { recall, remember } from './live-functions.ts';
import type { FunctionReference } from './live-functions.ts';
import { loaderSetup } from './loader.ts';
import { crawlModules } from './module-crawl.ts';
import { urlOfScript } from './script-urls.ts';

const namespaces = new Map<string, Exports>();
const imports = new Map<string, Promise<Exports>>();

/**
 * This thread's copy of the function; a promise of it when its module has to be imported first.
 *
 * @throws {FunctionReferenceError} (or rejects) when the module cannot be imported, or does not export it
 * @throws {RuntimeError} (or rejects) `ERR_MAIN_GUARD` when the module starts its program on import
 */
export function resolveFunction(reference: FunctionReference): Function | Promise<Function> {
  return resolveLoaded(reference, isMainThread) ?? importFunction(reference);
}

/** Why it cannot be waited for a module, and what to do then: the ends of two sentences. */
export interface CannotWait {
  readonly who: string;
  readonly cure: string;
}

const blockingLoop: CannotWait = {
  who: 'a thread that runs a blocking loop cannot wait for `import()`',
  cure: 'import the module in this thread before the loop runs, or turn the loop by Node (NodeEventLoop)',
};

/**
 * The same for those who cannot wait: a blocking loop that was given a function to call.
 *
 * @throws {FunctionReferenceError} also when the module could be loaded by waiting only
 */
export function resolveFunctionSync(
  reference: FunctionReference,
  why: CannotWait = blockingLoop,
): Function {
  const loaded = resolveLoaded(reference, true);
  if (loaded !== undefined) return loaded;
  const { url } = reference;
  if (!mayRequire()) throw needsImport(reference, why, undefined);
  let exports: Exports;
  try {
    exports = whileRequiring(url, () => requireModule(url));
  } catch (error) {
    if (isNotRequirable(error)) throw needsImport(reference, why, error);
    throw importFailed(url, error);
  }
  namespaces.set(url, exports);
  return select(exports, reference);
}

/** The function if it can be had without loading anything, else `undefined`. Never waits. */
export function resolveLoaded(reference: FunctionReference, crawl: boolean): Function | undefined {
  const known = recall(reference);
  if (known !== undefined) return known;
  const { url, inline } = reference;
  if (inline !== undefined) {
    const compiled = compileInline(reference, inline);
    remember(reference, compiled);
    return compiled;
  }
  if (url.startsWith('node:')) return select(process.getBuiltinModule(url) as object, reference);
  const namespace = namespaces.get(url);
  if (namespace !== undefined) return select(namespace, reference);
  const commonJs = commonJsModule(url);
  if (commonJs !== undefined) {
    const found = search(commonJs.exports, reference);
    if (found !== undefined || commonJs.loaded) return keep(reference, found, commonJs.exports);
  }
  return crawl ? findByCrawling(reference) : undefined;
}

/** The same for those to whom a failure says nothing: what is not loaded, or not found, is `undefined`. */
export function findLoaded(reference: FunctionReference): Function | undefined {
  try {
    return resolveLoaded(reference, true);
  } catch {
    return findByCrawling(reference); // not exported, but perhaps a variable of its module
  }
}

async function importFunction(reference: FunctionReference): Promise<Function> {
  const { url } = reference;
  const pending = imports.get(url) ?? whileImporting(url, () => import(url) as Promise<Exports>);
  imports.set(url, pending);
  try {
    const exports = await pending;
    namespaces.set(url, exports);
    return select(exports, reference);
  } catch (error) {
    throw error instanceof FunctionReferenceError || isGuardError(error)
      ? error
      : importFailed(url, error);
  } finally {
    imports.delete(url);
  }
}

function select(exports: Exports, reference: FunctionReference): Function {
  return keep(reference, search(exports, reference), exports);
}

function keep(
  reference: FunctionReference,
  found: Function | undefined,
  exports: Exports,
): Function {
  if (found === undefined) throw missing(reference, exports);
  remember(reference, found);
  return found;
}

function search(exports: Exports, reference: FunctionReference): Function | undefined {
  const { name, fingerprint } = reference;
  if (name.startsWith('task:')) return recall(reference);
  const named = functionAt(exports, name);
  if (named !== undefined && fingerprintOf(named) === fingerprint) return named;
  const matches = new Set<Function>();
  eachFunction(exports, (_path, fn) => {
    if (fingerprintOf(fn) === fingerprint) matches.add(fn);
    return matches.size > 1;
  });
  const [only] = matches;
  return matches.size === 1 ? only : undefined;
}

function findByCrawling(reference: FunctionReference): Function | undefined {
  if (reference.name.startsWith('task:')) return undefined;
  return crawlModules((variables) => {
    const found = search(variables, reference);
    const scriptId = found === undefined ? undefined : factsOf(found)?.scriptId;
    if (scriptId === undefined || urlOfScript(scriptId) !== reference.url) return undefined;
    remember(reference, found!);
    return found;
  });
}

function missing(reference: FunctionReference, exports: Exports): FunctionReferenceError {
  const { url, name } = reference;
  if (name.startsWith('task:')) {
    const task = name.slice(5);
    return new FunctionReferenceError(
      `importing ${url} did not register task '${task}'; call task('${task}', fn) at the top level of that module, outside of any function and any \`if (isMainThread)\``,
    );
  }
  if (functionAt(exports, name) === undefined)
    return notExported(name, url, exportedNames(exports));
  return new FunctionReferenceError(
    `function '${name}' cannot be sent to another thread: ${url} exports \`${name}\`, but that is another function than the one that was sent, or the same one loaded in another way.\n${cures(name)}`,
  );
}

function importFailed(url: string, cause: unknown): Error {
  if (isGuardError(cause) || cause instanceof FunctionReferenceError) return cause as Error;
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new FunctionReferenceError(`importing ${url} failed: ${text}`, { cause });
}

function needsImport(
  reference: FunctionReference,
  { who, cure }: CannotWait,
  cause: unknown,
): FunctionReferenceError {
  return new FunctionReferenceError(
    `function '${reference.name}' cannot be called here: ${reference.url} is not loaded in this thread, and ${who}; ${cure}`,
    cause === undefined ? undefined : { cause },
  );
}

/** Under a loader of the user's, `require` may make a second copy of a module that was imported. */
function mayRequire(): boolean {
  return (
    (process.features as { require_module?: boolean }).require_module === true &&
    loaderSetup().tsx === null
  );
}

function isNotRequirable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === 'ERR_REQUIRE_ASYNC_MODULE' ||
    code === 'ERR_REQUIRE_CYCLE_MODULE' ||
    code === 'ERR_UNKNOWN_FILE_EXTENSION'
  );
}

function isGuardError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_MAIN_GUARD';
}
