/**
 * What other pools do wrong, or are asked for again and again. Each title says what, and who: as measured with
 * Piscina 5.3.2, Tinypool 2.2.0, workerpool 10.0.3 and poolifier 5.3.2 on Node 20 and 26; a number is that
 * of an issue there. The cases stand in `fixtures/peers/cases.ts`, and each is tried in four ways.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getRunningLoop, run, ThreadPoolExecutor } from 'skein';
import { addOneLater } from '../fixtures/functions.ts';
import { groups, programs } from '../fixtures/peers/cases.ts';
import { ways } from '../fixtures/peers/ways.ts';
import { runFile, runProgram } from '../fixtures/run-program.ts';

for (const [group, cases] of Object.entries(groups)) {
  describe(group, () => {
    for (const [title, { ways: names = Object.keys(ways) }] of Object.entries(cases)) {
      describe(title, () => {
        for (const name of names) test(name, () => ways[name]?.(title));
      });
    }
  });
}

describe('whole programs', { concurrency: 2 }, () => {
  for (const [title, { prints, stderr: expected = /^$/ }] of Object.entries(programs)) {
    describe(title, () => {
      for (const name of Object.keys(ways)) {
        test(name, async () => {
          const { lines, stderr, code } = await runProgram('peers.js', [title, name]);
          assert.deepEqual([lines, code], [prints, 0], stderr);
          assert.match(stderr, expected);
        });
      }
    });
  }
});

describe('whoever awaits finds the storage of another one (asked of p-queue in #200)', () => {
  const storage = new AsyncLocalStorage<number>();
  const numbers = [1, 2, 3, 4, 5];

  const check = async (call: (pool: ThreadPoolExecutor, x: number) => PromiseLike<number>) => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const ask = async (x: number): Promise<unknown[]> => [await call(pool, x), storage.getStore()];
    const found = await Promise.all(numbers.map((x) => storage.run(x, ask, x)));
    assert.deepEqual(
      found,
      numbers.map((x) => [x + 1, x]),
    );
  };

  test('await of the concurrent future', () => check((pool, x) => pool.submit(addOneLater, x)));

  test('await in a loop', () =>
    run(async () => check((pool, x) => getRunningLoop().runInExecutor(pool, addOneLater, x))));
});

test('a worker cannot load TypeScript under tsx: ERR_UNKNOWN_FILE_EXTENSION (Tinypool; asked of all)', async () => {
  const source = new URL('../../test/fixtures/modules/program.ts', import.meta.url);
  const { stdout, stderr } = await runFile(fileURLToPath(source), [], {
    node: ['--import', 'tsx'],
  });
  assert.equal(stdout, 'result() 2\nawait 3\ncoroutine 4\nThread 5\n', stderr);
});
