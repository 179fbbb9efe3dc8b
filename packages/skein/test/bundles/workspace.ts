/** A program in a folder of its own below the machine's temporary one, with skein installed beside it. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../command.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));

type Use<T> = (folder: string) => T | Promise<T>;

/** Copies a folder of `fixtures/` there, lets `use` have it, and removes it. */
export function withProgram<T>(fixture: string, use: Use<T>): Promise<T> {
  return withFolder((folder) => {
    cpSync(join(FIXTURES, fixture), folder, { recursive: true });
    return use(folder);
  });
}

/** The same with files that are given by their paths and texts. */
export function withFiles<T>(files: Readonly<Record<string, string>>, use: Use<T>): Promise<T> {
  return withFolder((folder) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return use(folder);
  });
}

async function withFolder<T>(use: Use<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'skein-program-')));
  try {
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
