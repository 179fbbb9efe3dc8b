/** What Node loads before every thread (`--import`) is loaded in the workers too. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Ended, runProgram } from '../fixtures/run-program.ts';

const preload = new URL('../fixtures/programs/preload.js', import.meta.url).href;

/** Runs the program that waits in one of the ways, with the preload that does `what`. */
const runPreloaded = (what: string, way: string, node: readonly string[] = []): Promise<Ended> =>
  runProgram('preloaded.js', [way], { node: [...node, '--import', `${preload}?${what}`] });

describe('a preload that throws in every thread but the first left a blocked wait without an end', () => {
  for (const way of ['result', 'loop']) {
    test(way, async () => {
      const { code, stdout, stderr } = await runPreloaded('throws', way);
      assert.deepEqual([code, stdout], [0, 'ERR_BROKEN_THREAD_POOL\n'], stderr);
      assert.match(
        stderr,
        /Exception in thread ThreadPoolExecutor-0_\d:\nError: the preload says no/,
      );
    });
  }

  test('join', async () => {
    const { code, stdout, stderr } = await runPreloaded('throws', 'join');
    assert.deepEqual([code, stdout], [0, 'true\n'], stderr);
    assert.match(stderr, /^Exception in thread counter:\nError: the preload says no/);
    assert.doesNotMatch(stderr, /memory/);
  });
});

test('a preload that exits in every thread but the first left a blocked wait without an end', async () => {
  assert.equal((await runPreloaded('exits', 'result')).stdout, 'ERR_BROKEN_THREAD_POOL\n');
  assert.equal((await runPreloaded('exits', 'join')).stdout, 'true\n');
});

test('a preload that submits in every thread made keepers and pools without end', async () => {
  const { code, stdout, stderr } = await runPreloaded('submits', 'result');
  assert.deepEqual([code, stdout], [1, ''], stderr);
  assert.match(stderr, /cannot submit to a pool while what stands behind --import or --require/);
  assert.match(stderr, /if \(isMainThread\) \{/);
});

test('a preload that starts a thread in every thread started them without end', async () => {
  const { code, stdout, stderr } = await runPreloaded('starts', 'join');
  assert.deepEqual([code, stdout], [0, 'true\n'], stderr);
  assert.match(stderr, /cannot start the thread 'Thread-1 \(count\)' while what stands behind/);
});

describe('a preload that keeps to the main thread is nothing special', () => {
  // Node gives the last ones to no Worker by name: they are left out.
  for (const node of [
    [],
    ['--stack-trace-limit=20', '--title', 'spun', '--max-old-space-size=99'],
  ]) {
    test(`node ${node.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runPreloaded('guarded', 'result', node);
      assert.deepEqual([code, stdout], [0, 'preload 2\n2\n'], stderr);
    });
  }
});
