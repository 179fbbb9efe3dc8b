/**
 * Looks through the modules of this thread that can be reached from the functions it knows, without
 * loading or waiting for any.
 *
 * JavaScript gives no list of loaded modules, and a module that is still evaluating cannot be
 * imported. But a known function shows the variables of its module, imports among them; those are
 * functions and classes of further modules; and so on along the static imports. A thread that is sent
 * a function, or an error's class, of a module it has loaded, has nearly always some function that
 * leads there: the one that it sent itself.
 *
 * A visit costs 0.2 to 1 ms, so a crawl is the last resort before loading, and is bounded.
 */

import type { Exports } from './exported-function.ts';
import { eachFunction } from './exported-function.ts';
import { factsOf, readFacts } from './function-facts.ts';
import type { Post } from './inspector-session.ts';
import { withInspector } from './inspector-session.ts';
import { knownFunctions } from './live-functions.ts';

/** Functions that one crawl looks at. */
const MAX_VISITS = 120;

/**
 * Calls `visit` with the variables of every module that is reached; stops when it returns a value
 * other than `undefined`, and returns that.
 */
export function crawlModules<T>(visit: (variables: Exports) => T | undefined): T | undefined {
  const queue = [...knownFunctions()].reverse();
  return queue.length === 0 ? undefined : withInspector((post) => crawl(post, queue, visit));
}

function crawl<T>(
  post: Post,
  queue: Function[],
  visit: (variables: Exports) => T | undefined,
): T | undefined {
  const queued = new Set<Function>(queue);
  const scripts = new Set<string>();
  for (let i = 0; i < queue.length && i < MAX_VISITS; i++) {
    const facts = readFacts(post, queue[i]!, scripts);
    const variables = facts?.scopes.at(-1)?.variables;
    if (variables === undefined) continue; // native, or shows nothing; another function of its module may
    scripts.add(facts!.scriptId);
    const found = visit(variables);
    if (found !== undefined) return found;
    eachFunction(variables, (_path, fn) => {
      if (!queued.has(fn)) queue.push(fn);
      queued.add(fn);
      return queue.length > MAX_VISITS;
    });
  }
  return undefined;
}

/** The value now of the variable `name` in the module that `fn` was written in: exported, imported, or used by its functions. */
export function findInModuleScope(fn: Function, name: string): unknown {
  const variables = factsOf(fn)?.scopes.at(-1)?.variables;
  if (variables === undefined || !Object.hasOwn(variables, name)) return undefined;
  try {
    return variables[name];
  } catch {
    return undefined; // declared, but without a value yet
  }
}
