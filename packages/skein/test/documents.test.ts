/**
 * The documents tell the truth, as far as a program can see.
 *
 * Every `ts` and `py` block of README and docs is the text of a program below examples/, named in the line
 * above it. Where a page shows an output, the programs since the last output print that, and every program
 * of the guides has an output. Links lead to something. The names of Skein in the tables of
 * coming-from-asyncio.md exist.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT, run } from './command.ts';
import { findPython } from './differential/python.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const documents = ['README.md', ...markdownIn('docs'), ...markdownIn('docs/decisions')];

function markdownIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.md'));
  return files.sort().map((file) => `${folder}/${file}`);
}

/** A program with the example that it is, or an output. */
const BLOCK =
  /(?:<!-- program: (\S+) -->\n+)?```(?:ts|py)\n([\s\S]*?)```|<!-- output -->\n+```text\n([\s\S]*?)```/g;

interface Shown {
  readonly program: string;
  readonly output: string;
}

/** The programs that print something on a page; `check` is called with every program of it. */
function shownIn(document: string, check?: (program: string, text: string) => void): Shown[] {
  const shown: Shown[] = [];
  let programs: string[] = [];
  for (const [block, program, text, output] of read(document).matchAll(BLOCK)) {
    if (output !== undefined) {
      assert.ok(programs.length > 0, `${document} shows an output of no program: ${block}`);
      shown.push(...programs.map((each) => ({ program: each, output })));
      programs = [];
    } else {
      assert.ok(program !== undefined, `a block of ${document} names no example: ${block}`);
      check?.(program, text as string);
      programs.push(program);
    }
  }
  return shown;
}

for (const document of documents) {
  test(`${document}: shows programs that run, and links to what is there`, () => {
    shownIn(document, (program, text) => {
      assert.equal(text, read(program), `${document} shows ${program}`);
    });
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      assert.ok(
        existsSync(join(ROOT, dirname(document), target)),
        `${document} links to ${target}`,
      );
    }
  });
}

const GUIDES = 'examples/guides';
const python = findPython();

describe('the programs of the guides', { concurrency: 2 }, () => {
  const shown = documents.flatMap((document) => shownIn(document));

  test('are all shown somewhere, with what they print', () => {
    const files = readdirSync(join(ROOT, GUIDES), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|py)$/.test(file))
      .map((file) => `${GUIDES}/${file.replaceAll('\\', '/')}`);
    const named = new Set(shown.map(({ program }) => program));
    assert.deepEqual(
      files.filter((file) => !named.has(file)),
      [],
    );
  });

  for (const { program, output } of shown) {
    const isPython = program.endsWith('.py');
    const skip = isPython && python === null ? 'there is no python3 of 3.11 or newer here' : false;
    test(`${program} prints what is shown`, { skip }, async () => {
      const command = isPython ? (python?.command as string) : process.execPath;
      const ended = await run(command, [join(ROOT, runnable(program))]);
      assert.deepEqual(ended, { code: 0, stdout: output, stderr: '' });
    });
  }
});

function runnable(program: string): string {
  return program.replace(/^examples\/(.*)\.ts$/, 'examples/build/$1.js');
}

describe('docs/coming-from-asyncio.md', () => {
  const api = exportsIn(read('api/skein.api.md'));

  test('every name in the column of Skein is exported, or a member of what is', () => {
    const names = namesOfSkein(read('docs/coming-from-asyncio.md'));
    assert.ok(names.length > 200, `only ${names.length} names found`);
    assert.deepEqual(
      names.filter((name) => !exists(api, name)),
      [],
    );
  });

  test('and one that does not exist would be found', () => {
    const table =
      '| Python | Skein |\n| --- | --- |\n| `x` | `Task.run_`, `gather`, `Lock.signal` |\n';
    const names = namesOfSkein(table);
    assert.deepEqual(names, ['Task.run_', 'gather', 'Lock.signal']);
    assert.deepEqual(
      names.filter((name) => !exists(api, name)),
      ['Task.run_', 'Lock.signal'],
    );
  });
});

/** What is in code in the second column of each table whose second column is headed "Skein". */
function namesOfSkein(text: string): string[] {
  const names: string[] = [];
  let isOurs = false;
  for (const line of text.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (cells.length < 4) isOurs = false;
    else if (cells[1] === 'Python') isOurs = cells[2] === 'Skein';
    else if (isOurs) {
      for (const [, name] of (cells[2] as string).matchAll(/`([^`]+)`/g))
        names.push(name as string);
    }
  }
  return names;
}

interface Exported {
  readonly members: ReadonlySet<string>;
  readonly base: string | undefined;
}

/** What the record of the API says: `## NAME`, and then its declaration. */
function exportsIn(record: string): ReadonlyMap<string, Exported> {
  const found = new Map<string, Exported>();
  for (const [, name, declaration] of record.matchAll(/^## (\w+)\n+```ts\n([\s\S]*?)^```/gm)) {
    const lines = (declaration as string).matchAll(
      /^ {4}(?:(?:static|readonly|abstract|protected|get|set) )*(\w+)\??[(<:]/gm,
    );
    const base = /^(?:abstract )?(?:class|interface) \w+(?:<.*>)? extends (\w+)/.exec(
      declaration as string,
    );
    found.set(name as string, {
      members: new Set([...lines].map(([, member]) => member as string)),
      base: base?.[1],
    });
  }
  return found;
}

function exists(api: ReadonlyMap<string, Exported>, name: string): boolean {
  const [owner = '', member] = name.split('.');
  let exported = api.get(owner);
  if (member === undefined) return exported !== undefined;
  while (exported !== undefined && !exported.members.has(member)) {
    exported = api.get(exported.base ?? '');
  }
  return exported !== undefined;
}
