import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Copies of the built code whose atomics are those of the explorer, and which may have a fault.
 *
 * The rooms are copied to a temporary folder as they are. There `shared/atomics.js` is replaced by
 * one that passes the explorer's on, and the text of a fault replaces the text that it breaks. The
 * folder is gone as soon as the modules are loaded.
 */

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const ATOMICS = new URL('./scheduled-atomics.js', import.meta.url).href;

/** A change of the compiled text of one file. The text must be there, exactly once. */
export interface Change {
  /** Below dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Imports modules of a changed copy of dist, by their paths below it. */
export async function importCopy(
  files: readonly string[],
  changes: readonly Change[] = [],
): Promise<object[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-model-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const room of ['core', 'shared']) {
      cpSync(join(DIST, room), join(folder, room), { recursive: true });
    }
    for (const file of files) cpSync(join(DIST, file), join(folder, file), { recursive: true });
    writeFileSync(join(folder, 'shared', 'atomics.js'), `export * from '${ATOMICS}';\n`);
    for (const change of changes) apply(join(folder, change.file), change);
    const modules: object[] = [];
    for (const file of files) modules.push((await import(join(folder, file))) as object);
    return modules;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function apply(path: string, { file, from, to }: Change): void {
  const text = readFileSync(path, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2) {
    const times = parts.length - 1;
    throw new Error(
      `The text of a planted fault stands ${times} times in ${dirname(file)}/…: expected once.\n` +
        `File: ${file}\nText: ${from}`,
    );
  }
  writeFileSync(path, parts.join(to));
}
