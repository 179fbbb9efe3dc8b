/** A program in a folder of its own below the machine's temporary one, with skein installed beside it. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../command.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));

/** Copies a folder of `fixtures/` there, lets `use` have it, and removes it. */
export async function withProgram<T>(
  fixture: string,
  use: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'skein-program-')));
  try {
    cpSync(join(FIXTURES, fixture), folder, { recursive: true });
    link(join(ROOT, 'packages', 'skein'), join(folder, 'node_modules', 'skein'));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a link to a folder, as npm does for a package of a workspace. */
export function link(target: string, at: string): void {
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(target, at, 'junction');
}
