/**
 * Functions that Skein cannot find by itself get their name from the user: in a bundle, whose entry
 * exports nothing; in a module that must not export them; where the inspector is closed.
 */

import { FunctionReferenceError, ValueError } from '../core/exceptions.ts';
import { callerUrl } from './caller-url.ts';
import { recall, remember } from './live-functions.ts';
import { isImportable } from './module-url.ts';

/**
 * Registers `fn` under `name` in the calling module, so that other threads find it, and returns `fn`.
 *
 * Call it at the top level of a module: the other thread imports that module, and the same call
 * registers its own copy there. The function may be written in place.
 *
 * ```ts
 * export const hash = task('hash', (bytes: Uint8Array) => createHash('sha256').update(bytes).digest());
 * await pool.submit(hash, bytes);
 * ```
 *
 * Thread  any
 *
 * @param name - not empty; unique among the tasks of one module
 * @throws {FunctionReferenceError} when the module has registered another function under this name, or
 *   when the call comes from no module that another thread could import
 */
export function task<F extends (...args: never[]) => unknown>(name: string, fn: F): F {
  if (typeof name !== 'string' || name === '') {
    throw new ValueError(
      `task(name, fn): name must be a string that is not empty, got ${name === '' ? "''" : typeof name}`,
    );
  }
  if (typeof fn !== 'function') {
    throw new TypeError(
      `task('${name}', fn): a function was expected, got ${fn === null ? 'null' : typeof fn}`,
    );
  }
  const url = callerUrl(task);
  if (url === undefined || !isImportable(url)) {
    throw new FunctionReferenceError(
      `task('${name}') was called from ${url ?? 'no module'}, which no other thread can import; call it at the top level of a module file`,
    );
  }
  return registerTask(url, name, fn);
}

/** `task` for a module that knows its own url. */
export function registerTask<F extends (...args: never[]) => unknown>(
  url: string,
  name: string,
  fn: F,
): F {
  const reference = { url, name: `task:${name}`, fingerprint: 0 };
  const registered = recall(reference);
  if (registered !== undefined && registered !== fn) {
    throw new FunctionReferenceError(
      `task('${name}'): ${url} has already registered another function under this name; give each function its own, once, at the top level`,
    );
  }
  remember(reference, fn);
  return fn;
}
