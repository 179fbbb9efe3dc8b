/** The examples do what their headers promise. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Ended, ROOT, run } from './command.ts';

const programOf = (name: string): string => join(ROOT, 'examples/build', name, 'main.js');

const example = (name: string, ...args: string[]): Promise<Ended> =>
  run(process.execPath, [programOf(name), ...args]);

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

test('04-one-loop: what is ready, then what is due, then the value', async () => {
  const { code, stdout, stderr } = await example('04-one-loop');
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, 'ready\n10 ms\nhello\nwhat the coroutine returns\n');
});

test('05-virtual-time: ten hours, and no time at all', async () => {
  const { code, stdout, stderr } = await example('05-virtual-time');
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(linesOf(stdout).slice(0, 5), [
    '10 hours',
    'consumer waits: true',
    'done',
    'first',
    'second',
  ]);
});

test('06-who-waits: the tree of all tasks, and the way up from the last one', async () => {
  const { code, stdout, stderr } = await example('06-who-waits');
  assert.deepEqual([code, stderr], [0, '']);
  const places = /File ".*?", line \d+/g;
  const [, tree, graph] = /^([^]*?)\n(\* [^]*)\n$/.exec(stdout.replaceAll(places, 'File')) ?? [];
  const [main, gathering, ...tasks] = (tree ?? '').split('\n');
  assert.deepEqual([main, gathering], ['main', '└── <GatheringFuture pending>']);
  assert.match(
    tasks.slice(0, 2).join(),
    /^ {4}├── first, {4}│ {3}└── a timer that is due at [\d.]+ ms$/,
  );
  assert.deepEqual(tasks.slice(2), [
    '    ├── second',
    '    │   └── <Lock locked waiting=2>',
    '    └── third',
    '        └── <Lock locked waiting=2>',
  ]);
  assert.deepEqual((graph ?? '').split('\n').slice(0, 11), [
    '* Task(name="third", id=0x1)',
    '  + Call stack:',
    '  |   File, in generator write()',
    '  + Waits for:',
    '  |   <Lock locked waiting=2>',
    '  + Awaited by:',
    '    * Task(name="main", id=0x2)',
    '      + Call stack:',
    '      |   File, in generator save()',
    '      |   File, in generator main()',
    '      + Waits for:',
  ]);
});

test('07-debug-mode: one report without it, four with it', async () => {
  const { code, stdout, stderr } = await example('07-debug-mode');
  assert.deepEqual([code, stdout], [0, 'done\n']);
  assert.match(
    stderr,
    /^Task exception was never retrieved\nfuture: <Task failed name="lost">\ncoroutine: fails\(\)\n RangeError: nobody looks at this\n/,
  );
  const program = programOf('07-debug-mode');
  const debugged = await run(process.execPath, [program], { SKEINDEBUG: '1' });
  assert.deepEqual([debugged.code, debugged.stdout], [0, 'done\n']);
  const reports = debugged.stderr.split('\n').filter((line) => /^[A-Za-z]/.test(line));
  const lines = reports.filter((line) => !/^(?:Object created|future: |coroutine: )/.test(line));
  assert.deepEqual(
    lines.map((line) => /^(?:sleepSync\(30\) blocks|Executing|.*(?=;)|.*)/.exec(line)?.[0]),
    [
      'sleepSync(30) blocks',
      'Executing',
      'Task exception was never retrieved',
      "coroutine 'sleep' was never awaited",
    ],
  );
  const frames = debugged.stderr.split('\n').filter((line) => line.startsWith('    at '));
  assert.ok(frames.some((frame) => frame.includes('07-debug-mode/main.js')));
  const created = debugged.stderr.split(' created at (most recent call first):\n').slice(1);
  for (const trace of created) assert.match(trace, /^ +at .*07-debug-mode\/main\.js:/);
  assert.equal(created.length, 3);
});

test('00-readme: the program of the README counts primes', async () => {
  const { code, stdout, stderr } = await example('00-readme');
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, '[ 22044, 19494, 18700, 18260 ]\n25\n');
});

test('01-boo-baa: both functions count to ten, in order, once, whole lines', async () => {
  const { code, stdout, stderr } = await example('01-boo-baa');
  assert.deepEqual([code, stderr], [0, '']);
  const [first, ...lines] = linesOf(stdout);
  assert.equal(first, 'running async test');
  assert.equal(lines.length, 20);
  for (const word of ['boo', 'baa']) {
    const expected = Array.from({ length: 10 }, (_, i) => `...${word} ${i}`);
    assert.deepEqual(
      lines.filter((line) => line.startsWith(`...${word}`)),
      expected,
    );
  }
});

test('02-five-threads: each thread gets the result of its own task', async () => {
  const { code, stdout, stderr } = await example('02-five-threads');
  assert.deepEqual([code, stderr], [0, '']);
  const lines = linesOf(stdout);
  assert.equal(lines.length, 15);
  for (let i = 0; i < 5; i++) {
    const own = lines.filter((line) => line.startsWith(`${i} `) || line.startsWith(`Thread ${i} `));
    const text = own.join('\n');
    assert.match(
      text,
      new RegExp(`^${i} before: [\\d.]+\\n${i} after: [\\d.]+\\nThread ${i} got result ${i}$`),
    );
  }
});

/** A small tree with known duplicates, and with all that may lie in the way. */
function withTree<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-examples-'));
  const put = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('a/large', Buffer.alloc(2_500_000, 'x'));
  put('b/c/large copy', Buffer.alloc(2_500_000, 'x'));
  put('b/c/almost', Buffer.alloc(2_499_999, 'x'));
  for (const path of ['one', 'a/two', 'b/three\nlines']) put(path, 'thrice');
  for (let i = 0; i < 200; i++) put(`many/${i % 7}/${i}`, `number ${i}`);
  put('empty', '');
  put('a/empty too', '');
  put('a/once', 'only here');
  linkSync(join(folder, 'a/once'), join(folder, 'a/the same file'));
  symlinkSync('large', join(folder, 'a/link'));
  symlinkSync('..', join(folder, 'b/loop'));
  spawnSync('mkfifo', [join(folder, 'b/pipe')]); // to open it would wait for a writer
  return use(folder).finally(() => rmSync(folder, { recursive: true }));
}

