/**
 * Functions inside modules: looks through what a module exports (or through its variables) for a
 * function, and says under which path it was found.
 *
 * ```
 *   hash            export function hash
 *   default         export default …, module.exports = …
 *   default.hash    module.exports = { hash }
 *   Hasher.of       a static method of an exported class, a method of an exported object
 * ```
 *
 * Two steps deep, no more: a module's exports, and the own properties of those. Getters are run on a
 * module itself (compiled CommonJS modules export through getters), never on what it exports.
 */

/** Anything with exports as properties: a namespace, `module.exports`, a module's scope. */
export type Exports = object;

/** A function that was found, and the path under which it was found. */
export interface Found {
  readonly path: string;
  readonly fn: Function;
}

/** Calls `visit` for every function that `exports` holds, nearest first; stops when it returns `true`. */
export function eachFunction(
  exports: Exports,
  visit: (path: string, fn: Function) => boolean,
): void {
  const holders: [string, object][] = [];
  if (typeof exports === 'function' && visit('default', exports)) return;
  for (const name of Object.getOwnPropertyNames(exports)) {
    const value = valueOf(exports, name, true);
    if (typeof value === 'function' && !isInherent(exports, name) && visit(name, value)) return;
    if (isHolder(value)) holders.push([name, value]);
  }
  // `default` of a CommonJS module holds the same things again: it comes last, so that the short path wins.
  holders.sort(([a], [b]) => Number(a === 'default') - Number(b === 'default'));
  for (const [name, holder] of holders) {
    for (const key of Object.getOwnPropertyNames(holder)) {
      const value = isInherent(holder, key) ? undefined : valueOf(holder, key, false);
      if (typeof value === 'function' && visit(`${name}.${key}`, value)) return;
    }
  }
}

/** The path of exactly this function, or `undefined`. */
export function pathOf(exports: Exports, fn: Function): string | undefined {
  let found: string | undefined;
  eachFunction(exports, (path, candidate) => {
    if (candidate !== fn) return false;
    found = path;
    return true;
  });
  return found;
}

/** The function at `path`, looked up directly and in the `default` export, or `undefined`. */
export function functionAt(exports: Exports, path: string): Function | undefined {
  return (
    walk(exports, path) ??
    (path === 'default' ? asFunction(exports) : walk(exports, `default.${path}`))
  );
}

/** The names that a module exports, for messages: at most eight. */
export function exportedNames(exports: Exports): string {
  const names = Object.keys(exports).filter(
    (name) => name !== '__esModule' && name !== 'module.exports',
  );
  if (names.length === 0) return 'nothing';
  return names.length > 8
    ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
    : names.join(', ');
}

function walk(exports: Exports, path: string): Function | undefined {
  let value: unknown = exports;
  let first = true;
  for (const name of path.split('.')) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
      return undefined;
    value = valueOf(value, name, first);
    first = false;
  }
  return asFunction(value);
}

function valueOf(object: object, name: string, isModule: boolean): unknown {
  try {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (property?.get === undefined) return property?.value;
    return isModule || isCompiled(object) ? property.get.call(object) : undefined;
  } catch {
    return undefined; // a variable that has no value yet, or a getter that refuses
  }
}

/** A compiled CommonJS module: `import()` may give it as its default export alone. */
function isCompiled(object: object): boolean {
  return Object.hasOwn(object, '__esModule');
}

/** `constructor`, and a CommonJS module's view of itself, are no exports. */
function isInherent(holder: object, name: string): boolean {
  return name === 'constructor' || (name === 'prototype' && typeof holder === 'function');
}

function isHolder(value: unknown): value is object {
  if (typeof value === 'function') return true;
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  )
    return false;
  return value !== globalThis;
}

function asFunction(value: unknown): Function | undefined {
  return typeof value === 'function' ? value : undefined;
}
