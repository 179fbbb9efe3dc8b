/**
 * The variables that a function took along from the function or block it was made in: what makes it a
 * closure, and what no other thread has.
 *
 * A scope of the engine holds what *any* function inside it uses, so a name counts only when the
 * function's own text mentions it. Not captures: a module's own variables (another thread's copy of
 * the module has them too), which for CommonJS are those of the nameless function that Node wraps a
 * module in, and the name of the class that a method belongs to.
 */

import type { FunctionFacts, Scope } from './function-facts.ts';

/** What a function brings along. */
export interface Captures {
  /** Variables that the function mentions, innermost first. */
  readonly names: readonly string[];
  /** True when the function was made while another function or a block was running. */
  readonly isNested: boolean;
}

/** Lists what `fn` captures. */
export function capturesOf(fn: Function, facts: FunctionFacts): Captures {
  const source = Function.prototype.toString.call(fn);
  const scopes = scopesWithinModule(facts.scopes);
  const names = new Set<string>();
  for (const scope of scopes) {
    for (const name of Object.getOwnPropertyNames(scope.variables)) {
      if (name !== fn.name && mentions(source, name) && !isOwnClass(scope, name)) names.add(name);
    }
  }
  return {
    names: [...names],
    isNested: scopes.some((scope) => scope.kind !== 'Block') || names.size > 0,
  };
}

function scopesWithinModule(scopes: readonly Scope[]): readonly Scope[] {
  const end = scopes.findIndex((scope) => scope.kind === 'Module' || scope.kind === 'Script');
  if (end !== -1) return scopes.slice(0, end);
  const last = scopes.at(-1);
  return last?.kind === 'Closure' && last.owner === '' ? scopes.slice(0, -1) : scopes;
}

function mentions(source: string, name: string): boolean {
  const at = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'u');
  return name === 'this' || at.test(source);
}

function isOwnClass(scope: Scope, name: string): boolean {
  if (scope.kind !== 'Block' || Object.getOwnPropertyNames(scope.variables).length !== 1)
    return false;
  const value = scope.variables[name];
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}
