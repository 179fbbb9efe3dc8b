import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, test } from 'node:test';

/* What a NodeEventLoop does to its process: how long that lives, and who gets a turn. */

const program = fileURLToPath(new URL('fixtures/main-program.js', import.meta.url));

async function runProgram(name: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [program, name], { timeout: 30_000 });
}

describe('a NodeEventLoop and its process', () => {
  for (const [name, title, expected] of [
    [
      'default',
      'section 1.3: the main thread gets its NodeEventLoop, always the same (PolicyTests.test_get_event_loop)',
      'true true\n',
    ],
    ['idle', 'a pending future keeps nothing alive', 'ends\n'],
    ['cancelled', 'a cancelled timer keeps nothing alive', 'ends\n'],
    ['pending', 'a timer keeps the process alive, without any run', 'timer ran\n'],
    ['task', 'the loop is turned without any run', 'task ran\n'],
    ['run', 'a run keeps the process alive', 'run ended\n'],
    [
      'starving',
      'rule 5: a callback that reschedules itself starves neither timers nor files',
      'Node got its turn true\n',
    ],
    ['batch', 'one long iteration is cut into pieces, too', 'Node got its turn true\n'],
  ] as const) {
    test(title, async () => {
      assert.equal((await runProgram(name)).stdout, expected);
    });
  }

  test('rule 34: what failed unseen is reported when the process ends', async () => {
    const { stderr } = await runProgram('failure');
    assert.match(stderr, /Future exception was never retrieved[^]*RangeError: nobody looks/);
  });
});

test('g29: on another thread getEventLoop throws until setEventLoop was called (PolicyTests.test_get_event_loop_thread)', async () => {
  const worker = new Worker(new URL('fixtures/no-loop-worker.js', import.meta.url));
  const [o] = (await once(worker, 'message')) as [unknown];
  assert.deepEqual(o, [
    'There is no current event loop in thread ',
    true,
    'There is no current event loop in thread ',
  ]);
});
