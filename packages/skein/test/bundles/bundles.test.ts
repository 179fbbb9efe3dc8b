/** Programs that were bundled run, and their functions are found in the bundle. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runFile } from '../fixtures/run-program.ts';
import { bundlers } from './bundlers.ts';
import { withFiles, withProgram } from './workspace.ts';

const printed = [
  'result() 42',
  'another module ca978112',
  'a static method 3',
  'inline 2',
  'inline, with an import b',
  'coroutine 8',
  'Thread 10',
];

describe('with skein left outside, by', { concurrency: 2 }, () => {
  for (const { name, bundle } of bundlers) {
    test(name, () =>
      withProgram('bundles', async (folder) => {
        const { code, lines, stderr } = await runFile(await bundle({ folder, isExternal: true }));
        assert.deepEqual([code, lines, stderr], [0, printed, '']);
      }),
    );
  }
});

/** Those that leave skein with different things to find out about itself; rollup and minifiers take long. */
const differing = bundlers.filter(
  ({ name }) => !/minified|rollup|SSR|webpack, CommonJS/.test(name),
);

describe(
  'with skein bundled in, the error says to leave it outside, by',
  { concurrency: 2 },
  () => {
    for (const { name, bundle } of differing) {
      test(name, () =>
        withProgram('bundles', async (folder) => {
          const { code, stdout, stderr } = await runFile(
            await bundle({ folder, isExternal: false }),
          );
          assert.deepEqual([code, stdout], [1, ''], stderr);
          assert.match(stderr, /cannot start a thread: skein was put into the bundle /);
          assert.match(stderr, /--external:skein/);
          assert.match(stderr, /code: 'ERR_BUNDLED'/);
        }),
      );
    }
  },
);

describe('with skein bundled in, a program without threads works, by', () => {
  const main = `import { createTask, run, sleep } from 'skein';
console.log(run(function* () { return yield* createTask(sleep(1, 'slept')); }));
`;
  for (const { name, bundle } of bundlers.filter((each) => /^esbuild, \w+$/.test(each.name))) {
    test(name, () =>
      withFiles({ 'main.js': main }, async (folder) => {
        const { code, lines, stderr } = await runFile(await bundle({ folder, isExternal: false }));
        assert.deepEqual([code, lines, stderr], [0, ['slept'], '']);
      }),
    );
  }
});
