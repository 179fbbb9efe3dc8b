/**
 * How user modules are loaded in a worker: as they are in the program that started it.
 *
 * JavaScript, and TypeScript where Node strips types itself, need nothing. A program that runs under
 * tsx hands its loader down only on newer Nodes; on Node 20 a worker inherits the command line but not
 * the hooks, and has to register them itself.
 *
 * What a parent knows of its loader is plain data, so that it can stand in `workerData`.
 */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Plain data. `tsx` is the url of its programming interface, or `null` when the program runs without tsx. */
export interface LoaderSetup {
  readonly tsx: string | null;
}

/** Not written into the call below: bundlers would take tsx along. */
const TSX = 'tsx/esm/api';

let inherited: LoaderSetup | undefined;

/** Describes what this thread loads modules with. */
export function loaderSetup(): LoaderSetup {
  return (inherited ??= { tsx: findTsx() });
}

/** Makes this worker load modules as `setup` says. Call once, before the first user module. */
export async function prepareLoader(setup: LoaderSetup): Promise<void> {
  inherited = setup;
  if (setup.tsx === null || inheritsHooks()) return;
  const api = (await import(setup.tsx)) as { register(): unknown };
  api.register();
}

/** Since Node 22 a worker under tsx runs its loader again by itself. */
function inheritsHooks(): boolean {
  return Number.parseInt(process.versions.node, 10) >= 22;
}

function findTsx(): string | null {
  const option = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`;
  if (!/\btsx\b/.test(option)) return null;
  const loader = /file:\/\/\S*\/tsx\/dist\/loader\.mjs/.exec(option)?.[0];
  const places = [loader, process.argv[1], `${process.cwd()}/`].filter(
    (place) => place !== undefined,
  );
  for (const place of places) {
    try {
      return pathToFileURL(createRequire(place).resolve(TSX)).href.replace(/\.cjs$/, '.mjs');
    } catch {
      continue; // not installed beside this one
    }
  }
  return null;
}
