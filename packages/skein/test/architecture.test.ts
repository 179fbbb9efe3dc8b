/**
 * Keeps the rooms of the package apart: who may import whom, what the pure rooms may know, how large a
 * file may grow, and what the door lets out. It reads the sources, so it names the file at fault.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exportedSyncValues, exportedTestingValues, exportedValues } from './exported-values.ts';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = join(PACKAGE, 'src');
const MOST_LINES = 600;

/** The rooms from the lowest to the highest; `imports` names those below that a room may look into. */
const ROOMS: Record<string, { pure: boolean; imports: string[] }> = {
  core: { pure: true, imports: [] },
  shared: { pure: true, imports: ['core'] },
  sync: { pure: true, imports: ['core'] },
  crossing: { pure: false, imports: ['shared', 'core'] },
  selectors: { pure: false, imports: ['crossing', 'shared', 'core'] },
  loops: { pure: false, imports: ['selectors', 'crossing', 'shared', 'core'] },
  threading: { pure: false, imports: ['loops', 'crossing', 'sync', 'shared', 'core'] },
  executors: { pure: false, imports: ['threading', 'loops', 'crossing', 'shared', 'core'] },
  testing: {
    pure: false,
    imports: ['executors', 'threading', 'loops', 'crossing', 'sync', 'shared', 'core'],
  },
};

/** Above the rooms: the door, and what the threads begin with. Nobody imports them but one another. */
const TOP = new Set([
  'index.ts',
  'child-main.ts',
  'keeper-main.ts',
  'pool-worker-main.ts',
  'process-worker-main.ts',
  'syncify.ts',
  'testing.ts',
  'thread-main.ts',
]);

/** Of `shared` alone: all that it takes from `core` is this file. */
const CORE_FOR_SHARED = 'core/exceptions.ts';

interface Source {
  readonly path: string; // below src, with '/'
  readonly room: string; // '' for the files at the top
  readonly text: string;
  readonly imports: readonly string[]; // as written
}

const sources: readonly Source[] = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(SOURCES, path), 'utf8');
    const room = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
    return { path, room, text, imports: importsOf(text) };
  });

/** Finds what a formatted source imports: statements begin at the left edge, comments have a mark. */
function importsOf(text: string): string[] {
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const forms = [
    /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'/gm,
    /^import\s+'([^']+)'/gm,
    /\bimport\(\s*'([^']+)'/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''));
}

/** Lists, for every import of every source that `wrong` finds fault with, where it is and what. */
function faults(wrong: (source: Source, specifier: string) => string | undefined): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((specifier) => {
      const fault = wrong(source, specifier);
      return fault === undefined ? [] : [`${source.path} imports '${specifier}': ${fault}`];
    }),
  );
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.');

const targetOf = (source: Source, specifier: string): string =>
  posix.join(posix.dirname(source.path), specifier);

test('every source stands in a room of the table, or is one of those at the top', () => {
  const strangers = sources.filter(({ path, room }) =>
    room === '' ? !TOP.has(path) : ROOMS[room] === undefined,
  );
  assert.deepEqual(
    strangers.map(({ path }) => path),
    [],
  );
});

test('imports go down only', () => {
  const found = faults((source, specifier) => {
    if (!isRelative(specifier) || source.room === '') return undefined;
    const target = targetOf(source, specifier);
    const room = target.includes('/') ? target.slice(0, target.indexOf('/')) : 'the top';
    if (room === source.room || ROOMS[source.room]?.imports.includes(room)) return undefined;
    return `${source.room} may not import ${room}`;
  });
  assert.deepEqual(found, []);
});

test('shared takes nothing from core but its exceptions', () => {
  const found = faults((source, specifier) => {
    if (source.room !== 'shared' || !isRelative(specifier)) return undefined;
    const target = targetOf(source, specifier);
    return target.startsWith('core/') && target !== CORE_FOR_SHARED ? 'not for shared' : undefined;
  });
  assert.deepEqual(found, []);
});

test('relative imports name the .ts file', () => {
  const found = faults((_, specifier) =>
    isRelative(specifier) && !specifier.endsWith('.ts') ? 'no .ts' : undefined,
  );
  assert.deepEqual(found, []);
});

test('pure rooms import nothing but files', () => {
  const found = faults((source, specifier) =>
    ROOMS[source.room]?.pure && !isRelative(specifier) ? 'not in a pure room' : undefined,
  );
  assert.deepEqual(found, []);
});

test('pure rooms are compiled without any types but the language', () => {
  const pure = readConfig(join(PACKAGE, 'tsconfig.pure.json'));
  const rooms = Object.entries(ROOMS).filter(([, { pure: isPure }]) => isPure);
  assert.deepEqual(
    pure.include,
    rooms.map(([room]) => `src/${room}/**/*.ts`),
  );
  assert.deepEqual(pure.compilerOptions.types, []);
  assert.equal(pure.compilerOptions.lib, undefined, 'the lib is that of tsconfig.base.json');
  const base = readConfig(join(PACKAGE, '..', '..', 'tsconfig.base.json'));
  for (const lib of base.compilerOptions.lib ?? []) assert.match(lib, /^es/);
});

test('other imports are those of Node and of dependencies', () => {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
  const known = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const found = faults((_, specifier) => {
    if (isRelative(specifier) || specifier.startsWith('node:')) return undefined;
    const depth = specifier.startsWith('@') ? 2 : 1;
    const name = specifier.split('/').slice(0, depth).join('/');
    return name in known ? undefined : 'not a dependency';
  });
  assert.deepEqual(found, []);
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES);
  assert.deepEqual(long, []);
});

test('nothing is exported wholesale', () => {
  const wholesale = sources.filter(({ text }) => /^export \*/m.test(text));
  assert.deepEqual(
    wholesale.map(({ path }) => path),
    [],
  );
});

test('the door lets out exactly the listed values', async () => {
  const door: object = await import('skein');
  assert.deepEqual(Object.keys(door).sort(), [...exportedValues].sort());
});

test('so does the door for callers who cannot wait', async () => {
  const door: object = await import('skein/sync');
  assert.deepEqual(Object.keys(door).sort(), [...exportedSyncValues].sort());
});

test('so does the door for tests', async () => {
  const door: object = await import('skein/testing');
  assert.deepEqual(Object.keys(door).sort(), [...exportedTestingValues].sort());
});

interface Config {
  include?: string[];
  compilerOptions: { types?: string[]; lib?: string[] };
}

function readConfig(file: string): Config {
  const text = readFileSync(file, 'utf8').replaceAll(/^\s*\/\/.*$/gm, '');
  return JSON.parse(text) as Config;
}
