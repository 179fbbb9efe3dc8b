/** The sentences with which Skein refuses a function: what was asked, what was found, and both cures. */

import { FunctionReferenceError } from '../core/exceptions.ts';

/** Builds the error for a function that cannot be sent. `what` continues a sentence: "it captures …". */
export function refusal(fn: Function, place: string, what: string): FunctionReferenceError {
  const named =
    fn.name === '' || fn.name === 'default' ? 'a function without a name' : `function '${fn.name}'`;
  const kind = isClass(fn) ? `class '${fn.name}'` : named;
  return new FunctionReferenceError(
    `${kind}${place === '' ? '' : ` (${place})`} cannot be sent to another thread: ${what}.\n${cures(fn.name)}`,
  );
}

/** The text for a function that the receiving thread did not find among a module's exports. */
export function notExported(name: string, url: string, exported: string): FunctionReferenceError {
  return new FunctionReferenceError(
    `function '${name}' cannot be sent to another thread: it is not exported from ${url}; it exports ${exported}.\n${cures(name)}`,
  );
}

/** Both cures, each with its code. */
export function cures(name: string): string {
  const last = name.split('.').at(-1) ?? '';
  const example = /^[A-Za-z_$][\w$]*$/.test(last) && last !== 'default' ? last : 'work';
  return [
    'A function crosses threads by its name in a module, which every thread imports for itself. Either export it, and pass what it needs as arguments:',
    `    export function ${example}(x) { … }`,
    `    pool.submit(${example}, x);`,
    'or register it at the top level of its module (in a bundle, or where it cannot be exported):',
    `    export const ${example} = task('${example}', (x) => …);`,
    `    pool.submit(${example}, x);`,
    'or, if it uses nothing from around it, let it cross by its text:',
    '    pool.submit(inline((x) => …), x);',
  ].join('\n');
}

/** "`a`, `b` and 3 more" */
export function quoteNames(names: readonly string[]): string {
  const shown = names
    .slice(0, 6)
    .map((name) => `\`${name}\``)
    .join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}

function isClass(fn: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
