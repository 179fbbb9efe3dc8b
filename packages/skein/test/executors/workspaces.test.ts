/** Programs whose modules are found by more than a path: mapped ones, and packages behind links. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { link, withFiles } from '../bundles/workspace.ts';
import { ROOT } from '../command.ts';
import { runFile } from '../fixtures/run-program.ts';
import { printed, workspaceFiles } from '../fixtures/workspace-files.ts';

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
const skip = !stripsTypes && 'this Node strips no types';

/** Runs one of the programs in its workspace, and looks that it prints what it shall. */
function works(program: string, node: readonly string[]): Promise<void> {
  return withFiles(workspaceFiles, async (folder) => {
    const packages = join(folder, 'node_modules');
    link(join(ROOT, 'node_modules', 'tsx'), join(packages, 'tsx'));
    for (const name of ['numbers', 'old-numbers']) {
      link(join(folder, 'packages', name), join(packages, '@work', name));
    }
    const file = join(folder, program);
    const { code, lines, stderr } = await runFile(file, [], { node, cwd: dirname(file) });
    assert.deepEqual([code, lines, stderr], [0, printed, '']);
  });
}

const underTsx = ['--import', 'tsx'];

describe('paths of a tsconfig, under tsx', () => {
  test('ES modules', () => works('mapped.ts', underTsx));
  // On Node 20 the worker was given such a module with nothing but a default export.
  test('CommonJS', () => works('old/mapped.ts', underTsx));
});

describe('imports of a package.json', () => {
  test('under tsx', () => works('imports.ts', underTsx));
  test('types stripped by Node', { skip }, () => works('imports.ts', []));
});

describe('a package of the workspace, behind a link', () => {
  test('under tsx', () => works('linked.ts', underTsx));
  test('types stripped by Node', { skip }, () => works('linked.ts', []));
  test('ES modules', () => works('linked.js', []));
  test('CommonJS', () => works('linked.cjs', []));
});

describe('with --preserve-symlinks a thread had two copies of skein, and did not begin', () => {
  const preserve = '--preserve-symlinks';
  test('ES modules', () => works('linked.js', [preserve]));
  test('CommonJS', () => works('linked.cjs', [preserve]));
  test('with --preserve-symlinks-main too', () =>
    works('linked.js', [preserve, '--preserve-symlinks-main']));
});
