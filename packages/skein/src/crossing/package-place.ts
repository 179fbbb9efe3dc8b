/**
 * The files that new threads begin with. They stand beside the door, unless a bundler has put this
 * package into the program: then there is nothing beside it, and what a thread would load is the
 * program itself. A Worker without its file says so by an event, which a thread that blocks for a
 * result never sees; so it is looked at before.
 *
 * | bundler                      | `import.meta.url` in the bundle          | found out by                  |
 * | ---------------------------- | ---------------------------------------- | ----------------------------- |
 * | esbuild (ESM), rollup, vite  | the bundle's                             | nothing is beside it          |
 * | esbuild (CommonJS)           | nothing                                  | that                          |
 * | webpack                      | the file's, on the machine that bundled  | the name of the running script|
 */

import { existsSync } from 'node:fs';
import { RuntimeError } from '../core/exceptions.ts';
import { callerUrl, framesBelow } from './caller-url.ts';
import { packagePlace } from './door.ts';

let isInPlace = false;

/**
 * The url of a file that stands beside the door: what a new thread begins with.
 *
 * @throws {RuntimeError} `ERR_BUNDLED` when this package was put into a bundle
 */
export function besideTheDoor(file: string): string {
  const door = packagePlace();
  const url = door === undefined ? undefined : new URL(file, door);
  isInPlace ||= url !== undefined && isThere(url) && !isInBundle();
  if (!isInPlace) throw bundled();
  return (url as URL).href;
}

function isThere(url: URL): boolean {
  return url.protocol !== 'file:' || existsSync(url);
}

/** Then the script that runs has another name than this file had, or none, in an `eval`. */
function isInBundle(): boolean {
  const [frame] = framesBelow(isInBundle, 1);
  return frame !== undefined && nameOf(frame.script) !== nameOf(import.meta.url);
}

function nameOf(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/^.*[/\\]/, '');
}

function bundled(): RuntimeError {
  const script = callerUrl(bundled);
  return new RuntimeError(
    [
      `cannot start a thread: skein was put into the bundle ${script ?? 'that runs'}, and a thread needs skein's own files. Leave skein outside of the bundle, installed beside it as a package:`,
      "    esbuild    --external:skein (external: ['skein']), or --packages=external",
      "    rollup     external: ['skein']",
      "    vite       build.rolldownOptions.external: ['skein']; for SSR ssr.external: ['skein']",
      "    webpack    externals: { skein: 'module skein' }, for CommonJS { skein: 'commonjs skein' }",
    ].join('\n'),
    'ERR_BUNDLED',
  );
}
