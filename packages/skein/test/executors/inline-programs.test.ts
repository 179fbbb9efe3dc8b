/** Inline functions in programs of every kind: what tools and Node's modes make of their text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Ended, runFile } from '../fixtures/run-program.ts';

const source = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/modules/${name}`, import.meta.url));

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

function printed({ code, lines, stderr }: Ended, expected: readonly string[]): void {
  assert.deepEqual([code, lines, stderr], [0, expected, '']);
}

const typed = ['addOne 2, add 3', 'ca978112'];

test('.ts under tsx, which writes a helper into the text', async () => {
  printed(await runFile(source('inline.ts'), [], { node: ['--import', 'tsx'] }), typed);
});

test(
  '.ts, loaded by Node itself',
  { skip: !stripsTypes && 'this Node strips no types' },
  async () => {
    printed(await runFile(source('inline.ts')), typed);
  },
);

test('.cjs: require and __filename are those of the module, and what is not strict stays so', async () => {
  printed(await runFile(source('inline.cjs')), [
    'b 4',
    'inline.cjs',
    'object',
    '6',
    'a function without a name (…) cannot be inlined: it captures `exports` from around it.',
  ]);
});

test('a module that Istanbul has instrumented', async () => {
  printed(await runFile(source('instrumented.mjs')), ['6 8']);
});

test('a program on the command line, which no other thread can import', async () => {
  const program = [
    "import { inline, ThreadPoolExecutor } from 'skein';",
    'const pool = new ThreadPoolExecutor({ maxWorkers: 1 });',
    'console.log(pool.submit(inline((x) => x * 2), 21).result());',
    "console.log(await pool.submit(inline(async () => (await import('skein')).isMainThread)));",
  ].join('\n');
  printed(await runFile('--input-type=module', ['--eval', program]), ['42', 'false']);
});

test('under the permission model, which closes the inspector, it is refused with what to do', async () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const node = [permission, '--allow-fs-read=*', '--allow-worker'];
  const program = "import { inline } from 'skein'; inline((x) => x * 2);";
  const { code, stderr } = await runFile('--input-type=module', ['--eval', program], { node });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /FunctionReferenceError: .*cannot be inlined: .*\(permission model\); .*`task\(\)`/,
  );
});