test('03-find-duplicates: finds what is there twice, and says how it went', async () => {
  await withTree(async (folder) => {
    const { code, stdout, stderr } = await example('03-find-duplicates', folder);
    assert.deepEqual([code, stderr], [0, ''], 'no progress bar in a pipe');
    const [groups, rest] = stdout.split('\n210 files, ') as [string, string];
    assert.equal(
      groups,
      [
        '2 copies of 2.5 MB, 2.5 MB wasted',
        '  a/large',
        '  b/c/large copy',
        '',
        '3 copies of 6 B, 12 B wasted',
        '  a/two',
        '  b/three\\nlines',
        '  one',
        '',
      ].join('\n'),
    );
    assert.match(
      rest,
      /^7\.5 MB, in \d+\.\d\d s\.\n2 groups of duplicates waste 2\.5 MB\.\n\n\d+\.\d\d times as fast as one thread: \d+\.\d\d s against \d+\.\d\d s\./,
    );
  });
});

test('03-find-duplicates: shows what it was asked to show', async () => {
  await withTree(async (folder) => {
    const options = ['--limit', '1', '--no-compare', '--threads', '5', '--workers', '1'];
    const { code, stdout } = await example('03-find-duplicates', folder, ...options);
    assert.equal(code, 0);
    assert.match(stdout, /\n\nand 1 more groups? of duplicates\n/);
    assert.doesNotMatch(stdout, /times as fast/);
  });
});

test('03-find-duplicates: an empty folder, and files that cannot be read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-examples-'));
  try {
    const empty = await example('03-find-duplicates', folder);
    assert.deepEqual([empty.code, empty.stderr], [0, '']);
    assert.match(empty.stdout, /^0 files, 0 B, in/);
    // Node gives names as text; a name that is none cannot be opened again.
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/no text `), Buffer.of(0xff)]), 'lost');
    writeFileSync(join(folder, 'text'), 'found');
    const { code, stdout } = await example('03-find-duplicates', folder, '--no-compare');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^Could not be read: 1 path\n {2}no text \ufffd \(ENOENT\)\n\n1 file, 5 B/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const NOWHERE = join(tmpdir(), 'skein-no-such-folder');
const NO_FOLDER = fileURLToPath(import.meta.url);

const WRONG: Record<string, { args: string[]; says: RegExp }> = {
  'a folder that is not there': { args: [NOWHERE], says: /there is no folder .*no-such-folder/ },
  'a file for a folder': { args: [NO_FOLDER], says: /examples\.test\.js is not a folder/ },
  'no threads': { args: ['--threads', '0'], says: /--threads takes .* 1 to 500, got '0'/ },
  'a word for a number': { args: ['--workers', 'many'], says: /--workers takes .*, got 'many'/ },
  'an option it does not know': { args: ['--surprise'], says: /--surprise/ },
  'two folders': { args: ['a', 'b'], says: /one FOLDER is expected, got 2/ },
};

for (const [wrong, { args, says }] of Object.entries(WRONG)) {
  test(`03-find-duplicates: refuses ${wrong}`, async () => {
    const { code, stdout, stderr } = await example('03-find-duplicates', ...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, says);
  });
}

test('03-find-duplicates: helps', async () => {
  const { code, stdout } = await example('03-find-duplicates', '--help');
  assert.equal(code, 0);
  for (const option of ['--threads', '--workers', '--limit', '--no-compare', 'FOLDER']) {
    assert.ok(stdout.includes(option), option);
  }
});

const shell = (command: string): Promise<Ended> => run('/bin/sh', ['-c', command]);
const quoted = (...words: string[]): string => words.map((word) => `'${word}'`).join(' ');

test('03-find-duplicates: ends quietly when its reader does', async () => {
  const program = quoted(process.execPath, programOf('03-find-duplicates'), join(ROOT, 'packages'));
  const { code, stdout, stderr } = await shell(`${program} | head -n 1`);
  assert.deepEqual([code, linesOf(stdout).length, stderr], [0, 1, '']);
});

const hasTerminal = process.platform === 'linux' && existsSync('/usr/bin/script');

test('03-find-duplicates: shows a progress bar on a terminal', { skip: !hasTerminal }, async () => {
  await withTree(async (folder) => {
    const program = quoted(process.execPath, programOf('03-find-duplicates'), folder);
    const { stdout } = await run('/usr/bin/script', ['-qec', program, '/dev/null']);
    assert.match(stdout, /Hashing [█░]+ +\d+% +210 files, 7\.5 MB/);
    assert.match(stdout, /2 copies of 2\.5 MB/);
  });
});
