/** Urls of modules: from the names that stacks and loaders use, and which of them another thread can import. */

import { fileURLToPath, pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';

/** A CommonJS module is called by its path in stacks; its url is what `import()` takes. */
export function toModuleUrl(name: string): string {
  return isAbsolute(name) ? pathToFileURL(name).href : name;
}

/** The path of a `file:` url without query, else `undefined`. */
export function pathOfModule(url: string): string | undefined {
  if (!url.startsWith('file:') || url.includes('?')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Tells whether another thread can import the module: not text given to `node -e`, nor the REPL's. */
export function isImportable(url: string): boolean {
  if (url.startsWith('data:')) return true;
  return url.startsWith('file:') && !/\/\[eval\d*\]$/.test(url);
}
